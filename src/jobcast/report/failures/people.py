"""Whose jobs failed, and at what cost: by user, project and queue."""

from collections.abc import Mapping

import polars as pl

from jobcast.report.base import Figure, Ring
from jobcast.report.failures.costs import ENDED, sums
from jobcast.report.people import ranked

_FIRST = 15
_BY = ("user", "project", "queue")


def question(jobs: pl.LazyFrame) -> pl.LazyFrame:
    """Return what is to be asked of `jobs` (as `costed` returns them) for `figures`."""
    failed = pl.col("failed")
    return jobs.filter(ENDED).group_by(*_BY).agg(jobs=pl.len(), failed=failed.sum(), **sums(failed))


def figures(told: pl.DataFrame, costs: Mapping[str, pl.Expr]) -> tuple[Figure, ...]:
    """Return a figure for each of users, projects and queues; none of what no job tells."""
    columns = {**costs, "failed_jobs": pl.col("failed"), "failed_share": pl.col("failed") / pl.col("jobs")}
    order = "core_h" if told["core_h"].sum() else "failed"
    return tuple(
        Figure(
            name=f"failure_{by}s",
            table=ranked(told.group_by(by).agg(pl.exclude(*_BY).sum()), order, _FIRST, columns),
            charts=(Ring(name="failed_core_hours_user", value="core_h", first=10),) if by == "user" else (),
        )
        for by in _BY
        if told[by].count()
    )
