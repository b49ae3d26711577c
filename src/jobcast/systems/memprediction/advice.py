"""What memPrediction advised: its esub writes it into a job's description.

``ALLOC_MEMORY_USER=memPrediction(reset=20000MB)``, and in older versions ``memoryPrediction``; a bare number is MB.
"""

import polars as pl

from jobcast.systems.columns import memory

_MARK = "ALLOC_MEMORY_USER="
_ADVICE = _MARK + r"mem(?:ory)?Prediction\([^)]*?=\s*([0-9.]+\s*[KMGTP]?B?)\s*\)"


def is_marked(description: pl.Expr) -> pl.Expr:
    """Tell whether a description speaks of advice; cheap to tell, and rarely true."""
    return description.str.contains(_MARK, literal=True).fill_null(value=False)


def advised_memory(description: pl.Expr) -> pl.Expr:
    """Return what was advised in bytes; null where a description tells none."""
    return memory(description.str.extract(_ADVICE), unit="M")
