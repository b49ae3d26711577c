"""When jobs failed: day by day, so that bursts are seen, and by the hour."""

import polars as pl

from jobcast.job import ExitReason
from jobcast.report.base import Bars, Cell, Figure, Lines, Period, table
from jobcast.report.failures.chance import wilson
from jobcast.report.failures.costs import ENDED
from jobcast.report.overview import step_of, steps_between
from jobcast.systems.columns import to_local

_REASONS = tuple(reason.value for reason in ExitReason)


def question(jobs: pl.LazyFrame, period: Period) -> pl.LazyFrame:
    """Return what is to be asked of `jobs` (as `costed` returns them) for `figures`."""
    failed, reason = pl.col("failed"), pl.col("reason")
    hour = to_local(pl.col("finish_time"), period.zone).dt.hour().alias("hour")
    ours = {f"{name}_jobs": (failed & (reason == name)).sum() for name in _REASONS}
    others = (failed & ~reason.is_in(_REASONS)).sum()
    cost = pl.col("core_h").filter("failed").sum()
    sums = {"jobs": pl.len(), "failed": failed.sum(), "core_h": cost, **ours, "other_jobs": others}
    return jobs.filter(ENDED).group_by(step_of(period), hour).agg(**sums)


def by_day(told: pl.DataFrame) -> pl.DataFrame:
    """Return the answer to `question` added up by day."""
    return told.group_by("day").agg(pl.exclude("hour").sum())


def figures(told: pl.DataFrame, period: Period) -> tuple[Figure, ...]:
    """Return the figures by day and by hour."""
    sums = told.group_by("hour").agg(pl.col("jobs", "failed").sum())
    hours = {hour: (jobs, failed) for hour, jobs, failed in sums.rows()}
    by_hour = (hours.get(hour, (0, 0)) for hour in range(24))
    return (
        _by_day(by_day(told), period),
        Figure(
            name="failure_hours",
            table=table(
                ("hour", "jobs", "failed_jobs", "failed_share", "failed_low_share"),
                ((f"{hour:02}:00", *_shares(*counts)) for hour, counts in enumerate(by_hour)),
            ),
            charts=(Bars(name="failures_by_hour", series=("failed_share", "failed_low_share")),),
        ),
    )


def _shares(jobs: int, failed: int) -> tuple[Cell, ...]:
    shares = (failed / jobs, wilson(failed, jobs)[0]) if jobs else (None, None)
    return (jobs, failed, *shares)


def _by_day(days: pl.DataFrame, period: Period) -> Figure:
    reasons = [name for name in (*(f"{name}_jobs" for name in _REASONS), "other_jobs") if days[name].sum()]
    shares = days.with_columns(failed_jobs="failed", failed_share=pl.col("failed") / pl.col("jobs"))
    figures = shares.select("jobs", "failed_jobs", "failed_share", "core_h", *reasons)
    known = dict(zip(days["day"], figures.rows(), strict=True))
    nothing: tuple[Cell, ...] = (0, 0, None, 0.0, *[0] * len(reasons))
    steps = steps_between(days["day"], period)
    return Figure(
        name="failure_days",
        table=table(
            ("day", *figures.columns), ((day.isoformat(), *known.get(day, nothing)) for day in steps)
        ),
        charts=(
            Bars(name="failures_by_day", series=tuple(reasons), stacked=True),
            Lines(name="failed_share_by_day", series=("failed_share",)),
        ),
    )
