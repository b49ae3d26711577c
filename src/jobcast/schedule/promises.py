"""What is promised in one pass, against what was promised before it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from jobcast.decision import Cause, Decision, Reason, Reserve, Unreserve
from jobcast.schedule.grid import Taken
from jobcast.schedule.state import Entry, State


class Promises:
    """Collects the promises of a pass; each walk along the line begins anew."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._made: dict[str, tuple[int | None, Cause, Taken | None]] = {}

    def begin(self) -> None:
        """Forget what was promised in a walk that has become void."""
        self._made = {}

    def make(self, entry: Entry, start: int | None, cause: Cause, taken: Taken | None = None) -> None:
        """Promise a job a start, or none that can be told, and perhaps where."""
        self._made[entry.job.id] = start, cause, taken

    def publish(self) -> list[Decision]:
        """Tell what is promised now and wasn't before, and who has lost a promise."""
        state, before = self._state, self._state.reservations
        now, marks = {}, {}
        decisions: list[Decision] = []
        for job in self._made:
            if job in state.waiting:
                mark = marks[job] = self._mark(job)
                if mark is not None and mark == state.marks.get(job) and job in before:
                    now[job] = before[job]
                    continue
                promise = now[job] = self._promise(job, before.get(job))
                if not _same(before.get(job), promise):
                    decisions.append(promise)
        for job in list(before):
            if job not in self._made:
                entry = state.waiting.get(job)
                lost = entry is not None and entry.reason.cause is Cause.RESOURCES
                reason = entry.reason if entry is not None else Reason(cause=Cause.CANCELLED)
                decisions += take_back(job, Reason(cause=Cause.NOT_FIRST) if lost else reason, state)
        state.reservations, state.marks = now, marks
        return decisions

    def _mark(self, job: str) -> tuple[int, bytes, bytes] | None:
        """Return something that is equal where a planned start is the same; None where something is held."""
        start, _, taken = self._made[job]
        if start is None or taken is None or self._state.waiting[job].held is not None:
            return None
        return start, taken.rows.tobytes(), taken.tasks.tobytes()

    def _promise(self, job: str, before: Reserve | None) -> Reserve:
        start, cause, taken = self._made[job]
        allocation = () if taken is None else taken.allocation(self._state.grid)
        reason = Reason(cause=cause)
        promise = Reserve(job=job, start=start, allocation=allocation, holds={}, reason=reason)
        return self._holding(promise, before)

    def _holding(self, promise: Reserve, before: Reserve | None) -> Reserve:
        """Add what the job holds at the end of the pass, when those behind it have borrowed what they may."""
        grid, held = self._state.grid, self._state.waiting[promise.job].held
        if held is None:
            return promise
        rows = [row for row in np.flatnonzero(held.any(axis=1)) if row < len(grid.machines)]
        holds = {grid.machines[row].name: grid.named(int(row), held[row]) for row in rows}
        less = before is not None and _amount(holds) < _amount(before.holds)
        return replace(promise, holds=holds, reason=Reason(cause=Cause.LENT) if less else promise.reason)


def take_back(job: str, reason: Reason, state: State) -> list[Decision]:
    """Take back what a job was promised, if it was promised anything."""
    return [] if state.reservations.pop(job, None) is None else [Unreserve(job=job, reason=reason)]


def _amount(holds: Mapping[str, Mapping[str, int]]) -> int:
    return sum(sum(amounts.values()) for amounts in holds.values())


def _same(one: Reserve | None, other: Reserve) -> bool:
    return one is not None and (one.start, one.allocation, one.holds) == (
        other.start,
        other.allocation,
        other.holds,
    )
