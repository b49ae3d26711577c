"""Numbers that are looked at of thousands of jobs in line at once, a row for each of them."""

from typing import TYPE_CHECKING

import numpy as np

from jobcast.decision import Cause
from jobcast.schedule.moments import NEVER

if TYPE_CHECKING:
    from jobcast.decision import Reason
    from jobcast.schedule.shapes import Numbers
    from jobcast.schedule.state import Entry

WHO, SHAPE, LASTS, LOOK, SLEEP, QUEUE, TOLD, VALUED = range(8)
"""Of one row: `Kind.who`, below 0 for one who must be looked at alone; `Kind.shape`, below 0 where it isn't known;
`Entry.lasts`; the second until which it must be looked at alone; the second until which its reason can't change; the
number of its queue; the number of the reason that it has, below 0 where it was told another one; and `Entry.valued_at`,
far off where it's None."""
_MOST_REASONS = 1000
"""That are remembered from one pass to the next."""
_FIRST = 64
"""Rows for which there is room at first."""


class Facts:
    """A row for each who stands in line, found by id; rows of those who leave are given to others."""

    def __init__(self) -> None:
        self.table: Numbers = np.zeros((VALUED + 1, _FIRST), np.int64)
        """[what, rows]."""
        self.row_of: dict[str, int] = {}
        """Id of a job to its row."""
        self.reasons: list[Reason] = []
        """Number to reason."""
        self._numbers: dict[int, int] = {}
        """What Python tells reasons apart by, to number."""
        self._queues: dict[str, int] = {}
        self._spare: list[int] = []

    def come(self, entry: "Entry") -> int:
        """Note a job that is new in line; returns its row."""
        row = self._spare.pop() if self._spare else len(self.row_of)
        if row >= self.table.shape[1]:
            self.table = np.concatenate([self.table, np.zeros_like(self.table)], axis=1)
        self.row_of[entry.job.id] = row
        self.note(entry)
        return row

    def leave(self, name: str) -> None:
        """Forget a job, if it is known."""
        row = self.row_of.pop(name, None)
        if row is not None:
            self._spare.append(row)

    def note(self, entry: "Entry") -> None:
        """Note what has become known of a job; nothing where it doesn't stand in line."""
        row, kind = self.row_of.get(entry.job.id), entry.kind
        if row is not None:
            self.table[:, row] = (
                kind.who if kind is not None and kind.plain and entry.gave is None else -1,
                -1 if kind is None else kind.shape,
                entry.lasts,
                NEVER if entry.held is not None or entry.reason.cause in _OWN else entry.paused_until,
                0,
                self.queue(entry.queue.name),
                -1,
                NEVER if entry.valued_at is None else entry.valued_at,
            )

    def valued(self, entry: "Entry", now: int) -> None:
        """Note that the values of a job have been worked out."""
        row = self.row_of.get(entry.job.id)
        if row is not None:
            self.table[VALUED, row] = now

    def looked_at(self, entry: "Entry", row: int) -> None:
        """Note that a job was looked at alone, and was told why it waits."""
        table, reason = self.table, entry.reason
        table[TOLD, row] = -1
        if entry.taken is not None:  # suspended: the reason is that of when it waited
            return
        if reason.cause in _UNTIL:
            table[SLEEP, row] = reason.values["until"]
        elif reason.cause is Cause.HELD or (reason.cause is Cause.DEPENDENCY and not entry.queue.windows):
            table[SLEEP, row] = NEVER

    def wake(self, name: str) -> None:
        """Let a job be looked at again."""
        row = self.row_of.get(name)
        if row is not None:
            self.table[SLEEP, row] = 0

    def queue(self, name: str) -> int:
        """Return the number of a queue."""
        return self._queues.setdefault(name, len(self._queues))

    def number(self, reason: "Reason") -> int:
        """Return the number of a reason; another one for each that isn't the very same."""
        found = self._numbers.get(id(reason))
        if found is None:
            found = self._numbers[id(reason)] = len(self.reasons)
            self.reasons.append(reason)
        return found

    def tidy(self) -> None:
        """Forget reasons where there are too many; numbers got before mean nothing any more."""
        if len(self.reasons) > _MOST_REASONS:
            self.reasons.clear()
            self._numbers.clear()
            self.table[TOLD] = -1


_OWN = frozenset({Cause.NOT_THERE})
"""Nobody else has such a reason, who is treated alike."""
_UNTIL = frozenset({Cause.BEGIN, Cause.WINDOW})
"""They are true until the second that they tell, unless the job or the rules change."""
