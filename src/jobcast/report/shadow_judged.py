"""Whether what was advised, and what was asked for, would have done for a job.

Judged are jobs that ended well and were measured, and those killed over what they asked for, where that was at
least what is advised: such a job would have needed more. What a killed job needed in the end nobody knows, so that
memory times time is added up over jobs that ended well.
"""

import polars as pl

from jobcast.units import GIB, GIB_PER_TIB, MIB

_ROUNDED = 1.5 * MIB / GIB
"""Hooks round what they ask for; a job may hold so much more than it was advised without being above it."""
_MINUTE = 1 / 60


def judged(told: pl.DataFrame) -> pl.DataFrame:
    """Add what is known of each job, false where nothing is: judged, short of what it asked for, and of the advice."""
    request, peak, ran, limit = map(pl.col, ("request", "peak", "ran", "limit"))
    before, after = (pl.col(f"memory_{end}") / GIB for end in ("before", "after"))
    limit_before, limit_after = (pl.col(f"run_limit_{end}") / 3600 for end in ("before", "after"))
    measured = pl.col("done") & peak.is_not_null()
    killed = pl.col("killed") & (after <= request + _ROUNDED)
    timed = pl.col("done") & ran.is_not_null()
    overrun = pl.col("overrun") & (limit_after <= limit + _MINUTE)
    return told.with_columns(
        memory_judged=_known("memory", measured | killed),
        memory_measured=_known("memory", measured),
        memory_short=_known("memory", killed | (measured & (peak > after))),
        memory_asked_short=_known(
            "memory", (killed & (before <= request + _ROUNDED)) | (measured & (peak > before))
        ),
        run_limit_judged=_known("run_limit", timed | overrun),
        run_limit_measured=_known("run_limit", timed),
        run_limit_short=_known("run_limit", overrun | (timed & (ran > limit_after))),
        run_limit_asked_short=_known(
            "run_limit", (overrun & (limit_before <= limit + _MINUTE)) | (timed & (ran > limit_before))
        ),
        request_tib_h=before * pl.col("hours") / GIB_PER_TIB,
        advice_tib_h=after * pl.col("hours") / GIB_PER_TIB,
        peak_tib_h=peak * pl.col("hours") / GIB_PER_TIB,
        limit_h=limit_before,
        advice_h=limit_after,
    )


def _known(subject: str, test: pl.Expr) -> pl.Expr:
    return test.fill_null(value=False) & pl.col(f"{subject}_kind").is_not_null()
