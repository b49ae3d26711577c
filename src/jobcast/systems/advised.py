"""What was advised, read back from the note that a hook leaves with a job.

::

    jobcast: 7f3a memory=1200M run_limit=3600s                                      Slurm's AdminComment
    ALLOC_MEMORY_USER=memPrediction(reset=1200MB) jobcast=7f3a run_limit=3600s      LSF's job description

The word after ``jobcast`` is the id of the advice. Each amount stands there only where it was set; other text may stand
before and behind.
"""

import polars as pl

from jobcast.systems.columns import memory
from jobcast.systems.memprediction.advice import advised_memory
from jobcast.units import PIB

_COMMENT = r"(?:^|\s)jobcast: [^\s=]+"
_DESCRIPTION = r"(?:^|\s)jobcast=[^\s=]+"
_LIMIT = r" run_limit=([0-9]+(?:\.[0-9]+)?)s?(?:\s|$)"
_CENTURY = 100 * 366 * 86400


def in_admin_comment(text: pl.Expr) -> list[pl.Expr]:
    """Return the history's columns ``advice_id``, ``advised_memory`` and ``advised_run_time``."""
    amount = memory(text.str.extract(_COMMENT + r"(?: run_limit=\S+)? memory=(\S+)"), unit="M")
    limit = text.str.extract(_COMMENT + r"(?: memory=\S+)?" + _LIMIT)
    return _columns(text.str.extract(r"(?:^|\s)jobcast: ([^\s=]+)(?:\s|$)"), amount, limit)


def in_description(text: pl.Expr) -> list[pl.Expr]:
    """Return the same columns; a description without an id tells of no advice of jobcast."""
    # Few descriptions have one, and looking for it takes far less time than a pattern.
    noted = pl.when(text.str.contains("jobcast=", literal=True)).then(text)
    advice_id = noted.str.extract(r"(?:^|\s)jobcast=([^\s=]+)(?:\s|$)")
    amount = pl.when(advice_id.is_not_null()).then(advised_memory(noted))
    return _columns(advice_id, amount, noted.str.extract(_DESCRIPTION + _LIMIT))


def _columns(advice_id: pl.Expr, amount: pl.Expr, limit: pl.Expr) -> list[pl.Expr]:
    """Leave out amounts that no hook sets: users may write into a description what they like."""
    seconds = limit.cast(pl.Float64, strict=False)
    return [
        advice_id.alias("advice_id"),
        pl.when(amount.is_between(1, PIB)).then(amount).alias("advised_memory"),
        pl.when(seconds.is_between(1, _CENTURY)).then(seconds).alias("advised_run_time"),
    ]
