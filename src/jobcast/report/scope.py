"""Which jobs a report is about, and what money they cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from jobcast.report.base import Period


@dataclass(frozen=True, kw_only=True, slots=True)
class Prices:
    """What a site charges; 0 where it charges nothing."""

    core_hour: float = 0.0
    """For one core for an hour."""
    gib_hour: float = 0.0
    """For one GiB of memory for an hour."""
    currency: str = ""
    """As it stands behind an amount."""

    def of(self, *, core_hours: float, gib_hours: float) -> float:
        """Return what so much costs."""
        return core_hours * self.core_hour + gib_hours * self.gib_hour

    def __bool__(self) -> bool:
        return bool(self.core_hour or self.gib_hour)


@dataclass(frozen=True, kw_only=True, slots=True)
class Advising:
    """How notes are taken."""

    fewest_runs: int = 3
    """Kinds of jobs with fewer runs get no note: too little is known of them."""
    memory_per_task: bool = False
    """Memory asked for in LSF is meant per task, not per host; flags are written so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """The question that a report answers."""

    period: Period
    """When the jobs finished."""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Column to the values that pass; a column without values lets all pass."""
    min_run_time: float = 0.0
    """Jobs that ran for fewer seconds are left out; jobs whose run time nobody knows too, if it is above 0."""
    risk: float = 0.05
    """The share of jobs that may exceed a forecast, as the site accepts it."""
    advising: Advising = field(default_factory=Advising)
    """How notes are taken."""
    prices: Prices = field(default_factory=Prices)
    """What a site charges."""

    def of(self, jobs: pl.LazyFrame) -> pl.LazyFrame:
        """Return the `jobs` (in `jobcast.history.SCHEMA`) that the report is about."""
        finish = pl.col("finish_time")
        jobs = jobs.filter(finish >= self.period.since, finish < self.period.until)
        for column, values in self.filters.items():
            if values:
                jobs = jobs.filter(pl.col(column).is_in(list(values)))
        return jobs.filter(pl.col("run_time") >= self.min_run_time) if self.min_run_time else jobs
