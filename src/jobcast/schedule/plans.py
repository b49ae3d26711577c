"""What is available to a job for as long as it runs, and the planned starts that nobody may delay.

What is free only shrinks where a planned start lies: so it is enough to know what is *left* there (rules 2 and 4 of
"How the core decides").
"""

import heapq
from bisect import insort
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from jobcast.schedule.grid import Amounts, Grid, Needs, Rows, Taken
from jobcast.schedule.placement import Room, fits, place, room

FOREVER = 1 << 62
"""The second at which what has no end ends."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A planned start."""

    job: str
    """Whose; empty for an advance reservation."""
    start: int
    """Second, later than now."""
    end: int
    """Second at which it is reckoned to end; `FOREVER` for never."""
    taken: Taken
    """What it will take."""
    gives_back: Taken
    """What is free again at its end: also what it has kept since before, where it is suspended now."""
    left: Amounts
    """[machines, resources] that are free then beside it; lessened by each later start that runs until then."""


class Plans:
    """The future as one pass sees it: who ends when, and what is planned."""

    def __init__(self, now: int, grid: Grid, free: Amounts) -> None:
        self.now = now
        self.plans: list[Plan] = []
        self.grid = grid
        self.free = free
        """Of now; the state's own, so that every start shows."""
        self._claims: list[Taken] = []
        self._ends: list[tuple[int, int, Taken]] = []
        self._count = 0

    def runs(self, taken: Taken, end: int | None) -> None:
        """Note that something that runs now gives back what it takes at a second; None for never."""
        if end is not None:
            self._count += 1
            insort(self._ends, (end, self._count, taken))

    def available(self, length: int | None, *, beside_all: bool = False) -> Amounts:
        """Return [machines, resources] that are available from now on for so many seconds.

        `beside_all`: only what no planned start needs, however long. The answer may be the state's own array.
        """
        end = FOREVER if length is None or beside_all else self.now + length
        available = self.free
        for plan in self.plans:
            if plan.start < end:
                available = np.minimum(available, plan.left)
        return available

    def claim(self, taken: Taken) -> None:
        """Note what somebody will take as it comes free who can't be told when he starts: nobody plans with it."""
        self._claims.append(taken)

    def started(self, taken: Taken, end: int | None, gives_back: Taken | None = None) -> None:
        """Let a job that has just taken what it needs from what is free run until a second.

        `gives_back`: what is free again then, where it had a part before.
        """
        until = FOREVER if end is None else end
        for plan in self.plans:
            if plan.start < until:
                plan.left[taken.rows] -= taken.amounts
        self.runs(gives_back or taken, end)

    def earliest(self, needs: Needs, length: int | None, order: Rows) -> tuple[int, Taken] | None:
        """Find the earliest second after now at which a job can be placed and stay; None where nobody can tell.

        A length of None: beside all plans that start later.
        """
        for second, free in self._later():
            if (free[order].clip(min=0).sum(axis=0) >= needs.total).all():
                available = self._unclaimed(self._lasting(free, second, length))
                found = place(needs, Room(available=available, order=order), self.grid)
                if found is not None:
                    return second, found
        return None

    def earliest_there(self, rows: Rows, wanted: Amounts, length: int | None, since: int) -> int | None:
        """Find the earliest second after now, and not before `since`, at which so much is free there, and stays so."""
        for second, free in self._later():
            if second >= since and fits(wanted, self._lasting(free, second, length)[rows]):
                return second
        return None

    def _lasting(self, free: Amounts, second: int, length: int | None) -> Amounts:
        end = FOREVER if length is None else second + length
        for plan in self.plans:
            if second < plan.start < end:
                free = np.minimum(free, plan.left)
        return free

    def _unclaimed(self, free: Amounts) -> Amounts:
        if self._claims:
            free = free.copy()
            for claim in self._claims:
                free[claim.rows] -= claim.amounts
        return free

    def _later(self) -> Iterator[tuple[int, Amounts]]:
        return _sweep(self.free, self._ends, self.plans)

    def add(
        self, job: str, start: int, length: int | None, taken: Taken, gives_back: Taken | None = None
    ) -> None:
        """Promise a job its start.

        `gives_back`: what is free again at its end, where it has a part already.
        """
        end = FOREVER if length is None else start + length
        left = self.free_at(start)
        left[taken.rows] -= taken.amounts
        for plan in self.plans:
            if start < plan.start < end:
                plan.left[taken.rows] -= taken.amounts
        gives_back = gives_back or taken
        self.plans.append(Plan(job=job, start=start, end=end, taken=taken, gives_back=gives_back, left=left))

    def free_at(self, second: int) -> Amounts:
        """Return what is free at a later second, by all that is known; the caller's own to change."""
        free = self.free.copy()
        for end, _, taken in self._ends:
            if end > second:
                break
            free[taken.rows] += taken.amounts
        for plan in self.plans:
            if plan.start <= second:
                free[plan.taken.rows] -= plan.taken.amounts
            if plan.end <= second:
                free[plan.gives_back.rows] += plan.gives_back.amounts
        return free

    def busy_first(self, needs: Needs, order: Rows) -> Rows:
        """Put those machines first that can take none of a job's tasks now; else the order stays."""
        counts = room(needs, self.free[order], self.grid.capacity[order])
        return np.concatenate([order[counts == 0], order[counts > 0]])


def _sweep(
    free: Amounts, ends: list[tuple[int, int, Taken]], plans: list[Plan]
) -> Iterator[tuple[int, Amounts]]:
    """Yield each second at which something is given back, rising, and what is free then (one array, changed)."""
    free = free.copy()
    ended = sorted(
        (plan.end, -number, plan.gives_back) for number, plan in enumerate(plans, 1) if plan.end < FOREVER
    )
    releases = heapq.merge(ends, ended)
    starts = deque(sorted((plan.start, number) for number, plan in enumerate(plans)))
    for second, together in groupby(releases, key=lambda each: each[0]):
        while starts and starts[0][0] <= second:
            taken = plans[starts.popleft()[1]].taken
            free[taken.rows] -= taken.amounts
        for _, _, taken in together:
            free[taken.rows] += taken.amounts
        yield second, free
