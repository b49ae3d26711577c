"""From a log in the Standard Workload Format to a trace; a million lines in a few seconds.

What a field means is said in `jobcast.systems.swf`. The filter is that of the published comparison of EASY
variants (Gaussier, Glesser, Reis and Trystram, SC'15), so that its figures come out to the last digit: jobs
wider than the machine, without run time, without request or submitted before the origin are set aside; where
one of the two numbers of processors is missing the other one counts; no job runs longer than it asked for.
Jobs that failed or were cancelled while they ran stay: they took their processors for as long.

In a log in which no job asks for a run time, as made-up workloads are, that is no reason to set jobs aside.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl

from jobcast.errors import InputError
from jobcast.job import JobState
from jobcast.language import say
from jobcast.simulate.trace import SCHEMA, Taken, Trace, sift
from jobcast.systems.base import open_plain_or_packed
from jobcast.systems.swf import (
    ADDRESS,
    FIELDS,
    MADE_UP_START,
    PIECES,
    TEN_YEARS,
    UNKNOWN_START,
    Header,
    bare_name,
    looks_like_swf,
    lookup,
    positive,
    read_numbers,
)
from jobcast.systems.text import UNREADABLE, read_lines
from jobcast.units import KIB

_BLOCK = 1 << 23
"""Bytes parsed at once: a million jobs take a hundred megabytes of text, of which this is held."""
_LINES = 200_000
"""Lines read at once where a log must be read with care."""
_BLANKS = bytes.maketrans(b"\t\r", b"  ")
_BLANK, _NEW_LINE = ord(" "), ord("\n")


_NAMED = ("wait", "user", "group", "executable", "queue", "partition")
"""Fields of which any number from 0 on says something."""


class _NotCleanError(Exception):
    """Something in the log wants to be read with care; caught here."""


def read_swf(path: Path, *, processors: int | None = None, queues_limit: bool = False) -> Trace:
    """Read the log at `path`, plain or packed, for a machine of `processors`, by default what its header says.

    Where only some jobs request a run time, the others are set aside, unless `queues_limit`: a site's own queues
    give limits to jobs that ask for none, or let them run without.

    Raises InputError when it is no such log, holds no job that can be simulated, or doesn't say how many
    processors there are.
    """
    header = Header()
    aside: Mapping[str, int] = {}
    try:
        jobs = _joined(_clean(path, header))
    except _NotCleanError:
        header = Header()
        jobs, aside = _careful(path, header)
    pieces = int(jobs["piece"].sum())
    if pieces:
        jobs = jobs.filter(~pl.col("piece"))
    return sift(
        Taken(
            name=path.name,
            origin=_origin(header, jobs),
            jobs=jobs,
            processors=processors or header.processors or header.machines,
            must_request=bool(jobs["request"].count()) and not queues_limit,
            set_aside={**aside, "piece": pieces},
        )
    )


def _origin(header: Header, jobs: pl.DataFrame) -> datetime:
    """Return second 0: what the header says, else 1970 in a log that counts from there, else a made-up one."""
    start = header.start
    if start in UNKNOWN_START:
        first = jobs["submit"].min()
        start = 0.0 if isinstance(first, int) and first >= TEN_YEARS else MADE_UP_START
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=start)
    except OverflowError:
        return datetime.fromtimestamp(MADE_UP_START, UTC)


def _joined(frames: Iterator[pl.DataFrame]) -> pl.DataFrame:
    none = pl.DataFrame(schema={**SCHEMA, "widest": pl.Int64, "piece": pl.Boolean})
    return pl.concat([none, *frames])


def _clean(path: Path, header: Header) -> Iterator[pl.DataFrame]:
    """Read a log in which each line is a comment or 18 numbers. Raises _NotCleanError for any other."""
    with open_plain_or_packed(path) as stream:
        for block in _blocks(stream):
            yield _to_jobs(_parse(block, header), header)


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield some megabytes of whole lines."""
    rest = b""
    while True:
        try:
            block = stream.read(_BLOCK)
        except UNREADABLE as error:
            raise _NotCleanError from error
        if not block:
            break
        lines, end, after = (rest + block).rpartition(b"\n")
        rest = after
        if end:
            yield lines
    if rest:
        yield rest


