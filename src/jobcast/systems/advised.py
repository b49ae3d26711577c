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

_IN_ADMIN_COMMENT = r"(?:^|\s)jobcast: ([^\s=]+)((?: (?:memory|run_limit)=\S+)*)(?:\s|$)"
_IN_DESCRIPTION = r"(?:^|\s)jobcast=([^\s=]+)((?: run_limit=\S+)?)(?:\s|$)"
_CENTURY = 100 * 366 * 86400


def in_admin_comment(text: pl.Expr) -> list[pl.Expr]:
    """Return the history's columns ``advice_id``, ``advised_memory`` and ``advised_run_time``."""
    found = text.str.extract_groups(_IN_ADMIN_COMMENT).struct
    amount = memory(found[1].str.extract(r" memory=(\S+)"), unit="M")
    return _columns(found[0], amount, found[1])


def in_description(text: pl.Expr) -> list[pl.Expr]:
    """Return the same columns; a description without an id tells of no advice of jobcast."""
    # Few descriptions have one, and looking for it takes far less time than groups in a pattern.
    noted = pl.when(text.str.contains("jobcast=", literal=True)).then(text)
    found = noted.str.extract_groups(_IN_DESCRIPTION).struct
    return _columns(found[0], pl.when(found[0].is_not_null()).then(advised_memory(noted)), found[1])


def _columns(advice_id: pl.Expr, amount: pl.Expr, behind: pl.Expr) -> list[pl.Expr]:
    """Leave out amounts that no hook sets: users may write into a description what they like."""
    seconds = behind.str.extract(r" run_limit=([0-9]+(?:\.[0-9]+)?)s?(?:$| )").cast(pl.Float64, strict=False)
    return [
        advice_id.alias("advice_id"),
        pl.when(amount.is_between(1, PIB)).then(amount).alias("advised_memory"),
        pl.when(seconds.is_between(1, _CENTURY)).then(seconds).alias("advised_run_time"),
    ]
