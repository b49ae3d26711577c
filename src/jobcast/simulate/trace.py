"""A trace: jobs in time, as they were submitted and as long as they ran, for a simulator to schedule anew.

Nothing is lost silently: a job that can't be simulated is set aside and counted by its reason, and what is
changed of the others is counted too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from jobcast.errors import InputError
from jobcast.language import say
from jobcast.simulate.following import broken_chains
from jobcast.units import PIB

Whole = npt.NDArray[np.int64]

_COLUMNS: dict[str, type[pl.DataType]] = {
    "id": pl.String,
    "submit": pl.Int64,
    "run": pl.Int64,
    "request": pl.Int64,
    "cores": pl.Int64,
    "memory": pl.Int64,
    "memory_used": pl.Int64,
    "gpus": pl.Int64,
    "user": pl.String,
    "group": pl.String,
    "project": pl.String,
    "queue": pl.String,
    "name": pl.String,
    "command": pl.String,
    "after": pl.String,
    "think": pl.Int64,
    "state": pl.String,
    "waited": pl.Int64,
}

SCHEMA = pl.Schema(_COLUMNS)
"""Columns of `Trace.jobs`. Times are whole seconds, amounts of memory bytes of the whole job.

- ``id``: of each job its own: where the source gives one to several, the second becomes ``ID~2``.
- ``submit``: seconds after the origin; never null, rising.
- ``run``: how long it truly ran; at least 1, at most the request.
- ``request``: the run limit that it asked for; at least 1, null where it asked for none.
- ``cores``: at least 1, at most the processors there are.
- ``memory``, ``memory_used``, ``gpus``: asked for and used; null where nobody tells.
- ``after``, ``think``: id of the job whose end it waited for, and the seconds between that end and its
  submission; null for most. Always a job of the trace, and never in a circle.
- ``state``: how it ended, a `jobcast.job.JobState`.
- ``waited``: how long it truly waited; null where nobody tells.
"""

LONGEST = 1 << 36
"""Seconds, some two thousand years: no time of a job is larger, and those that are can't be reckoned with."""

REASONS = (
    "field_count", "not_a_number", "truncated", "piece", "never_ran", "no_submit", "no_cores", "too_wide",
    "no_run_time", "no_request", "absurd_time",
)  # fmt: skip
"""Why jobs are set aside; each has its text, ``trace_aside.REASON``. The first that holds counts."""

CHANGES = (
    "run_capped", "no_request", "request_0", "cores_assumed", "submit_assumed", "absurd_memory",
    "id_twice", "after_unknown", "after_circle", "other_queue",
)  # fmt: skip
"""What was changed of jobs that are kept; each has its text, ``trace_changed.CHANGE``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """Jobs that can be simulated."""

    name: str
    """Of the file, or ``store``."""
    origin: datetime
    """Second 0, in UTC."""
    jobs: pl.DataFrame
    """In `SCHEMA`, in order of their submission; equal ones in the order of the source."""
    processors: int
    """How many there are for these jobs."""
    set_aside: Mapping[str, int] = field(default_factory=dict)
    """How many jobs can't be simulated, by one of `REASONS`; none that is 0."""
    changed: Mapping[str, int] = field(default_factory=dict)
    """How many jobs differ from the source, by one of `CHANGES`; none that is 0."""

    def whole(self, name: str) -> Whole:
        """Return a column of numbers that has no nulls, as int64."""
        return self.jobs[name].to_numpy().astype(np.int64, copy=False)

    def requested(self) -> Whole:
        """Return the run time that each job asked for; its true one where it asked for none."""
        asked = self.jobs.select(pl.coalesce("request", "run")).to_series()
        return asked.to_numpy().astype(np.int64, copy=False)

    def codes(self, name: str) -> Whole | None:
        """Return a column of names as numbers from 0 on, -1 where there is none; None where none has one."""
        column = self.jobs[name]
        if column.null_count() == len(column):
            return None
        codes = column.rank("dense").cast(pl.Int64) - 1
        return codes.fill_null(-1).to_numpy().astype(np.int64, copy=False)

    def after(self, second: int) -> "Trace":
        """Return the jobs that were submitted at a second or later. Raises InputError where there are none."""
        jobs = self.jobs.filter(pl.col("submit") >= second)
        if jobs.is_empty():
            raise _nothing_left(self.name, self.set_aside)
        return replace(self, jobs=jobs)


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What a reader took from its source, before it is sifted."""

    name: str
    """Of the file, or ``store``."""
    origin: datetime
    """Second 0, in UTC."""
    jobs: pl.DataFrame
    """In `SCHEMA`, and perhaps `widest`: the largest number of cores that any field tells. Null is absent."""
    processors: int | None
    """How many there are; None where nobody tells."""
    must_request: bool
    """Whether jobs that ask for no run time are set aside."""
    set_aside: Mapping[str, int] = field(default_factory=dict)
    """What the reader could not make a job of."""
    changed: Mapping[str, int] = field(default_factory=dict)
    """What the reader itself changed."""


def sift(taken: Taken) -> Trace:
    """Keep the jobs that can be simulated, in order, and count the others.

    Raises InputError when no job is left, or nobody tells how many processors there are.
    """
    if taken.processors is None and taken.jobs.is_empty():
        raise _nothing_left(taken.name, taken.set_aside)
    if taken.processors is None:
        raise _processors_unknown(taken)
    reasons = taken.jobs.select(_reason(taken).alias("reason"))["reason"]
    counts = dict(reasons.drop_nulls().value_counts().iter_rows())
    known = {**taken.set_aside, **counts}
    set_aside = {name: known[name] for name in REASONS if known.get(name)}
    # A copy of a million jobs takes a hundred megabytes: none is made without need.
    kept = taken.jobs.filter(reasons.is_null()) if counts else taken.jobs
    if kept.is_empty():
        raise _nothing_left(taken.name, set_aside)
    if not kept["submit"].is_sorted():
        kept = kept.sort("submit", maintain_order=True)
    kept, changed = _mended(kept)
    return Trace(
        name=taken.name,
        origin=taken.origin,
        jobs=kept.select(SCHEMA.names()),
        processors=taken.processors,
        set_aside=set_aside,
        changed={name: count for name, count in {**taken.changed, **changed}.items() if count},
    )


def _reason(taken: Taken) -> pl.Expr:
    """Name why a job can't be simulated, or null."""
    cores = pl.col("widest") if "widest" in taken.jobs.columns else pl.col("cores")
    tests = [
        ("no_submit", pl.col("submit").is_null() | (pl.col("submit") < 0)),
        ("no_cores", pl.col("cores").is_null() | (pl.col("cores") < 1)),
        ("too_wide", cores > taken.processors),
        ("no_run_time", pl.col("run").is_null() | (pl.col("run") < 1)),
        ("no_request", pl.col("request").is_null() & taken.must_request),
        ("absurd_time", pl.max_horizontal("submit", "run", "request") > LONGEST),
    ]
    reason: pl.Expr = pl.lit(None, dtype=pl.String)
    for name, test in reversed(tests):
        reason = pl.when(test).then(pl.lit(name)).otherwise(reason)
    return reason


