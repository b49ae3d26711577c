"""The columns of ``jobcast jobs``: those of the history, some that follow from them, and how each looks."""

from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo

import click
import polars as pl

from jobcast.history import SCHEMA
from jobcast.language import say
from jobcast.spelling import did_you_mean
from jobcast.units import format_duration, format_memory

_ELEMENT = pl.format("{}[{}]", "job_id", "array_index")
_STEP = pl.format(".{}", "step")

DERIVED: dict[str, pl.Expr] = {
    "id": pl.concat_str(pl.coalesce(_ELEMENT, "job_id"), pl.coalesce(_STEP, pl.lit(""))),
    "cpu_percent": 100 * pl.col("cpu_time") / (pl.col("run_time") * pl.col("cores_requested")),
    "memory_percent": 100 * pl.col("memory_peak") / pl.col("memory_requested"),
}
"""What can be listed beside the columns of the history."""

COLUMNS = (*DERIVED, *SCHEMA)

SHOWN = (
    *("id", "user", "queue", "name", "state", "finish_time", "run_time"),
    *("cores_requested", "cpu_percent", "memory_requested", "memory_peak", "memory_percent"),
)
"""What a table shows unless it is told."""

SPARE = ("queue", "cpu_percent", "cores_requested", "run_time")
"""Of these, what a narrow terminal does without."""

_MINUTE = len("2026-01-31 08:00")
_MEMORY = {"memory_requested", "memory_peak", "memory_mean", "advised_memory"}
_DURATIONS = {"run_limit", "cpu_time", "run_time", "suspended_time", "advised_run_time"}
NUMBERS = (
    _MEMORY | _DURATIONS | {"cpu_percent", "memory_percent", "cores_requested", "gpus_requested", "exit_code"}
)
"""Columns that stand at the right."""

TEXTS = {name for name, kind in SCHEMA.items() if kind in (pl.String, pl.List(pl.String))} - {
    "job_id",
    "state",
}
"""Columns of any length."""


def check(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names as columns.

    Raises click.UsageError for a name that is no column.
    """
    wanted = tuple(name.strip() for name in names)
    for name in wanted:
        if name not in COLUMNS:
            like = did_you_mean(name, COLUMNS) or say("jobs.known_columns", names=", ".join(COLUMNS))
            raise click.UsageError(say("jobs.no_column", name=name) + " " + like, click.get_current_context())
    return wanted


def pick(jobs: pl.LazyFrame, names: Iterable[str]) -> pl.LazyFrame:
    """Return these columns of the jobs."""
    return jobs.select(expression(name) for name in names)


def expression(name: str) -> pl.Expr:
    """Return how the column is had from the history; an amount divided by nothing is null, not infinite."""
    if name not in DERIVED:
        return pl.col(name)
    value = DERIVED[name].alias(name)
    return value if name == "id" else pl.when(value.is_finite()).then(value).alias(name)


def display(name: str, zone: tzinfo) -> Callable[[object], str]:
    """Return how a value of the column is written for people; what is not known is ``-``."""
    write = _writer(name, zone)
    return lambda value: "-" if value is None else write(value)


def _writer(name: str, zone: tzinfo) -> Callable[..., str]:
    if name in _MEMORY:
        return format_memory
    if name in _DURATIONS:
        return format_duration
    if name.endswith("_percent"):
        return lambda value: f"{value:.0f} %"
    if name.endswith("_time"):
        return lambda value: moment(value, zone)[:_MINUTE]
    if name == "hosts":
        return " ".join
    return str


def moment(at: datetime, zone: tzinfo) -> str:
    """Write a moment in the zone of the settings."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
