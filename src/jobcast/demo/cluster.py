"""From families to a month of finished jobs, and to the truth about them."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl

from jobcast.demo.amounts import with_endings, with_measurements, with_needs, with_requests
from jobcast.demo.calendar import draw_launches
from jobcast.demo.families import draw_families
from jobcast.demo.tools import CORNERS
from jobcast.history import Instant, conform
from jobcast.job import ExitReason, JobState, MemoryBasis
from jobcast.units import GIB, KIB

SYSTEM, CLUSTER = "lsf", "loom"
START = datetime(2025, 9, 1, tzinfo=UTC)
"""A Monday."""
JOBS, DAYS, SEED = 5_000, 30, 7
_FIRST_ID = 30_001
_DAY = 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeUp:
    """A history, and what only its maker knows."""

    history: pl.DataFrame
    """Finished jobs in `jobcast.history.SCHEMA`, by time of finish."""
    truth: pl.DataFrame
    """For each job, by `job_id` and `array_index`, two amounts in bytes: `memory_truth`, without the noise
    between runs, and `memory_needed`, the peak of this run, had nothing ended it before."""


def make_history(jobs: int = JOBS, days: int = DAYS, seed: int = SEED, start: datetime = START) -> MadeUp:
    """Make up so many jobs that finished within so many days from `start` (midnight, UTC).

    The same arguments give the same frames.
    """
    rng = np.random.default_rng(seed)
    families = draw_families(jobs, rng)
    made = _jobs(families, jobs, days, start, rng)
    made = with_requests(with_needs(made, rng))
    made = with_measurements(with_endings(made, rng), rng)
    made = _numbered(_within(made, days)).sort("finish", "number", "element")
    key = {"job_id": pl.col("number").cast(pl.String), "array_index": pl.col("element")}
    amounts = {f"memory_{name}": (pl.col(name) * GIB).round().cast(pl.Int64) for name in ("truth", "needed")}
    return MadeUp(history=_history(made, start), truth=made.select(**key, **amounts))


def _jobs(
    families: pl.DataFrame, jobs: int, days: int, start: datetime, rng: np.random.Generator
) -> pl.DataFrame:
    """Draw launches until they make `jobs`, and give each job the columns of its family."""
    launches = draw_launches(families, jobs, days, start, rng)
    width = families["elements"].to_numpy()[launches.family]
    enough = int(np.searchsorted(np.cumsum(width), jobs)) + 1
    launch = np.repeat(np.arange(enough), width[:enough])[:jobs]
    element = np.arange(jobs) - np.searchsorted(launch, launch) + 1
    return families[launches.family[launch]].with_columns(
        launch=pl.Series(launch),
        element=pl.when(pl.col("elements") > 1).then(pl.Series(element)),
        corner=pl.Series(rng.integers(len(CORNERS), size=enough)[launch]),
        number_drawn=pl.Series(rng.integers(1, 1_000_000, enough)[launch]),
        submit=pl.Series(launches.seconds[launch]),
        moment=pl.Series(launches.seconds[launch] / (days * _DAY)),
    )


def _within(jobs: pl.DataFrame, days: int) -> pl.DataFrame:
    """Add start and finish; launches that would finish too late are made whole days earlier."""
    finish = pl.col("submit") + pl.col("wait") + pl.col("run")
    late = (finish.max().over("launch") - days * _DAY + 1).clip(0)
    return (
        jobs.with_columns(submit=pl.col("submit") - (late / _DAY).ceil() * _DAY)
        .with_columns(begin=pl.col("submit") + pl.col("wait"))
        .with_columns(finish=pl.col("begin") + pl.col("run"))
    )


def _numbered(jobs: pl.DataFrame) -> pl.DataFrame:
    """Add `number`, in order of submission; elements of an array share one."""
    return jobs.sort("submit", "launch", "element").with_columns(
        number=pl.col("launch").rle_id().cast(pl.Int64) + _FIRST_ID
    )


_ENDINGS = {
    "done": (JobState.DONE, 0, None),
    "crash": (JobState.FAILED, 1, ExitReason.EXIT_CODE),
    "memory": (JobState.FAILED, 137, ExitReason.MEMORY_LIMIT),
    "time": (JobState.FAILED, 140, ExitReason.RUN_LIMIT),
    "withdrawn": (JobState.CANCELLED, 130, None),
}
"""State, exit code (128 + the signal that LSF sends) and reason, by ending."""


def _history(jobs: pl.DataFrame, start: datetime) -> pl.DataFrame:
    run = pl.col("number_drawn").cast(pl.String)
    corner = pl.col("corner").replace_strict(dict(enumerate(name for name, _ in CORNERS)))
    state, code, reason = (
        pl.col("ending").replace_strict({ending: told[part] for ending, told in _ENDINGS.items()})
        for part in range(3)
    )
    return conform(
        jobs.select(
            *("name", "user", "group", "project", "queue", "description", "interactive"),
            system=pl.lit(SYSTEM),
            cluster=pl.lit(CLUSTER),
            job_id=pl.col("number").cast(pl.String),
            array_index="element",
            command=_filled("command", run=run, corner=corner),
            cwd=_filled("cwd", run=run),
            submit_time=_moment("submit", start),
            start_time=_moment("begin", start),
            finish_time=_moment("finish", start),
            state=state,
            exit_code=code,
            exit_reason=reason,
            cores_requested="cores",
            memory_requested=pl.col("requested") * GIB,
            run_limit=pl.col("limit") * 3600,
            span_hosts=pl.lit(1),
            memory_peak=_kilobytes("peak"),
            memory_mean=_kilobytes("mean"),
            memory_basis=pl.when(pl.col("peak").is_not_null()).then(pl.lit(MemoryBasis.RSS_SUM.value)),
            cpu_time="cpu",
            run_time="run",
            hosts=pl.concat_list(pl.lit(CLUSTER) + pl.col("host")),
        )
    )


def _filled(column: str, **values: pl.Expr) -> pl.Expr:
    """Put values into the places that a text names."""
    text = pl.col(column)
    for name, value in values.items():
        text = text.str.replace_all("{" + name + "}", value, literal=True)
    return text


def _moment(column: str, start: datetime) -> pl.Expr:
    return pl.lit(start).cast(Instant) + pl.duration(seconds=pl.col(column))


def _kilobytes(column: str) -> pl.Expr:
    """Return GiB as bytes, in whole KB as LSF measures them."""
    return pl.col(column).mul(GIB // KIB).ceil().mul(KIB).cast(pl.Int64)
