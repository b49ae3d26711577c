"""What is free at each later second at which something is given back, as one pass foresees it (rule 4)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from jobcast.schedule.grid import Amounts, Rows, Taken

FOREVER = 1 << 62
"""The second at which what has no end ends."""
NEVER = FOREVER + 1
"""More seconds than any job is reckoned to run."""
_ROOM = 64
"""Seconds for which there is room beside those known at first."""
_KNOWN = 8
"""Seconds of which it is known what is free for which there is room at first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stay:
    """Something that takes a part of what is free, for a time."""

    since: int
    """Second from which it does."""
    until: int
    """Second at which it ends; `FOREVER` for never."""
    taken: Taken
    """What it takes."""
    gives_back: Taken
    """What is free again at its end; more than it takes where it has a part before."""


@dataclass(slots=True)
class _Second:
    """What happens at one second."""

    gives_back: bool = False
    """Whether something ends."""
    changes: list[tuple[Rows, Amounts]] = field(default_factory=list)
    """What becomes free on which machines; less than nothing where something begins."""


class Moments:
    """The seconds at which what is free changes; what is free then is added up only where somebody asks for it."""

    def __init__(self, free: Amounts, ends: Sequence[tuple[int, Taken]]) -> None:
        self._free = free
        """Of now: lessened by the caller as jobs start."""
        self._at: dict[int, _Second] = {}
        self._known = np.empty((_KNOWN, *free.shape), np.int64)
        """[seconds that were asked for, machines, resources]: what is free then."""
        self._known_seconds: list[int] = []
        """Rising."""
        self._known_rows: list[int] = []
        """Where each of these is in `_known`."""
        self._first = free.clip(min=0).sum(axis=0)
        for second, taken in ends:
            this = self._at.setdefault(second, _Second(gives_back=True))
            this.changes.append((taken.rows, taken.amounts))
        self._seconds = list(self._at)
        self._totals = np.empty((len(self._seconds) + _ROOM, free.shape[1]), np.int64)
        """[seconds, resources]: no less than what is free on all machines together, nothing where it is less."""
        self._returns = np.zeros(len(self._totals), np.bool_)
        self._returns[: len(self._seconds)] = True
        if ends:
            self._totals[: len(self._seconds)] = self._first + _added_up(ends)

    def tried(self, wanted: Amounts, since: int = 0) -> Iterator[int]:
        """Yield the seconds, rising, at which something ends and so much is free on all machines together."""
        size = len(self._seconds)
        enough = (self._totals[:size] >= wanted).all(axis=1) & self._returns[:size]
        for place in enough.nonzero()[0].tolist():
            if self._seconds[place] >= since:
                yield self._seconds[place]

    def free_at(self, second: int) -> Amounts:
        """Return what is free at a second after now; not to be changed."""
        return np.asarray(self._known[self._row(second)])

    def free_at_each(self, seconds: Sequence[int], rows: Rows) -> Amounts:
        """Return [seconds, rows, resources]: what is free at seconds after now on some machines."""
        places = [self._row(second) for second in seconds]
        return np.asarray(self._known[np.array(places)[:, None], rows])

    def _row(self, second: int) -> int:
        """Return where in `_known` it is what is free at a second."""
        place = bisect_right(self._known_seconds, second)
        before = self._known_seconds[place - 1] if place else -1
        if before == second:
            return self._known_rows[place - 1]
        row = len(self._known_rows)
        if row == len(self._known):
            self._known = np.concatenate([self._known, np.empty_like(self._known)])
        self._known[row] = self._known[self._known_rows[place - 1]] if place else self._free
        for each in self._seconds[bisect_right(self._seconds, before) : bisect_right(self._seconds, second)]:
            for rows, amounts in self._at[each].changes:
                self._known[row, rows] += amounts
        self._known_seconds.insert(place, second)
        self._known_rows.insert(place, row)
        return row

    def add(self, stay: Stay, *, counts: bool = True) -> None:
        """Let something take a part from a second after now on.

        Without `counts` it may take more than there is, and isn't reckoned with where only sums are looked at.
        """
        place = self._place(stay.since)
        self._at[stay.since].changes.append((stay.taken.rows, -stay.taken.amounts))
        self._lessen(stay, place, counts=counts)

    def started(self, taken: Taken, until: int, gives_back: Taken) -> None:
        """Let something that has just taken a part of what is free keep it until a second."""
        self._lessen(Stay(since=0, until=until, taken=taken, gives_back=gives_back), 0, counts=True)
        self._first = self._first - taken.amounts.sum(axis=0)

    def _lessen(self, stay: Stay, place: int, *, counts: bool) -> None:
        """Take away what something takes while it stays, and give back what it has at its end."""
        taken, back = stay.taken, stay.gives_back
        end = len(self._seconds)
        if stay.until < FOREVER:
            end = self._place(stay.until)
            self._returns[end] = True
            self._at[stay.until].changes.append((back.rows, back.amounts))
        if counts:
            self._totals[place:end] -= taken.amounts.sum(axis=0)
        first, last = (bisect_left(self._known_seconds, each) for each in (stay.since, stay.until))
        self._change_known(self._known_rows[first:last], taken.rows, -taken.amounts)
        if back is not taken:
            self._change_known(self._known_rows[last:], taken.rows, -taken.amounts)
            self._change_known(self._known_rows[last:], back.rows, back.amounts)
        if counts and back is not taken:
            self._totals[end : len(self._seconds)] += back.amounts.sum(axis=0) - taken.amounts.sum(axis=0)

    def _change_known(self, seconds: list[int], rows: Rows, amounts: Amounts) -> None:
        if seconds:
            self._known[np.array(seconds)[:, None], rows] += amounts

    def _place(self, second: int) -> int:
        """Return the place of a second; makes one where there is none."""
        place = bisect_left(self._seconds, second)
        size = len(self._seconds)
        if place < size and self._seconds[place] == second:
            return place
        if size == len(self._totals):
            self._totals = np.concatenate([self._totals, np.empty_like(self._totals)])
            self._returns = np.concatenate([self._returns, np.zeros_like(self._returns)])
        for column in (self._totals, self._returns):
            column[place + 1 : size + 1] = column[place:size]
        self._totals[place] = self._totals[place - 1] if place else self._first
        self._returns[place] = False
        self._seconds.insert(place, second)
        self._at[second] = _Second()
        return place


def _added_up(ends: Sequence[tuple[int, Taken]]) -> npt.NDArray[np.int64]:
    """Return for each different second how much has been given back until then, of each resource."""
    sizes = np.cumsum([len(taken.rows) for _, taken in ends])
    nothing = np.zeros((1, ends[0][1].amounts.shape[1]), np.int64)
    so_far = np.concatenate([nothing, *(taken.amounts for _, taken in ends)]).cumsum(axis=0)
    seconds = np.array([second for second, _ in ends])
    last = np.flatnonzero(np.append(seconds[1:] != seconds[:-1], True))
    return np.asarray(so_far[sizes[last]])
