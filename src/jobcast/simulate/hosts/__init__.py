"""The compiled engine with machines: most rules of the core, a hundred times as fast."""
