"""What a run cost that did not end well: what it held, times its run time."""

from collections.abc import Mapping

import polars as pl

from jobcast.job import ExitReason
from jobcast.report.measures import DONE, FAILED
from jobcast.report.scope import Prices

CANCELLED = "cancelled"
REASONS = (*(reason.value for reason in ExitReason), CANCELLED)
"""Why jobs did not end well; their names are the texts ``report_reason.NAME``."""
ENDED = DONE | FAILED
"""Ran to an end of its own: being cancelled is somebody's wish, and no failure."""
LOST = ("core_h", "gib_h", "gpu_h")


def costed(jobs: pl.LazyFrame) -> pl.LazyFrame:
    """Add to `jobs` (as `measured` returns them) what is counted here.

    ``failed``; ``reason``, one of `REASONS` or the batch system's own word, null for a job that ended well;
    ``core_h``, ``gib_h`` (of the request, else the peak) and ``gpu_h`` that it held, null where it doesn't tell.
    """
    hours, gpus = pl.col("hours"), pl.col("gpus_requested")
    return jobs.with_columns(
        failed=FAILED.fill_null(value=False),
        reason=pl.when(FAILED)
        .then(pl.col("exit_reason").fill_null(ExitReason.UNKNOWN.value))
        .when(~DONE)
        .then(pl.lit(CANCELLED)),
        core_h=pl.col("cores") * hours,
        gib_h=pl.coalesce("request", "peak") * hours,
        gpu_h=pl.when(gpus > 0).then(gpus * hours),
    )


def sums(of: pl.Expr | None = None) -> dict[str, pl.Expr]:
    """Return what is summed up of every cost, over all rows or those `of` which this is true."""
    return {name: (pl.col(name) if of is None else pl.col(name).filter(of)).sum() for name in LOST}


def shown_costs(totals: Mapping[str, float], prices: Prices) -> dict[str, pl.Expr]:
    """Return the columns of cost that are shown: GPU hours where any were lost, money where there are prices."""
    columns = {name: pl.col(name) for name in LOST if name != "gpu_h" or totals["gpu_h"]}
    if not prices:
        return columns
    return {**columns, "money": pl.col("core_h") * prices.core_hour + pl.col("gib_h") * prices.gib_hour}
