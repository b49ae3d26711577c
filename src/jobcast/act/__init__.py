"""Acting on forecasts: what a hook changes at submission, and how hooks are installed."""
