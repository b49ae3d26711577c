"""Jobs to findings: what was asked for, what was used, and what to write next time."""
