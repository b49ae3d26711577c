"""The history's columns: one row per finished job, the same for every batch system.

A column that a system can't give is null, never 0 or "". Array elements are jobs. Times are UTC.
The meaning of each column is that of the field of the same name in `jobcast.job`.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from jobcast.units import PIB

Instant = pl.Datetime("us", "UTC")

_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "system": pl.String,
    "cluster": pl.String,
    "job_id": pl.String,
    "array_index": pl.Int64,
    "step": pl.String,
    "name": pl.String,
    "user": pl.String,
    "group": pl.String,
    "project": pl.String,
    "queue": pl.String,
    "command": pl.String,
    "cwd": pl.String,
    "description": pl.String,
    "submit_time": Instant,
    "start_time": Instant,
    "finish_time": Instant,
    "state": pl.String,
    "exit_code": pl.Int32,
    "exit_reason": pl.String,
    "cores_requested": pl.Int32,
    "memory_requested": pl.Int64,
    "run_limit": pl.Float64,
    "gpus_requested": pl.Int32,
    "interactive": pl.Boolean,
    "span_hosts": pl.Int32,
    "memory_peak": pl.Int64,
    "memory_mean": pl.Int64,
    "memory_basis": pl.String,
    "cpu_time": pl.Float64,
    "run_time": pl.Float64,
    "suspended_time": pl.Float64,
    "hosts": pl.List(pl.String),
    "advised_memory": pl.Int64,
    "advised_run_time": pl.Float64,
    "advice_id": pl.String,
    "attempt": pl.Int32,
}

SCHEMA = pl.Schema(_TYPES)

KEY = ("system", "cluster", "job_id", "array_index", "step", "ran_at")
"""What makes a row one job's one run. `ran_at` is derived: see `ran_at`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SetAside:
    """A record that was not understood, kept with the reason so that nothing is lost."""

    source: str
    """File name or command that it came from."""
    line: int
    """Line of the source on which the record begins, from 1; 0 when the source has no lines."""
    reason: str
    """A fixed word, e.g. ``no_finish_time``; the reasons are counted by it."""
    text: str
    """The record itself, shortened to `SET_ASIDE_TEXT` characters."""


SET_ASIDE_TEXT = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """One batch of what a reader understood, and what it did not."""

    jobs: pl.DataFrame
    """Finished jobs, in `SCHEMA`."""
    set_aside: tuple[SetAside, ...] = ()
    """Records that are not understood or can't be true, each with its reason."""
    not_finished: int = 0
    """Records of jobs that still wait or run, and events other than the end of a job."""


def conform(frame: pl.DataFrame) -> pl.DataFrame:
    """Give `frame` all columns of `SCHEMA`, in order and type; columns it lacks become null.

    Raises polars.exceptions.PolarsError when a column can't be cast.
    """
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in SCHEMA.items()
    )


def empty() -> pl.DataFrame:
    """Return a history without jobs."""
    return pl.DataFrame(schema=SCHEMA)


def ran_at() -> pl.Expr:
    """Tell runs of one job id apart: its start, or what comes nearest, in whole seconds."""
    moment = pl.coalesce("start_time", "submit_time", "finish_time")
    return moment.dt.truncate("1s").alias("ran_at")


def submitted_at() -> pl.Expr:
    """Return the moment as of which a job may be forecast: its submission, or else its start."""
    return pl.coalesce("submit_time", "start_time", "finish_time").alias("submitted_at")


_CLOCK_SLACK = timedelta(minutes=5)
"""Clocks of hosts in one cluster may disagree by this much before a row is set aside."""


_DAWN = datetime(1980, 1, 1, tzinfo=UTC)
"""No job is older: a time before it stands for none, or was counted from another start or in another unit."""
_LONGEST_WAIT = timedelta(days=400)
"""A job that started later than that after its submission was stamped by two clocks."""
_CENTURY = timedelta(days=36525).total_seconds()
_MOST_CORES = 10_000_000


def _doubts(now: datetime) -> list[tuple[str, pl.Expr]]:
    """Return each reason to set a row aside, with its test."""
    times = ("submit_time", "start_time", "finish_time")
    amounts = ("memory_requested", "memory_peak", "memory_mean", "cpu_time", "run_time", "suspended_time")
    return [
        ("no_job_id", pl.col("job_id").is_null() | (pl.col("job_id") == "")),
        ("no_finish_time", pl.col("finish_time").is_null()),
        (
            "absurd_time",
            pl.any_horizontal(
                *(pl.col(name) < _DAWN for name in times),
                pl.col("start_time") > pl.col("submit_time") + _LONGEST_WAIT,
                *(pl.col(name) > _CENTURY for name in ("run_time", "suspended_time")),
            ),
        ),
        ("finish_before_start", pl.col("finish_time") < pl.col("start_time")),
        ("start_before_submit", pl.col("start_time") < pl.col("submit_time") - _CLOCK_SLACK),
        (
            "in_the_future",
            pl.any_horizontal(
                pl.col(name) > now + timedelta(days=1) for name in ("submit_time", "finish_time")
            ),
        ),
        ("negative_amount", pl.any_horizontal(pl.col(name) < 0 for name in amounts)),
        (
            "absurd_memory",
            pl.any_horizontal(
                pl.col(name) > PIB for name in ("memory_requested", "memory_peak", "memory_mean")
            ),
        ),
        (
            "absurd_cpu_time",
            pl.col("cpu_time") > 100_000 * pl.max_horizontal("run_time", pl.lit(1.0)),
        ),
        (
            "absurd_request",
            pl.any_horizontal(
                ~pl.col("run_limit").is_between(0, _CENTURY),
                ~pl.col("cores_requested").is_between(1, _MOST_CORES),
                ~pl.col("gpus_requested").is_between(0, _MOST_CORES),
            ),
        ),
    ]


def doubts(jobs: pl.DataFrame, now: datetime) -> pl.Series:
    """Name for each row of `jobs` the reason why it can't be true, or null where nothing speaks against it.

    `now` bounds the future: a job that ends more than a day later was stamped by a broken clock.
    """
    reason: pl.Expr = pl.lit(None, dtype=pl.String)
    for name, test in reversed(_doubts(now)):
        reason = pl.when(test).then(pl.lit(name)).otherwise(reason)
    return jobs.select(reason.alias("reason")).to_series()


def count_reasons(set_aside: Iterable[SetAside]) -> dict[str, int]:
    """Count records by the reason for which they were set aside, most frequent first."""
    return dict(Counter(record.reason for record in set_aside).most_common())


def sift(jobs: pl.DataFrame, *, now: datetime, source: str, record: Callable[[int], tuple[int, str]]) -> Rows:
    """Part the rows that can be true from those that can't.

    `record` gives, for the n-th row of `jobs`, the line on which it begins in `source` and its text;
    it is asked only for rows that are set aside.
    """
    reasons = doubts(jobs, now)
    bad = reasons.is_not_null().arg_true().to_list()
    if not bad:
        return Rows(jobs=jobs)
    set_aside = tuple(
        SetAside(source=source, line=line, reason=reasons[row], text=text[:SET_ASIDE_TEXT])
        for row in bad
        for line, text in (record(row),)
    )
    return Rows(jobs=jobs.filter(reasons.is_null()), set_aside=set_aside)
