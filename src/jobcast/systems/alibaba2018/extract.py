"""From the trace to rows of jobs with what went on around them, within a memory budget.

1. Instances and tasks are scattered by job, readings by machine, over parts that fit in memory one by one.
2. For the jobs of one part it is told what is an attempt of what, and their starts are scattered by machine.
3. On the machines of one part, starts are joined with the readings as of each, and added up by job.
4. The jobs of one part are put together with their plans, these sums, and the state of the cluster.

Within one part, the rows of a job and the readings of a machine must fit in memory, and nothing else.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from jobcast.errors import InputError
from jobcast.language import say
from jobcast.systems.alibaba2018.measured import measure
from jobcast.systems.alibaba2018.nearby import join_part
from jobcast.systems.alibaba2018.plans import plan
from jobcast.systems.alibaba2018.reading import Source, find
from jobcast.systems.alibaba2018.rows import row_part
from jobcast.systems.alibaba2018.scatter import SHOWN, Aside, look_up, part_of, scatter
from jobcast.systems.alibaba2018.spread import Spread
from jobcast.systems.alibaba2018.tables import (
    BATCH_INSTANCE,
    BATCH_TASK,
    CONTAINER_USAGE,
    MACHINE_USAGE,
    Table,
)
from jobcast.systems.alibaba2018.workplace import Workplace, scatter_anew
from jobcast.units import GIB, MIB, Bytes

LEAST_MEMORY = Bytes(GIB)
"""What is needed however small the parts are."""
MEMORY = Bytes(4 * GIB)
TOLERANCE = 600
"""Seconds; machines and containers of the trace are read every 10 to 300."""

_BY_JOB = (BATCH_INSTANCE, BATCH_TASK)
_NEEDED = (*_BY_JOB, MACHINE_USAGE, CONTAINER_USAGE)

Watch = Callable[[str, int, int], None]
"""Is told a step, how many of its parts are done, and of how many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Extraction:
    """What is wanted."""

    folder: Path
    """Where the tables are."""
    jobs: Path
    """The Parquet file that gets one row per job."""
    running: Path | None = None
    """The one that gets one row per job and landmark; None where nobody wants it."""
    memory: Bytes = MEMORY
    """What may be resident at any time."""
    tolerance: int = TOLERANCE
    """Seconds; an older reading of a machine or container tells nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Extracted:
    """What became of it."""

    jobs: int
    """Rows of jobs."""
    failed: int
    """Of which so many failed."""
    instances: int
    """Instances of these jobs."""
    landmarks: int
    """Rows of jobs while they run; 0 where nobody wanted them."""
    without_plan: int
    """Jobs that batch_task does not hold."""
    unread: int
    """Starts without a reading of their machine in time: of what went on there nothing is known."""
    aside: Mapping[str, Aside] = field(default_factory=dict)
    """Table to the rows of it that were set aside."""


def extract(wanted: Extraction, spread: Spread, watch: Watch) -> Extracted:
    """Write the rows of jobs that `wanted` names, whole or not at all.

    Raises InputError where a table is lacking or can't be read, and OSError where the disk is full.
    """
    sources = {table.name: find(table, wanted.folder) for table in _NEEDED}
    with TemporaryDirectory(prefix="jobcast-", dir=wanted.jobs.absolute().parent) as scratch:
        place = _workplace(Path(scratch), sources, wanted)
        aside = _scatter_all(place, sources, watch)
        for step, work, parts in (
            ("measure", measure_part, place.job_parts),
            ("join", join_part, place.machine_parts),
            ("rows", row_part, place.job_parts),
        ):
            watch(step, 0, parts)
            for done, _ in enumerate(spread.each(work, place, parts), 1):
                watch(step, done, parts)
        for table in _BY_JOB:
            aside[table.name] = _with_attempts(aside[table.name], sources[table.name], place)
        return _written(place, wanted, aside)


def measure_part(place: Workplace, part: int) -> None:
    """Work out what was measured and planned of one part's jobs, and scatter their starts by machine."""
    measured = measure(
        part_of(BATCH_INSTANCE, place.table(BATCH_INSTANCE), part).collect(), running=place.running
    )
    plans, aside = plan(part_of(BATCH_TASK, place.table(BATCH_TASK), part).collect())
    measured.jobs.write_ipc(place.file("jobs", part))
    if measured.running is not None:
        measured.running.write_ipc(place.file("running", part))
    plans.write_ipc(place.file("plans", part))
    measured.aside.write_ipc(place.file(f"aside_{BATCH_INSTANCE.name}", part))
    aside.write_ipc(place.file(f"aside_{BATCH_TASK.name}", part))
    by_machine = (pl.col("machine_share") % place.machine_parts).alias("part")
    starts = measured.starts.with_columns(by_machine, pl.lit(part, pl.UInt16).alias("home"))
    scatter_anew(starts.drop("machine_share"), place.scattered("starts", part))