def _mended(jobs: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return jobs that keep to what `SCHEMA` promises, and how many had to be changed for it."""
    over = (pl.col("run") > pl.col("request")).fill_null(value=False)
    absurd = (pl.max_horizontal("memory", "memory_used") > PIB).fill_null(value=False)
    changed = jobs.select(
        over.sum().alias("run_capped"),
        pl.col("request").is_null().sum().alias("no_request"),
        absurd.sum().alias("absurd_memory"),
    ).row(0, named=True)
    changed["id_twice"] = len(jobs) - jobs["id"].n_unique()
    jobs = jobs.with_columns(
        pl.min_horizontal("run", "request").alias("run"),
        *(pl.when(pl.col(name).is_between(1, PIB)).then(name) for name in ("memory", "memory_used")),
    )
    while jobs["id"].n_unique() < len(jobs):  # again where ID~2 stood there already
        number = pl.int_range(1, pl.len() + 1).over("id")
        jobs = jobs.with_columns(pl.when(number > 1).then(pl.format("{}~{}", "id", number)).otherwise("id"))
    if jobs["after"].null_count() == len(jobs):
        return jobs, changed
    unknown, circle = broken_chains(jobs["id"], jobs["after"])
    sound = ~(unknown | circle)
    jobs = jobs.with_columns(pl.when(pl.lit(sound)).then("after"), pl.when(pl.lit(sound)).then("think"))
    return jobs, {**changed, "after_unknown": int(unknown.sum()), "after_circle": int(circle.sum())}


def _processors_unknown(taken: Taken) -> InputError:
    """Say it with the cure: at least as many as ran at once."""
    ran = taken.jobs.filter(pl.col("waited").is_not_null(), pl.col("run") > 0, pl.col("cores") > 0)
    starts = ran["submit"] + ran["waited"]
    changes = pl.concat(
        [
            pl.DataFrame({"at": starts + ran["run"], "cores": -ran["cores"]}),
            pl.DataFrame({"at": starts, "cores": ran["cores"]}),
        ]
    ).sort("at", maintain_order=True)
    most = changes["cores"].cum_sum().max()
    return InputError(
        say("trace.no_processors", name=taken.name),
        hint=say("trace.no_processors_cure", most=most) if most else say("trace.no_processors_bare_cure"),
    )


def _nothing_left(name: str, set_aside: Mapping[str, int]) -> InputError:
    reasons = " · ".join(
        f"{say(f'trace_aside.{reason}')} {count:,}" for reason, count in set_aside.items() if count
    )
    if not reasons:
        return InputError(say("trace.empty", name=name), hint=say("trace.empty_cure"))
    return InputError(
        say("trace.nothing_left", name=name, reasons=reasons), hint=say("trace.nothing_left_cure")
    )
