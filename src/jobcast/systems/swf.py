"""The Standard Workload Format of the Parallel Workloads Archive, version 2.2: one job a line, 18 numbers.

Source: https://www.cs.huji.ac.il/labs/parallel/workload/swf.html. Unknown is -1, or anything below 0.

- Times count from the header's UnixStartTime; where that is not given, as in made-up workloads, from 2000.
- Memory is given for each processor, in KB: times the processors that were allocated it is the job's. Some
  logs break that rule: MetaCentrum's of 2013 requests bytes for the whole job (its rows are set aside as
  absurd) and gives the same used memory for all.
- A wait that is not given counts as none, so that made-up workloads, which have none, can be read.
- Users, groups and executables are bare numbers and become ``u12``, ``g3`` and, as command, ``app7``.
- Status 2, 3 and 4 mark pieces of a job between checkpoints, which a line of its own sums up: not jobs.
- A status that is not given counts as done.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from itertools import chain
from pathlib import Path

import polars as pl

from jobcast.errors import InputError
from jobcast.history import SET_ASIDE_TEXT, Rows, SetAside, conform, sift
from jobcast.job import ExitReason, JobState, MemoryBasis
from jobcast.language import say
from jobcast.systems.base import Site, open_plain_or_packed
from jobcast.systems.columns import epoch, whole
from jobcast.systems.text import Lines, read_lines
from jobcast.units import KIB

ADDRESS = "https://www.cs.huji.ac.il/labs/parallel/workload/swf.html"

_FIELDS = (
    "job submit wait run processors cpu memory processors_asked time_asked memory_asked status "
    "user group executable queue partition preceding think"
)

FIELDS = tuple(_FIELDS.split())
"""The 18 numbers of a line, in order."""

_LONGEST_NUMBER = 15
"""Digits of the number of a queue."""
PIECES = (2.0, 3.0, 4.0)


UNKNOWN_START = (0, -1)
MADE_UP_START = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
TEN_YEARS = 3652 * 86400
"""A log whose first job came later than that after its start counts from 1970."""


_HEADER = re.compile(r";\s*(UnixStartTime|Queue|Partition|MaxProcs|MaxNodes)\s*:\s*(-?\d+)\s*[-:]?\s*(\S*)")


# Not frozen: its comments come one by one, and may stand between jobs.
@dataclass(kw_only=True, slots=True)
class Header:
    """What the comments above the jobs say."""

    start: float = 0
    """UnixStartTime, in seconds since 1970; 0 where it is not given."""
    queues: dict[int, str] = field(default_factory=dict)
    """Number to name; numbers without a name are lacking."""
    partitions: dict[int, str] = field(default_factory=dict)
    """Likewise."""
    processors: int | None = None
    """MaxProcs; None where it is not given."""
    machines: int | None = None
    """MaxNodes; None where it is not given."""

    def take(self, comment: str) -> None:
        """Take in one comment line, e.g. ``; Queue: 1 batch``; what stands last counts."""
        match = _HEADER.match(comment)
        if match is None:
            return
        if match[1] == "UnixStartTime":
            self.start = float(match[2])
        elif match[1] in {"MaxProcs", "MaxNodes"}:
            self._take_size(match[1], match[2])
        elif match[3] and len(match[2]) <= _LONGEST_NUMBER:
            names = self.queues if match[1] == "Queue" else self.partitions
            names[int(match[2])] = match[3]

    def _take_size(self, name: str, text: str) -> None:
        size = int(text) if len(text) <= _LONGEST_NUMBER and int(text) > 0 else None
        if name == "MaxProcs":
            self.processors = size
        else:
            self.machines = size


class Swf:
    """A log in the Standard Workload Format, plain or packed."""

    kind = "swf"

    def read(self, path: Path, site: Site) -> Iterator[Rows]:
        """Read `path`. Raises InputError when none of its first lines is a job of SWF."""
        with open_plain_or_packed(path) as stream:
            batches = read_lines(stream, path.name)
            first = next(batches, None)
            if first is None:
                return
            if not looks_like_swf(first.texts):
                raise InputError(
                    say("systems.no_swf", path=path), hint=say("systems.no_swf_cure", address=ADDRESS)
                )
            header = Header()
            for lines in chain([first], batches):
                yield _read_batch(lines, header, site, path.name)


def looks_like_swf(texts: list[str]) -> bool:
    """Tell whether one of the first lines that are no comments is a job, or all are comments."""
    jobs = [text for text in texts if text.strip() and not text.lstrip().startswith(";")][:10]
    return not jobs or any(_numbers(text) for text in jobs)


def _numbers(text: str) -> bool:
    values = text.split()[: len(FIELDS)]
    return len(values) == len(FIELDS) and all(re.fullmatch(r"-?\d+(\.\d*)?", value) for value in values)


def read_numbers(lines: Lines, header: Header, source: str) -> tuple[pl.DataFrame, list[SetAside]]:
    """Read consecutive lines as `FIELDS`, each with its `line`; `header` takes in the comments among them.

    Returns with them what is no line of 18 numbers.
    """
    numbers, squeezed, aside = [], [], list(lines.set_aside(source))
    for number, text in enumerate(lines.texts, lines.first):
        values = text.split(None, len(FIELDS))
        if len(values) >= len(FIELDS) and values[0][0] != ";":
            numbers.append(number)
            squeezed.append(" ".join(values[: len(FIELDS)]))
        elif values and values[0][0] == ";":
            header.take(text.lstrip())
        elif values:
            cut = lines.cut and number == lines.first + len(lines.texts) - 1
            aside.append(_set_aside(source, number, "truncated" if cut else "field_count", text))
    table = _parse(squeezed).with_columns(pl.Series("line", numbers, dtype=pl.Int64))
    unreadable = pl.any_horizontal(pl.col(FIELDS).is_null())
    aside += [
        _set_aside(source, line, "not_a_number", lines.texts[line - lines.first])
        for line in table.filter(unreadable)["line"]
    ]
    return table.filter(~unreadable), aside


def _read_batch(lines: Lines, header: Header, site: Site, source: str) -> Rows:
    """Read consecutive lines."""
    table, aside = read_numbers(lines, header, source)
    pieces = pl.col("status").is_in(PIECES)
    kept = table.filter(~pieces)
    places = kept["line"]
    rows = sift(
        _to_jobs(kept, header, site),
        now=site.now,
        source=source,
        record=lambda row: (places[row], lines.texts[places[row] - lines.first]),
    )
    return Rows(jobs=rows.jobs, set_aside=(*aside, *rows.set_aside), not_finished=table.height - kept.height)


def _set_aside(source: str, line: int, reason: str, text: str) -> SetAside:
    return SetAside(source=source, line=line, reason=reason, text=text[:SET_ASIDE_TEXT])


def _parse(squeezed: list[str]) -> pl.DataFrame:
    """Parse lines of numbers parted by single blanks; what is no number becomes null."""
    schema = dict.fromkeys(FIELDS, pl.Float64())
    if not squeezed:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(
        BytesIO("\n".join(squeezed).encode()),
        has_header=False,
        separator=" ",
        quote_char=None,
        schema=schema,
        ignore_errors=True,
    )


def _to_jobs(table: pl.DataFrame, header: Header, site: Site) -> pl.DataFrame:
    """Turn the 18 numbers into columns of the history."""
    known = table.with_columns(pl.when(pl.col(name) >= 0).then(name).alias(name) for name in FIELDS)
    ran = (pl.col("processors") != 0).fill_null(value=True) & pl.col("run").is_not_null()
    submit = header.start + pl.col("submit")
    if header.start in UNKNOWN_START:
        early = pl.col("submit") < TEN_YEARS
        submit = pl.when(early).then(MADE_UP_START + pl.col("submit")).otherwise("submit")
    left = submit + pl.col("wait").fill_null(0)
    asked = pl.coalesce(positive("processors_asked"), positive("processors"))
    peak = whole(positive("memory") * KIB * pl.coalesce(positive("processors"), asked))
    status = pl.col("status")
    return conform(
        known.select(
            pl.lit("swf").alias("system"),
            pl.lit(site.cluster).alias("cluster"),
            bare_name("job", "").alias("job_id"),
            bare_name("user", "u").alias("user"),
            bare_name("group", "g").alias("group"),
            pl.coalesce(
                lookup("queue", header.queues, "q"), lookup("partition", header.partitions, "p")
            ).alias("queue"),
            bare_name("executable", "app").alias("command"),
            epoch(submit).alias("submit_time"),
            pl.when(ran).then(epoch(left)).alias("start_time"),
            epoch(left + pl.when(ran).then("run").otherwise(0)).alias("finish_time"),
            pl.when(status == 0)
            .then(pl.lit(JobState.FAILED))
            .when(status == 5)
            .then(pl.lit(JobState.CANCELLED))
            .otherwise(pl.lit(JobState.DONE))
            .alias("state"),
            pl.when(status == 0).then(pl.lit(ExitReason.UNKNOWN)).alias("exit_reason"),
            asked.cast(pl.Int32, strict=False).alias("cores_requested"),
            whole(positive("memory_asked") * KIB * asked).alias("memory_requested"),
            positive("time_asked").alias("run_limit"),
            peak.alias("memory_peak"),
            pl.when(peak.is_not_null()).then(pl.lit(MemoryBasis.RSS_PER_CORE)).alias("memory_basis"),
            (positive("cpu") * pl.coalesce(positive("processors"), 1)).alias("cpu_time"),
            pl.when(ran).then("run").alias("run_time"),
        )
    )


def positive(name: str) -> pl.Expr:
    """Return a number above 0: a log that has no figure for a job writes 0 as often as -1."""
    return pl.when(pl.col(name) > 0).then(name)


def bare_name(name: str, prefix: str) -> pl.Expr:
    """Turn a bare number into a name; no number, no name."""
    return pl.format(prefix + "{}", whole(pl.col(name)))


def lookup(name: str, names: dict[int, str], prefix: str) -> pl.Expr:
    """Return the name that the header gives to a number, else a made-up one."""
    number = whole(pl.col(name))
    if not names:
        return bare_name(name, prefix)
    return pl.coalesce(
        number.replace_strict(names, default=None, return_dtype=pl.String), bare_name(name, prefix)
    )
