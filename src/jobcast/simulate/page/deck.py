"""The processors of one machine, as jobs come and go."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from jobcast.simulate.outcome import Whole

Piece = tuple[int, int]
"""First processor, and the one after the last."""
Spans = list[tuple[int, int]]
"""Seconds from which and until which; at least one."""


@dataclass(kw_only=True, slots=True)
class Deck:
    """The processors of a machine that are taken, and when; they are asked for in the order of time."""

    size: int
    """How many there are."""
    taken: Whole = field(default_factory=lambda: np.empty((0, 4), np.int64))
    """[places, 4]: first processor, the one after the last, from when, until when."""

    def put(self, pieces: Sequence[Piece], spans: Spans) -> None:
        """Take these processors; what overlaps others, or itself, counts as often."""
        rows = [(*piece, *span) for piece in pieces for span in spans]
        self.taken = np.concatenate([self.taken, np.array(rows, np.int64).reshape(-1, 4)])

    def take(self, wanted: int, spans: Spans) -> list[Piece]:
        """Take the lowest processors that are free all the time; where those don't do, the least busy ones beside.

        At most `size` of them.
        """
        self.taken = self.taken[self.taken[:, 3] > spans[0][0]]
        busy = self._busy(spans)
        lanes = np.flatnonzero(busy == 0)[:wanted]
        if len(lanes) < min(wanted, self.size):
            lanes = np.sort(np.argsort(busy, kind="stable")[:wanted])
        pieces = _neighbours(lanes)
        self.put(pieces, spans)
        return pieces

    def _busy(self, spans: Spans) -> Whole:
        """Return for how many seconds of these each processor is taken; a span without any counts as one second."""
        low, high, since, until = self.taken.T
        together = np.zeros(len(self.taken), np.int64)
        for start, end in spans:
            shared = np.minimum(until, max(end, start + 1)) - np.maximum(since, start)
            together += np.maximum(shared, 0)
        changes = np.zeros(self.size + 1, np.int64)
        np.add.at(changes, low, together)
        np.subtract.at(changes, high, together)
        return np.cumsum(changes[:-1])


def _neighbours(lanes: Whole) -> list[Piece]:
    """Put neighbours together."""
    parts = np.split(lanes, np.flatnonzero(np.diff(lanes) != 1) + 1)
    return [(int(part[0]), int(part[-1]) + 1) for part in parts if len(part)]
