"""The whole in a few figures: how many jobs, how they ended, what they held and used, day by day."""

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from jobcast.job import JobState
from jobcast.report.answers import Answers
from jobcast.report.base import Cell, Fact, Figure, Lines, Period, Section, table
from jobcast.report.measures import DONE, FAILED
from jobcast.report.scope import Prices
from jobcast.systems.columns import to_local
from jobcast.units import GIB_PER_TIB

_MOST_DAYS = 92
"""A longer period is told by weeks."""


def questions(jobs: pl.LazyFrame, period: Period) -> dict[str, pl.LazyFrame]:
    """Return what is to be asked of `jobs` (as `measured` returns them) for `section`."""
    request, peak, hours, cores, busy = map(pl.col, ("request", "peak", "hours", "cores", "busy"))
    both = request.is_not_null() & peak.is_not_null()
    sums = {
        "jobs": pl.len(),
        "failed": FAILED.sum(),
        "request": (request * hours).filter(both).sum(),
        "peak": (peak * hours).filter(both).sum(),
        "held": (pl.coalesce(request, peak) * hours).sum(),
        "unused": (pl.col("over") * hours).sum(),
        "asked": (cores * hours).sum(),
        "used": (busy * hours).sum(),
    }
    return {
        "totals": jobs.select(
            **sums,
            done=DONE.sum(),
            cancelled=(pl.col("state") == JobState.CANCELLED.value).sum(),
            users=pl.col("user").drop_nulls().n_unique(),
        ),
        "days": jobs.group_by(step_of(period)).agg(**sums),
    }


def step_of(period: Period) -> pl.Expr:
    """Return the day of the site's zone on which jobs finished, or the first day of the week in a long period."""
    day = to_local(pl.col("finish_time"), period.zone).dt.date()
    return (day if _by_days(period) else day.dt.truncate("1w")).alias("day")


def _by_days(period: Period) -> bool:
    first, last = (moment.astimezone(period.zone).date() for moment in (period.since, period.until))
    return last - first <= timedelta(days=_MOST_DAYS)


def steps_between(days: pl.Series, period: Period) -> list[date]:
    """Return every day, or the first day of every week, from the first of `days` to the last."""
    known = sorted(days.drop_nulls())
    step = timedelta(days=1 if _by_days(period) else 7)
    return [known[0] + n * step for n in range((known[-1] - known[0]) // step + 1)] if known else []


def section(answers: Answers, period: Period, prices: Prices) -> Section:
    """Return the section that stands first."""
    totals = answers["totals"].row(0, named=True)
    return Section(
        name="overview",
        facts=(
            Fact(name="jobs", value=totals["jobs"]),
            Fact(name="done_jobs", value=totals["done"]),
            Fact(name="failed_jobs", value=totals["failed"]),
            Fact(name="cancelled_jobs", value=totals["cancelled"]),
            Fact(name="users", value=totals["users"]),
            Fact(name="asked_core_h", value=totals["asked"]),
            Fact(name="held_tib_h", value=totals["held"] / GIB_PER_TIB),
            *_money(totals, prices),
        ),
        figures=(_trend(answers["days"], period),) if totals["jobs"] else (),
    )


def _money(totals: Mapping[str, float], prices: Prices) -> tuple[Fact, ...]:
    if not prices:
        return ()
    return (
        Fact(name="cost_money", value=prices.of(core_hours=totals["asked"], gib_hours=totals["held"])),
        Fact(name="unused_memory_money", value=prices.of(core_hours=0.0, gib_hours=totals["unused"])),
    )


_SUMS = ("jobs", "failed", "request", "peak", "asked", "used")


def _trend(days: pl.DataFrame, period: Period) -> Figure:
    known = {row[0]: row[1:] for row in days.select("day", *_SUMS).rows()}
    rows: list[tuple[Cell, ...]] = []
    for day in steps_between(days["day"], period):
        jobs, failed, request, peak, asked, used = known.get(day, (0,) * len(_SUMS))
        memory = (request / GIB_PER_TIB, peak / GIB_PER_TIB)
        rows.append((day.isoformat(), jobs, failed, *memory, asked, used))
    columns = ("day", "jobs", "failed_jobs", "request_tib_h", "peak_tib_h", "asked_core_h", "busy_core_h")
    return Figure(
        name="trend",
        table=table(columns, rows),
        charts=(
            Lines(name="memory_by_day", series=("request_tib_h", "peak_tib_h")),
            Lines(name="cores_by_day", series=("asked_core_h", "busy_core_h")),
        ),
    )
