"""The way in: runs the compiled functions, and collects what became of the jobs."""

from typing import Any, cast

import numpy as np
import numpy.typing as npt

from jobcast.simulate.hosts.base import Column, Jobs, Machines, Outcome, Progress, Rules
from jobcast.simulate.hosts.laying import idle_world, widen
from jobcast.simulate.hosts.layout import AT_LIMIT, NOTHING, World

_SLICE = 20_000
"""Arrivals between two calls of `progress`."""
_ROOM = 16
"""Planned starts for which there is room at first."""


def make_ready(jobs: Jobs, machines: Machines, rules: Rules) -> None:
    """Compile what `run` calls, or read it back where that has been done before. Needs numba, as `run` does."""
    from numba import typeof  # noqa: PLC0415 - an extra

    from jobcast.simulate.hosts import advancing  # noqa: PLC0415 - compiled

    type_of = cast("Any", typeof)
    world = type_of(idle_world(jobs, machines, rules, _ROOM))
    cast("Any", advancing.refuse).compile((world,))
    cast("Any", advancing.advance).compile((world, type_of(_SLICE)))


def run(jobs: Jobs, machines: Machines, rules: Rules, *, progress: Progress | None = None) -> Outcome:
    """Run all jobs on these machines by the rules, and return what became of each.

    Needs numba: raises ImportError where it isn't there.
    """
    from jobcast.simulate.hosts import advancing  # noqa: PLC0415 - compiled, an extra

    world = idle_world(jobs, machines, rules, _ROOM)
    advancing.refuse(world)
    goal = _SLICE
    while (why := advancing.advance(world, goal)) != advancing.OVER:
        if why in {advancing.FEW_PLANS, advancing.FEW_PIECES}:
            world = widen(world, plans=why == advancing.FEW_PLANS)
        else:
            goal += _SLICE
            if progress is not None:
                progress(int(cast("npt.NDArray[Any]", world.one)["arrived"][0]))
    if progress is not None:
        progress(len(jobs))
    return _outcome(jobs, world)


def _outcome(jobs: Jobs, world: World) -> Outcome:
    records = cast("npt.NDArray[Any]", world.jobs)
    ended = records["ended"].copy()
    ended[(records["finish"] >= 0) & (ended == NOTHING) & (records["run"] < jobs.run)] = AT_LIMIT
    offsets = np.zeros(len(jobs) + 1, np.int64)
    width = np.where(records["first"] >= 0, records["width"], 0)
    np.cumsum(width, out=offsets[1:])
    used = _used(records["slot"], width, len(world.taken))
    return Outcome(
        start=records["first"].copy(),
        finish=records["finish"].copy(),
        killed=ended,
        preempted=records["preempted"].copy(),
        suspended=records["suspended"].copy(),
        backfilled=records["backfilled"].copy(),
        offsets=offsets,
        machine=world.taken[used, 0],
        tasks=world.taken[used, 1],
        passes=int(cast("npt.NDArray[Any]", world.one)["passes"][0]),
        over=int(cast("npt.NDArray[Any]", world.one)["now"][0]),
    )


def _used(slot: Column, width: Column, slots: int) -> npt.NDArray[np.bool_]:
    """Tell which places of the jobs' slots are used: a job may need fewer machines than it has room for."""
    changes = np.zeros(slots + 1, np.int8)
    used = width > 0
    changes[slot[used]] += 1
    changes[slot[used] + width[used]] -= 1
    return np.cumsum(changes[:-1], dtype=np.int8) > 0
