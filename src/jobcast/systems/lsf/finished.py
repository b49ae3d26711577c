"""From records of LSF to the history: what all readers of this room share."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

import polars as pl

from jobcast.history import SCHEMA, SET_ASIDE_TEXT, Instant, Rows, SetAside, conform, sift
from jobcast.job import MemoryBasis
from jobcast.systems.advised import in_description
from jobcast.systems.base import BATCH, Site
from jobcast.systems.text import Lines


class Record(NamedTuple):
    """The text of one job, as it stands in its source."""

    line: int
    """Line on which it begins, from 1."""
    text: str
    """Without the last line end."""
    cut: bool = False
    """The source stops within it, or may."""
    torn: bool = False
    """The source is damaged there: something is lost, be it only what stood behind this record."""


class Reason(StrEnum):
    """Why a record was not understood."""

    MALFORMED_FIELDS = "malformed_fields"
    """Fields are missing, or a number is none."""
    TRUNCATED = "truncated"
    """The source stops within the record."""
    UNKNOWN_STATE = "unknown_state"
    """The job is said to be over, but neither done nor exited."""
    UNKNOWN_TEXT = "unknown_text"
    """Text that belongs to no record."""


class Finished(NamedTuple):
    """One finished job; the fields are columns of the history.

    Times are microseconds since 1970, so that they need no conversion one by one.
    """

    job_id: str
    array_index: int | None
    name: str | None
    user: str | None
    group: str | None
    project: str | None
    queue: str | None
    command: str | None
    cwd: str | None
    description: str | None
    submit_time: int | None
    start_time: int | None
    finish_time: int | None
    state: str
    exit_code: int | None
    exit_reason: str | None
    cores_requested: int | None
    memory_requested: int | None
    run_limit: float | None
    gpus_requested: int | None
    interactive: bool | None
    span_hosts: int | None
    memory_peak: int | None
    memory_mean: int | None
    cpu_time: float | None
    hosts: str | None
    """Joined by blanks: Polars splits them a hundred times faster than it takes lists."""


Outcome = Finished | Reason | None
"""A finished job, why the record was not understood, or None: it tells of no finished job."""

Job = TypeVar("Job", bound=tuple[object, ...])
"""A finished job as its reader keeps it, until a whole batch becomes columns."""

ToColumns = Callable[[Sequence[Job]], pl.DataFrame]
"""Puts jobs into columns with the names of `Finished`, times and hosts written as there."""

_MOST_LINES = 50_000
_MOST_CHARACTERS = 32_000_000
"""Bound the memory where records or commands are huge."""


def split_records(batches: Iterable[Lines], prefix: str, start: re.Pattern[str]) -> Iterator[Record]:
    """Cut lines into records, each from a line that begins as `start` says up to the next one.

    `prefix` is how each such line begins: most lines need no closer look.
    What stands before the first start comes as a record of its own.
    """
    first, held, cut, torn = 1, list[str](), False, False
    for batch in batches:
        torn = batch.torn is not None
        for number, text in enumerate(batch.texts if batch.torn is None else [batch.torn], batch.first):
            begins = text.startswith(prefix) and start.match(text)
            if held and (begins or len(held) >= _MOST_LINES):
                yield Record(first, "\n".join(held))
                held = []
            if not held:
                first = number
            held.append(text)
        cut = batch.cut or torn
    if held:
        yield Record(first, "\n".join(held), cut, torn)


class Collection(Generic[Job]):
    """Gathers outcomes until they make a batch."""

    def __init__(self, to_columns: ToColumns[Job], source: str, site: Site) -> None:
        self._to_columns = to_columns
        self._source = source
        self._site = site
        self._start_anew()

    def _start_anew(self) -> None:
        self._jobs: list[Job] = []
        self._origins: list[Record] = []
        self._set_aside: list[SetAside] = []
        self._not_finished = 0
        self._characters = 0

    def add(self, record: Record, outcome: Job | Reason | None) -> None:
        """Keep one outcome, and the record that it came from."""
        if outcome is None:
            self._not_finished += 1
        elif isinstance(outcome, Reason):
            text = record.text[:SET_ASIDE_TEXT]
            self._set_aside.append(
                SetAside(source=self._source, line=record.line, reason=outcome.value, text=text)
            )
        else:
            self._jobs.append(outcome)
            self._origins.append(record)
            self._characters += len(record.text)

    def is_full(self) -> bool:
        """Tell whether it is time to `hand_over`."""
        held = len(self._jobs) + len(self._set_aside)
        return held >= BATCH or self._characters >= _MOST_CHARACTERS

    def hand_over(self) -> Rows:
        """Return what was gathered, and start anew."""
        origins = self._origins
        sifted = sift(
            _history(self._to_columns(self._jobs), self._site),
            now=self._site.now,
            source=self._source,
            record=lambda row: (origins[row].line, origins[row].text),
        )
        rows = Rows(
            jobs=sifted.jobs, set_aside=(*self._set_aside, *sifted.set_aside), not_finished=self._not_finished
        )
        self._start_anew()
        return rows


def collect(
    records: Iterable[Record],
    understand: Callable[[Record], Job | Reason | None],
    to_columns: ToColumns[Job],
    source: str,
    site: Site,
) -> Iterator[Rows]:
    """Understand `records` one by one and hand them on in batches; there is always at least one."""
    collection = Collection(to_columns, source, site)
    for record in records:
        outcome = understand(record)
        collection.add(record, outcome)
        if record.torn and outcome is not Reason.TRUNCATED:
            collection.add(_last_line(record), Reason.TRUNCATED)
        if collection.is_full():
            yield collection.hand_over()
    yield collection.hand_over()


def _last_line(record: Record) -> Record:
    return Record(record.line + record.text.count("\n"), record.text.rpartition("\n")[2])


_RAW = {name: pl.Int64 if kind == Instant else kind for name, kind in SCHEMA.items()} | {"hosts": pl.String}


def in_columns(jobs: Sequence[Finished]) -> pl.DataFrame:
    """Put jobs into columns."""
    columns = list(zip(*jobs, strict=True)) or [()] * len(Finished._fields)
    return pl.DataFrame(
        [
            pl.Series(name, column, dtype=_RAW[name], strict=False)
            for name, column in zip(Finished._fields, columns, strict=True)
        ]
    )


def _history(jobs: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Make columns of the history from those of `Finished`."""
    measured = pl.any_horizontal(pl.col("memory_peak", "memory_mean").is_not_null())
    return conform(
        jobs.with_columns(
            pl.lit("lsf").alias("system"),
            pl.lit(site.cluster).alias("cluster"),
            pl.when(measured).then(pl.lit(MemoryBasis.RSS_SUM.value)).alias("memory_basis"),
            pl.col("hosts").str.split(" "),
            ((pl.col("finish_time") - pl.col("start_time")) / 1_000_000).alias("run_time"),
            *in_description(pl.col("description")),
        )
    )


def group_of(share_path: str) -> str | None:
    """Return the user group of a fair-share path such as ``/chip/frontend/ada``: the part before the user."""
    parts = share_path.strip("/").split("/")
    return parts[-2] if len(parts) > 1 and parts[-2] else None


def hosts_of(names: list[str]) -> list[str]:
    """Return each host once, in order; ``16*hostA`` is sixteen tasks on one host."""
    if len(names) == 1:
        return [names[0].rpartition("*")[2]]
    return list(dict.fromkeys(name.rpartition("*")[2] for name in names))


def element_name(name: str, array_index: int | None) -> str | None:
    """Return a job's name; of an array element without the ``[1-90]%5`` or ``[3]`` that LSF shows there."""
    if array_index is not None and name.partition("%")[0].endswith("]"):
        name = name.rpartition("[")[0] or name
    return name or None
