"""Where in a machine a job is drawn: on the lowest of its processors that are free, as blocks of neighbours.

Which processors of a machine a job has is not simulated, only how many. Where only processors are counted, all of
them together stand for one machine.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

import polars as pl

Piece = tuple[int, int]
"""First processor, and the one after the last."""


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

    Where a machine runs more than it has processors for, as it may while jobs are suspended, the rest are left out.
    """
    decks = {name: _Deck(size=size, free=[(0, size)]) for name, size in rows.size_of.items()}
    blocks = []
    for row, (start, finish, cores, allocation) in enumerate(
        jobs.select("start", "finish", "cores", "allocation").iter_rows()
    ):
        for name, wanted in shares(allocation, cores, rows):
            base = rows.first_of[name]
            for low, high in decks[name].take(wanted, start, finish):
                blocks.append(Block(row=row, low=base + low, high=base + high))
    return blocks


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


@dataclass(kw_only=True, slots=True)
class _Deck:
    """The processors of one machine, as jobs come and go."""

    size: int
    free: list[Piece]
    """Neighbours that are free, from below."""
    busy: list[tuple[int, Piece]] = field(default_factory=list)
    """Until when a block is taken, soonest first."""

    def take(self, wanted: int, start: int, finish: int) -> list[Piece]:
        """Take the lowest free processors from `start` to `finish`, as many as there are up to `wanted`."""
        while self.busy and self.busy[0][0] <= start:
            self._give_back(heappop(self.busy)[1])
        taken: list[Piece] = []
        while wanted and self.free:
            low, high = self.free.pop(0)
            end = min(high, low + wanted)
            if end < high:
                self.free.insert(0, (end, high))
            taken.append((low, end))
            wanted -= end - low
        for piece in taken:
            heappush(self.busy, (finish, piece))
        return taken

    def _give_back(self, piece: Piece) -> None:
        """Put a block among the free ones, and join neighbours."""
        joined: list[Piece] = []
        for low, high in sorted([*self.free, piece]):
            if joined and joined[-1][1] == low:
                joined[-1] = joined[-1][0], high
            else:
                joined.append((low, high))
        self.free = joined
