"""What is available to a job for as long as it runs, and the planned starts that nobody may delay.

What is free only shrinks where a planned start lies: so it is enough to know what is *left* there (rules 2 and 4 of
"How the core decides").
"""

from collections.abc import Iterator
from itertools import islice
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from jobcast.schedule.grid import Amounts, Grid, Needs, Rows, Taken
from jobcast.schedule.moments import FOREVER, Moments, Stay
from jobcast.schedule.placement import Room, fits, place, room

_ALL = slice(None)
_ROOM = 4
"""Planned starts for which there is room at first."""
_TOGETHER = 16
"""Seconds that are tried together."""


class Plans:
    """The future as one pass sees it: who ends when, and what is planned."""

    def __init__(self, now: int, grid: Grid, free: Amounts) -> None:
        self.now = now
        self.grid = grid
        self.free = free
        """Of now; the state's own, so that every start shows."""
        self._claims: list[Taken] = []
        self._ends: list[tuple[int, Taken]] = []
        self._moments: Moments | None = None
        """Made when somebody is planned."""
        self._found: dict[object, tuple[int, int]] = {}
        """Who asked for what: for how long, and from which second on it may be had; plans only make it later."""
        self._size = 0
        self._starts = np.empty(_ROOM, np.int64)
        self._lefts = np.empty((_ROOM, *free.shape), np.int64)
        """[plans, machines, resources]: free at each planned start beside it; lessened by each later start that runs
        until then."""

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """The seconds at which somebody is planned to start, or an advance reservation to begin."""
        return self._starts[: self._size]

    def runs(self, taken: Taken, end: int | None) -> None:
        """Note that something that runs now gives back what it takes at a second; None for never."""
        if end is not None:
            self._ends.append((end, taken))

    def available(self, length: int | None, *, beside_all: bool = False) -> Amounts:
        """Return [machines, resources] that are available from now on for so many seconds.

        `beside_all`: only what no planned start needs, however long. The answer may be the state's own array.
        """
        end = FOREVER if length is None or beside_all else self.now + length
        return self._beside(self.free, self.now, end)

    def left(self, end: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the planned starts before a second, and what is left at each; the caller's own to change."""
        before = self.starts < end
        return self.starts[before], self._lefts[: self._size][before]

    def _beside(self, free: Amounts, second: int, end: int, rows: Rows | slice = _ALL) -> Amounts:
        """Return what is free, of some rows alone, and left there at all planned starts between two seconds."""
        if not self._size:
            return free
        within = ((self.starts > second) & (self.starts < end)).nonzero()[0]
        if not within.size:
            return free
        left = self._lefts[:, rows]
        left = left[within[0]] if within.size == 1 else left[within].min(axis=0)
        return np.asarray(np.minimum(free, left))

    def claim(self, taken: Taken) -> None:
        """Note what somebody will take as it comes free who can't be told when he starts: nobody plans with it."""
        self._claims.append(taken)

    def started(self, taken: Taken, end: int | None, gives_back: Taken | None = None) -> None:
        """Let a job that has just taken what it needs from what is free run until a second.

        `gives_back`: what is free again then, where it had a part before.
        """
        until = FOREVER if end is None else end
        self._lessen(self.now, until, taken)
        if gives_back is not taken:
            self._found.clear()
        if self._moments is None:
            self.runs(gives_back or taken, end)
        else:
            self._moments.started(taken, until, gives_back or taken)

    def _lessen(self, since: int, until: int, taken: Taken) -> None:
        """Let something take its part of what is left at the planned starts between two seconds."""
        within = np.flatnonzero((self.starts > since) & (self.starts < until))
        if within.size:
            self._lefts[within[:, None], taken.rows] -= taken.amounts

    def earliest(self, needs: Needs, length: int | None, order: Rows) -> tuple[int, Taken] | None:
        """Find the earliest second after now at which a job can be placed and stay; None where nobody can tell.

        A length of None: beside all plans that start later.
        """
        moments, seconds = self._foreseen(), FOREVER if length is None else length
        shorter, since = self._found.get(needs.key, (FOREVER, 0))
        for second in self._promising(needs, order, since if shorter <= seconds else 0):
            available = self._unclaimed(self._beside(moments.free_at(second), second, second + seconds))
            found = place(needs, Room(available=available, order=order), self.grid)
            if found is not None:
                self._note(needs, seconds, second)
                return second, found
        self._note(needs, seconds, FOREVER)
        return None

    def _promising(self, needs: Needs, order: Rows, since: int) -> Iterator[int]:
        """Yield the seconds, rising, at which a job would fit as far as the tasks that each machine can take tell."""
        moments, asked, size = self._foreseen(), needs.asked, 2
        seconds = moments.tried(needs.total, since)
        while some := list(islice(seconds, size)):
            if not asked.size:
                yield from some
                continue
            free = moments.free_at_each(some, order)[:, :, asked]
            tasks = (free // needs.per_task[asked]).min(axis=2).clip(0, needs.tasks).sum(axis=1)
            yield from (some[at] for at in np.flatnonzero(tasks >= needs.tasks).tolist())
            size = min(2 * size, _TOGETHER)

    def _note(self, needs: Needs, seconds: int, second: int) -> None:
        """Remember where the search for a job that asks for the same may begin."""
        if not (needs.layout.geometry or needs.moving):
            self._found[needs.key] = seconds, second

    def earliest_there(self, rows: Rows, wanted: Amounts, length: int | None, since: int) -> int | None:
        """Find the earliest second after now, and not before `since`, at which so much is free there, and stays so."""
        moments = self._foreseen()
        seconds = moments.tried(wanted.sum(axis=0), since)
        while some := list(islice(seconds, _TOGETHER)):
            free = moments.free_at_each(some, rows)
            there = ((wanted <= free) | (wanted <= 0)).all(axis=(1, 2))
            for at in np.flatnonzero(there).tolist():
                end = FOREVER if length is None else some[at] + length
                if fits(wanted, self._beside(free[at], some[at], end, rows)):
                    return some[at]
        return None

    def _foreseen(self) -> Moments:
        if self._moments is None:
            self._moments = Moments(self.free, sorted(self._ends, key=itemgetter(0)))
        return self._moments

    def _unclaimed(self, free: Amounts) -> Amounts:
        if self._claims:
            free = free.copy()
            for claim in self._claims:
                free[claim.rows] -= claim.amounts
        return free

    def book(self, start: int, end: int, taken: Taken) -> None:
        """Let an advance reservation keep its part, whether that is there or not."""
        self._plan(Stay(since=start, until=end, taken=taken, gives_back=taken), counts=False)

    def add(self, start: int, length: int | None, taken: Taken, gives_back: Taken | None = None) -> None:
        """Promise a job its start.

        `gives_back`: what is free again at its end, where it has a part already.
        """
        end = FOREVER if length is None else start + length
        self._plan(Stay(since=start, until=end, taken=taken, gives_back=gives_back or taken))

    def _plan(self, stay: Stay, *, counts: bool = True) -> None:
        moments = self._foreseen()
        moments.add(stay, counts=counts)
        if stay.gives_back is not stay.taken:
            self._found.clear()
        self._lessen(stay.since, stay.until, stay.taken)
        if self._size == len(self._starts):
            self._starts = np.concatenate([self._starts, np.empty_like(self._starts)])
            self._lefts = np.concatenate([self._lefts, np.empty_like(self._lefts)])
        self._starts[self._size] = stay.since
        self._lefts[self._size] = moments.free_at(stay.since)
        self._size += 1

    def free_at(self, second: int) -> Amounts:
        """Return what is free at a later second, by all that is known; the caller's own to change."""
        return self._foreseen().free_at(second).copy()

    def busy_first(self, needs: Needs, order: Rows) -> Rows:
        """Put those machines first that can take none of a job's tasks now; else the order stays."""
        counts = room(needs, self.free[order], self.grid.capacity[order])
        return np.concatenate([order[counts == 0], order[counts > 0]])