def _parse(block: bytes, header: Header) -> pl.DataFrame:
    """Return the numbers in `block`; comments among them are taken in by `header`."""
    for comment in _comments(block):
        header.take(comment)
    text = _squeezed(block.translate(_BLANKS))
    try:
        table = pl.read_csv(
            text,
            has_header=False,
            separator=" ",
            quote_char=None,
            comment_prefix=";",
            schema=dict.fromkeys(FIELDS, pl.Float64()),
            raise_if_empty=False,
        )
    except pl.exceptions.PolarsError as error:
        raise _NotCleanError from error
    if any(table.null_count().row(0)):
        raise _NotCleanError
    return table


def _comments(block: bytes) -> Iterator[str]:
    """Yield the lines that begin with a semicolon; there are few of them among many lines of numbers."""
    place = block.find(b";")
    while place >= 0:
        end = block.find(b"\n", place)
        if not block[block.rfind(b"\n", 0, place) + 1 : place].strip():
            yield block[place : end if end >= 0 else None].rstrip().decode("utf-8", "replace")
        place = block.find(b";", end) if end >= 0 else -1


def _squeezed(text: bytes) -> bytes:
    """Return lines in which single blanks part the words: of each run of blanks only the last is kept."""
    signs = np.frombuffer(text + b"\n", dtype=np.uint8)
    blank = signs == _BLANK
    superfluous = blank[:-1] & (blank[1:] | (signs[1:] == _NEW_LINE))
    squeezed: bytes = signs[:-1][~superfluous].tobytes()
    return squeezed.replace(b"\n ", b"\n").strip()


def _careful(path: Path, header: Header) -> tuple[pl.DataFrame, Mapping[str, int]]:
    """Read a log line by line; returns with its jobs how many lines are none, by reason."""
    frames: list[pl.DataFrame] = []
    aside: Counter[str] = Counter()
    with open_plain_or_packed(path) as stream:
        batches = read_lines(stream, path.name, _LINES)
        first = next(batches, None)
        if first is not None and not looks_like_swf(first.texts):
            raise InputError(
                say("systems.no_swf", path=path), hint=say("systems.no_swf_cure", address=ADDRESS)
            )
        for lines in chain([first] if first else [], batches):
            table, bad = read_numbers(lines, header, path.name)
            frames.append(_to_jobs(table, header))
            aside.update(one.reason for one in bad)
    return _joined(iter(frames)), aside


def _to_jobs(table: pl.DataFrame, header: Header) -> pl.DataFrame:
    """Turn the numbers into columns of a trace, and `widest` and `piece`; nothing is left out yet."""
    known = table.with_columns(pl.when(pl.col(name) >= 0).then(name).alias(name) for name in _NAMED)
    asked = pl.coalesce(positive("processors_asked"), positive("processors"))
    used = pl.coalesce(positive("processors"), asked)
    columns = {
        "id": bare_name("job", ""),
        "submit": pl.col("submit").floor(),
        "run": pl.col("run").ceil(),
        "request": positive("time_asked").ceil(),
        "cores": asked,
        "memory": positive("memory_asked") * KIB * asked,
        "memory_used": positive("memory") * KIB * used,
        "user": bare_name("user", "u"),
        "group": bare_name("group", "g"),
        "queue": pl.coalesce(
            lookup("queue", header.queues, "q"), lookup("partition", header.partitions, "p")
        ),
        "command": bare_name("executable", "app"),
        "after": pl.when(pl.col("preceding") > 0).then(bare_name("preceding", "")),
        "think": pl.when((pl.col("preceding") > 0) & (pl.col("think") >= 0)).then("think"),
        "state": _state(),
        "waited": pl.col("wait").floor(),
    }
    return known.select(
        *(
            columns.get(name, pl.lit(None)).cast(kind, strict=False).alias(name)
            for name, kind in SCHEMA.items()
        ),
        pl.max_horizontal(asked, used).cast(pl.Int64, strict=False).alias("widest"),
        pl.col("status").is_in(PIECES).alias("piece"),
    )


def _state() -> pl.Expr:
    status = pl.col("status")
    return (
        pl.when(status == 0)
        .then(pl.lit(JobState.FAILED))
        .when(status == 5)
        .then(pl.lit(JobState.CANCELLED))
        .otherwise(pl.lit(JobState.DONE))
    )
