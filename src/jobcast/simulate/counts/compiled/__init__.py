"""The same engine, compiled by numba: import it only where that is wanted and there."""
