"""The scheduling core: what happened in, what to do out; without a clock, without chance, without input or output."""
