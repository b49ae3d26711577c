"""A simulated run, kept as a folder that is there whole or not at all.

::

    easy/run.json               what was simulated, how, and what came out
    easy/jobs.parquet           a row for each job: when it ran, and where
    easy/reservations.parquet   promised starts, where the engine keeps them
"""

import io
import os
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import polars as pl

from jobcast.errors import InputError, StoreError
from jobcast.language import say
from jobcast.simulate.failing import FailingFigures
from jobcast.simulate.metrics import Figures, Metrics, job_table
from jobcast.simulate.outcome import ALLOCATION, Outcome
from jobcast.simulate.trace import Trace
from jobcast.store.durable import make_folder, refusals_explained, sync_folder, write_whole

SCHEMA = 1
"""Version of what `Facts` tells, and of the tables."""

_COLUMNS = (
    "id", "submit", "run", "cores", "queue", "user", "start", "finish", "killed", "backfilled", "preemptions",
    "wait", "flow", "slowdown", "core_seconds", "refused", "allocation",
)  # fmt: skip
"""Of `Run.jobs`."""

_FACTS, _JOBS, _RESERVATIONS = "run.json", "jobs.parquet", "reservations.parquet"


@dataclass(frozen=True, kw_only=True, slots=True)
class TraceFacts:
    """What a run knows of the trace that it simulated."""

    name: str
    """Of the file, or ``store``."""
    origin: str
    """Second 0, in ISO form, UTC."""
    jobs: int
    """That were simulated."""
    processors: int
    """How many there were for them."""
    set_aside: Mapping[str, int]
    """See `Trace.set_aside`."""
    changed: Mapping[str, int]
    """See `Trace.changed`; and ``other_queue``, see `Outcome.other_queue`."""

    @classmethod
    def of(cls, trace: Trace, outcome: Outcome) -> "TraceFacts":
        """Return what is kept of `trace`, and what the simulation had to change of it."""
        moved = {"other_queue": outcome.other_queue} if outcome.other_queue else {}
        return cls(
            name=trace.name,
            origin=trace.origin.isoformat(),
            jobs=len(trace.jobs),
            processors=trace.processors,
            set_aside=trace.set_aside,
            changed={**trace.changed, **moved},
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """All of a run but its tables."""

    schema: int
    """`SCHEMA`."""
    made: str
    """When, in ISO form, UTC."""
    version: str
    """Of the jobcast that made it."""
    trace: TraceFacts
    """What was simulated."""
    setup: Mapping[str, str]
    """How: ``policy``, ``estimates`` and so on, as the command line has them."""
    engine: str
    """Which engine did it."""
    seconds: float
    """How long the engine took, without compiling."""
    jobs_per_second: float
    """How many jobs it scheduled in a second."""
    refused: Mapping[str, int]
    """How many jobs were turned away or could never run, by cause (`jobcast.decision.Cause`)."""
    machines: Mapping[str, int]
    """Each machine's processors; empty where only processors were counted."""
    metrics: Metrics
    """What came out."""
    compiling: float = 0.0
    """Seconds that compiling the engine took."""
    core_because: tuple[str, ...] = ()
    """What only the core knows of this run; empty where the core wasn't the last resort."""
    failing: FailingFigures | None = None
    """What acting on chances of failing would have done; None where nothing was done."""
    placed_in_queues: bool = False
    """Whether each job's queue is the one that the policy had it in, not the one that the trace names."""

    @property
    def groups(self) -> dict[str, Mapping[str, Figures]]:
        """Return the figures by ``queue``, ``user`` and ``size``, where there are several.

        One queue that the policy had all jobs in is told too: the trace may name none.
        """
        metrics = self.metrics
        every = {"queue": metrics.queues, "user": metrics.users, "size": metrics.sizes}
        one_queue = self.placed_in_queues and bool(metrics.queues)
        return {
            kind: figures
            for kind, figures in every.items()
            if len(figures) > 1 or (kind == "queue" and one_queue)
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A run as it is kept."""

    name: str
    """Of its folder."""
    facts: Facts
    """All but its tables."""
    jobs: pl.DataFrame
    """`jobcast.simulate.metrics.job_table`, with ``refused`` (a cause, null for jobs that ran) and ``allocation``
    (null where only processors were counted); and ``suspended`` where the engine tells when jobs were."""
    reservations: pl.DataFrame | None
    """In `jobcast.simulate.outcome.RESERVATIONS`; None where the engine doesn't keep them."""


def facts_of(
    trace: Trace, setup: Mapping[str, str], outcome: Outcome, metrics: Metrics, *, made: tuple[str, str]
) -> Facts:
    """Return what is to be kept of a run; `made` is when (ISO form, UTC), and by which version of jobcast."""
    return Facts(
        schema=SCHEMA,
        made=made[0],
        version=made[1],
        trace=TraceFacts.of(trace, outcome),
        setup=setup,
        engine=outcome.engine,
        seconds=outcome.seconds,
        jobs_per_second=outcome.jobs_per_second,
        refused=dict(Counter(map(str, outcome.refused.values())).most_common()),
        machines=outcome.machines,
        metrics=metrics,
        compiling=outcome.compiling,
        core_because=outcome.core_because,
        placed_in_queues=outcome.queue is not None,
    )


def table_of(trace: Trace, outcome: Outcome, metrics: Metrics) -> pl.DataFrame:
    """Return `Run.jobs` of a run."""
    table = job_table(trace, outcome, metrics.threshold_s)
    rows = list(outcome.refused)
    refused = pl.Series("refused", [None], dtype=pl.String).new_from_index(0, len(table))
    if rows:
        refused = refused.scatter(rows, list(outcome.refused.values()))
    where = outcome.allocations
    none = pl.Series("allocation", [None], dtype=ALLOCATION).new_from_index(0, len(table))
    told = [] if outcome.suspended is None else [outcome.suspended.alias("suspended")]
    return table.with_columns(refused, none if where is None else where.alias("allocation"), *told)


def see_free(path: Path) -> None:
    """Raise StoreError where something stands that a run must not take the place of."""
    if path.exists() and not (path / _FACTS).is_file():
        raise StoreError(say("simulate.no_run_there", path=path), hint=say("simulate.no_run_there_cure"))


def write_run(path: Path, facts: Facts, jobs: pl.DataFrame, reservations: pl.DataFrame | None) -> None:
    """Keep a run in the folder `path`, in the place of an older run there.

    Raises StoreError when it can't be written or `path` is something else; then `path` is as it was.
    """
    growing = path.parent / f".{path.name}.{os.getpid()}"
    with refusals_explained(path):
        see_free(path)
        try:
            make_folder(growing)
            write_whole(growing / _JOBS, packed(jobs), beside=growing)
            if reservations is not None:
                write_whole(growing / _RESERVATIONS, packed(reservations), beside=growing)
            text = msgspec.json.format(msgspec.json.encode(facts), indent=1)
            write_whole(growing / _FACTS, text + b"\n", beside=growing)
            _take_place(growing, path)
        except BaseException:
            shutil.rmtree(growing, ignore_errors=True)
            raise


def _take_place(growing: Path, path: Path) -> None:
    """Put a finished folder where an older one may be."""
    old = path.parent / f".{path.name}.old.{os.getpid()}"
    if path.exists():
        path.rename(old)
    growing.rename(path)
    sync_folder(path.parent)
    shutil.rmtree(old, ignore_errors=True)


def read_run(path: Path) -> Run:
    """Read the run kept in the folder `path`.

    Raises InputError when there is none, or a newer or damaged one.
    """
    try:
        facts = msgspec.json.decode((path / _FACTS).read_bytes(), type=Facts)
        jobs = pl.read_parquet(path / _JOBS, glob=False)
        kept = path / _RESERVATIONS
        reservations = pl.read_parquet(kept, glob=False) if kept.is_file() else None
    except FileNotFoundError as error:
        raise InputError(say("simulate.no_run", path=path), hint=say("simulate.no_run_cure")) from error
    except (OSError, msgspec.DecodeError, pl.exceptions.PolarsError) as error:
        raise _damaged(path, str(error).partition("\n")[0]) from error
    if facts.schema != SCHEMA:
        raise InputError(
            say("simulate.other_schema", path=path, found=facts.schema, known=SCHEMA),
            hint=say("simulate.damaged_run_cure"),
        )
    if missing := [name for name in _COLUMNS if name not in jobs.columns]:
        raise _damaged(path, ", ".join(missing))
    return Run(name=path.name, facts=facts, jobs=jobs, reservations=reservations)


def _damaged(path: Path, why: str) -> InputError:
    return InputError(say("simulate.damaged_run", path=path, why=why), hint=say("simulate.damaged_run_cure"))


def packed(frame: pl.DataFrame) -> bytes:
    """Return the bytes of a Parquet file."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()
