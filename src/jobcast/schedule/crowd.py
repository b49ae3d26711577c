"""Tells at once all those for whom too little is free on all machines together why they wait."""

import numpy as np

from jobcast.schedule.policy import Blocked
from jobcast.schedule.promising import WAITS
from jobcast.schedule.shapes import Shape
from jobcast.schedule.walk import Walk


def note_crowd(walk: Walk) -> None:
    """Note of whole shapes of jobs that they find no room, where nothing else would come of a look at each."""
    at = (walk.changes, walk.holds, walk.planned)
    if not walk.first_waiting or walk.crowd_noted_at == at or walk.finder.limits.by_machine:
        return
    walk.crowd_noted_at = at
    shapes, possible, finder = walk.state.shapes, walk.state.possible, walk.finder
    loose = _loose(walk)
    found = (each for each in shapes.lacking(finder.total) if possible.get((each, "")))
    alone = (each for each in found if not finder.preempts(shapes[each].queue.name, each))
    walk.fates.note_no_room([each for each in alone if _only_waits(shapes[each], walk, loose)], WAITS)


def _only_waits(shape: Shape, walk: Walk, loose: frozenset[str] | None) -> bool:
    """Tell whether jobs of a shape that lack room are neither planned nor hold anything."""
    policy, queue, needs = walk.policy, shape.queue, shape.needs
    if queue.start_if is not None or needs.moving:
        return False
    if policy.blocked is Blocked.PLAN:
        return walk.planned == policy.depth or not queue.reserves
    if queue.hold is None:
        return True
    columns = queue.hold.resources if needs.tasks > 1 else queue.hold.sequential
    return loose is not None and loose.isdisjoint(columns)


def _loose(walk: Walk) -> frozenset[str] | None:
    """Return the resources of which something is free that nobody holds; None where plans have been put off."""
    state, finder = walk.state, walk.finder
    if not finder.is_caught_up:
        return None
    free = finder.plans.free
    for entry in state.holding.values():
        if entry.held is not None and state.stands(entry):
            free = free - entry.held
    there = np.flatnonzero((free > 0).any(axis=0)).tolist()
    return frozenset(name for name, column in state.grid.columns.items() if column in there)
