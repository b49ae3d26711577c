"""Whose jobs failed, and at what cost: by user, project and queue."""

from collections.abc import Mapping

import polars as pl

from jobcast.report.answers import Answers
from jobcast.report.base import Figure, Ring
from jobcast.report.failures.costs import ENDED, sums
from jobcast.report.people import ranked

_FIRST = 15
_BY = ("user", "project", "queue")


def questions(jobs: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """Return what is to be asked of `jobs` (as `costed` returns them) for `figures`."""
    failed = pl.col("failed")
    ended = jobs.filter(ENDED)
    return {
        f"failure_{by}s": ended.group_by(by).agg(jobs=pl.len(), failed=failed.sum(), **sums(failed))
        for by in _BY
    }


def figures(answers: Answers, costs: Mapping[str, pl.Expr]) -> tuple[Figure, ...]:
    """Return a figure for each of users, projects and queues; none of what no job tells."""
    columns = {**costs, "failed_jobs": pl.col("failed"), "failed_share": pl.col("failed") / pl.col("jobs")}
    return tuple(
        Figure(
            name=f"failure_{by}s",
            table=ranked(people, "core_h" if people["core_h"].sum() else "failed", _FIRST, columns),
            charts=(Ring(name="failed_core_hours_user", value="core_h", first=10),) if by == "user" else (),
        )
        for by in _BY
        for people in (answers[f"failure_{by}s"],)
        if people[by].count()
    )
