"""Where in a machine a job is drawn: on the lowest of its processors that are free, as blocks of neighbours.

Which processors of a machine a job has is not simulated, only how many. Where only processors are counted, all of
them together stand for one machine.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from jobcast.simulate.page.deck import Deck, Spans
from jobcast.simulate.page.spans import running


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A job on neighbouring processors of one machine."""

    row: int
    """Of the job, in the table that was laid out."""
    low: int
    """First processor, counted over all machines that are drawn."""
    high: int
    """The one after the last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """The machines that are drawn, one above another."""

    first_of: Mapping[str, int]
    """Machine to its first processor, in their order; ``""`` where only processors are counted."""
    size_of: Mapping[str, int]
    """Machine to its number of processors."""

    @property
    def height(self) -> int:
        """Return how many processors they have together."""
        return sum(self.size_of.values())


def rows_of(machines: Mapping[str, int], processors: int, jobs: pl.DataFrame, most: int) -> Rows:
    """Return the first `most` of the machines on which these jobs ran; all processors as one where nobody tells."""
    where = jobs.select(pl.col("allocation").explode().struct.field("machine")).to_series()
    used = set(where.drop_nulls().unique())
    size_of = dict([(name, size) for name, size in machines.items() if name in used][:most])
    if not size_of:
        return Rows(first_of={"": 0}, size_of={"": processors})
    first_of, place = {}, 0
    for name, size in size_of.items():
        first_of[name], place = place, place + size
    return Rows(first_of=first_of, size_of=size_of)


def lay(jobs: pl.DataFrame, rows: Rows) -> list[Block]:
    """Return the blocks of these jobs (``start finish cores allocation``), which come in the order of their starts.

    While a job is suspended others may have its processors: their blocks lie over each other, but never while both
    run, unless a machine then runs more than it has processors for.
    """
    decks = {name: Deck(size=size) for name, size in rows.size_of.items()}
    blocks = []
    told = zip(jobs.select("cores", "allocation").iter_rows(), spans_of(jobs), strict=True)
    for row, ((cores, allocation), spans) in enumerate(told):
        for name, wanted in shares(allocation, cores, rows):
            base = rows.first_of[name]
            for low, high in decks[name].take(wanted, spans):
                blocks.append(Block(row=row, low=base + low, high=base + high))
    return blocks


def spans_of(jobs: pl.DataFrame) -> list[Spans]:
    """Return when each job ran; all of its time for one that never did but while suspended."""
    found: list[Spans] = [[] for _ in range(len(jobs))]
    for row, start, finish in running(jobs).sort("row", "start").iter_rows():
        found[row].append((start, finish))
    whole = jobs.select("start", "finish").iter_rows()
    return [spans or [(start, finish)] for spans, (start, finish) in zip(found, whole, strict=True)]


def shares(
    allocation: Sequence[Mapping[str, Any]] | None, cores: int, rows: Rows
) -> Iterator[tuple[str, int]]:
    """Yield each machine that is drawn of those a job runs on, and how many processors it has there."""
    if "" in rows.size_of:
        yield "", min(cores, rows.size_of[""])
        return
    tasks = sum(share["tasks"] for share in allocation or ())
    for share in allocation or ():
        size = rows.size_of.get(share["machine"])
        if size is not None:
            yield share["machine"], min(max(round(cores * share["tasks"] / tasks), 1), size)