_PER_TEXT = 8
"""Memory over the text of one part: its columns, sorted copies of them, and as much for a second worker."""
_PER_FILE = 2 * MIB
"""What a part takes while tables are scattered, all being open."""
_HANDY = 96 * MIB
"""Text of a part whose columns stay in caches."""
_MANY = 256
"""Parts beyond which scattering becomes slower than what small ones save."""
_TEXT = {".gz": 6, ".parquet": 3}
"""How many times their size packed tables have as text."""


def _workplace(folder: Path, sources: Mapping[str, Source], wanted: Extraction) -> Workplace:
    def parts(*tables: Table) -> int:
        text = sum(_text_bytes(sources[table.name].path) for table in tables)
        needed = 1 + text * _PER_TEXT // wanted.memory
        handy = min(_MANY, text // _HANDY)
        return min(max(needed, handy), max(1, wanted.memory // _PER_FILE))

    return Workplace(
        folder=folder,
        job_parts=parts(BATCH_INSTANCE, BATCH_TASK),
        machine_parts=parts(BATCH_INSTANCE, MACHINE_USAGE, CONTAINER_USAGE),
        tolerance=wanted.tolerance,
        running=wanted.running is not None,
    )


def _text_bytes(path: Path) -> int:
    return path.stat().st_size * _TEXT.get(path.suffix, 1)


def _scatter_all(place: Workplace, sources: Mapping[str, Source], watch: Watch) -> dict[str, Aside]:
    aside = {}
    for done, source in enumerate(sources.values()):
        watch("read", done, len(sources))
        by_job = source.table in _BY_JOB
        parts = place.job_parts if by_job else place.machine_parts
        aside[source.table.name] = scatter(source, place.table(source.table), parts)
    return aside


def _with_attempts(aside: Aside, source: Source, place: Workplace) -> Aside:
    """Add what could only be doubted beside other rows."""
    files = sorted((place.folder / f"aside_{source.table.name}").glob("*.ipc"))
    rows = pl.concat([pl.read_ipc(file) for file in files])
    counts = Counter(aside.counts) + Counter(rows["reason"].to_list())
    first = rows.sort("line").group_by("reason").head(SHOWN)
    return Aside(
        counts=dict(counts),
        first=aside.first + look_up(source, dict(first.select("line", "reason").iter_rows())),
    )


def _written(place: Workplace, wanted: Extraction, aside: Mapping[str, Aside]) -> Extracted:
    """Write the files beside those that they replace, and count what is in them."""
    if not list((place.folder / "rows").glob("*.ipc")):
        raise InputError(say("trace.no_jobs", folder=wanted.folder), hint=say("trace.no_jobs_cure"))
    _replace(wanted.jobs, pl.scan_ipc(place.folder / "rows" / "*.ipc"), place)
    landmarks = 0
    if wanted.running is not None:
        _replace(wanted.running, pl.scan_ipc(place.folder / "landmarks" / "*.ipc"), place)
        landmarks = pl.scan_parquet(wanted.running).select(pl.len()).collect().item()
    counts = pl.scan_parquet(wanted.jobs).select(
        jobs=pl.len(),
        failed=pl.col("failed").sum(),
        instances=pl.col("instances").cast(pl.Int64).sum(),
        without_plan=pl.col("tasks").null_count(),
        unread=pl.col("attempts").cast(pl.Int64).sum() - pl.col("starts_read").sum(),
    )
    return Extracted(**counts.collect().row(0, named=True), landmarks=landmarks, aside=aside)


def _replace(file: Path, rows: pl.LazyFrame, place: Workplace) -> None:
    growing = place.folder / file.name
    rows.sink_parquet(growing, compression="zstd")
    growing.replace(file)
