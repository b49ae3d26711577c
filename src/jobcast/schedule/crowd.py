"""Tells at once all those for whom too little is free on all machines together why they wait."""

from collections.abc import Iterator

import numpy as np

from jobcast.schedule.grid import Amounts, Mask
from jobcast.schedule.policy import Blocked
from jobcast.schedule.promising import WAITS
from jobcast.schedule.shapes import Sort
from jobcast.schedule.state import Entry
from jobcast.schedule.walk import Walk

_LEVELS = 12
"""How many lengths of jobs are told apart at most."""


def note_crowd(walk: Walk) -> None:
    """Note of whole shapes of jobs that they find no room, where nothing else would come of a look at each."""
    at = (walk.changes, walk.holds, walk.planned)
    if not walk.first_waiting or walk.crowd_noted_at == at or walk.finder.limits.by_machine:
        return
    if walk.policy.blocked is Blocked.STOP:  # all wait for the first one
        return
    walk.crowd_noted_at = at
    left = _only_waiting(walk)
    for seconds, free in _levels(walk):
        lacking = np.zeros_like(left)
        lacking[walk.state.shapes.lacking(free)] = True
        waits = np.flatnonzero(lacking & left)
        walk.fates.note_no_room(walk.fates.with_more_room(waits, seconds).tolist(), seconds, WAITS)
        left &= ~lacking


def _only_waiting(walk: Walk) -> Mask:
    """Tell of each shape whether it could run, always on the same machines, and only waits where it lacks room."""
    shapes, possible, loose = walk.state.shapes, walk.state.possible, _loose(walk)
    waiting = np.zeros(shapes.count, np.bool_)
    for sort in shapes.sorts():
        if _only_waits(sort, walk, loose):
            numbers = walk.finder.failures.without_preemption(sort.numbers, sort.queue.name).tolist()
            waiting[[n for n in numbers if possible.get((n, "")) and not shapes[n].needs.moving]] = True
    return waiting


def _only_waits(sort: Sort, walk: Walk, loose: frozenset[str] | None) -> bool:
    """Tell whether jobs of a sort that lack room are neither planned nor hold anything."""
    policy, queue = walk.policy, sort.queue
    if queue.start_if is not None or queue.interruptible is not None:  # it may run in a gap
        return False
    if policy.blocked is Blocked.PLAN:
        return walk.planned == policy.depth or not queue.reserves
    if queue.hold is None:
        return True
    columns = queue.hold.resources if sort.parallel else queue.hold.sequential
    return loose is not None and loose.isdisjoint(columns)


def _loose(walk: Walk) -> frozenset[str] | None:
    """Return the resources of which something is free that nobody holds; None where plans have been put off."""
    if not walk.finder.is_caught_up:
        return None
    free = walk.finder.plans.free
    for entry in walk.state.holding.values():
        if entry.held is not None and walk.state.stands(entry):
            free = free - entry.held
    there = np.flatnonzero((free > 0).any(axis=0)).tolist()
    return frozenset(name for name, column in walk.state.grid.columns.items() if column in there)


def _levels(walk: Walk) -> Iterator[tuple[int, Amounts]]:
    """Yield lengths, rising, and no less than jobs that are as long find free on all machines together."""
    finder, now = walk.finder, walk.state.now
    yield 0, finder.total
    if not finder.is_caught_up or any(limit.lent_are_free for limit in walk.policy.limits):
        return
    promised = [entry.predicted for entry in _settled(walk) if entry.predicted is not None]
    after = sorted({max(start - now, 0) for start in (*finder.plans.starts.tolist(), *promised)})
    for seconds in after[:: -(len(after) // _LEVELS + 1)][::-1]:
        free = finder.plans.available(seconds + 1) - _held_until(walk, now + seconds)
        yield seconds + 1, free.clip(min=0).sum(axis=0)


def _held_until(walk: Walk, second: int) -> Amounts:
    """Return [machines, resources] held, whatever comes, by those who aren't promised to start after a second."""
    held = np.zeros_like(walk.state.free)
    for entry in _settled(walk):
        if entry.held is not None and (entry.predicted is None or entry.predicted <= second):
            held += entry.held
    return held


def _settled(walk: Walk) -> Iterator[Entry]:
    """Yield those who hold something and won't be told another start in this walk."""
    for entry in walk.state.holding.values():
        if walk.state.stands(entry) and (entry.held_since is None or entry.job.id in walk.foretold):
            yield entry
