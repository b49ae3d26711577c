"""Starts jobs where a program of the site wants them (SCHEDULER_TYPE = API)."""

import numpy as np

from jobcast.decision import Cause, Decision, Reason, Start
from jobcast.machine import Allocation
from jobcast.schedule.bookings import room_in
from jobcast.schedule.eligible import not_eligible
from jobcast.schedule.finding import Finder
from jobcast.schedule.grid import Rows, Taken
from jobcast.schedule.limits import Limits
from jobcast.schedule.machines import Machines
from jobcast.schedule.moving import start
from jobcast.schedule.placement import Counts, allows, room, taken
from jobcast.schedule.state import Entry, State


def dispatch(state: State, job: str, allocation: Allocation) -> list[Decision]:
    """Start a waiting job on these machines if it may run and fits there; else it waits, and its reason tells why."""
    entry, policy = state.waiting.get(job), state.policy
    if entry is None or not policy.external:
        return []
    limits = Limits(policy, state)
    reason = not_eligible(entry, state, limits)
    if reason is None:
        found = _there(entry, allocation, Finder(state, policy, Machines(state, policy), limits))
        if found is not None:
            state.machines = None
            given = start(entry, found, state)
            return [Start(job=job, allocation=given, reason=Reason(cause=Cause.DISPATCHED))]
        names = ", ".join(share.machine for share in allocation)
        reason = Reason(cause=Cause.NOT_THERE, values={"machines": names})
    entry.reason = reason
    state.queued.facts.note(entry)
    return []


def _there(entry: Entry, allocation: Allocation, finder: Finder) -> Taken | None:
    """Return what a job would take on just these machines; None where it doesn't fit there."""
    needs, grid = entry.needs, finder.state.grid
    rows = np.array([grid.rows.get(share.machine, -1) for share in allocation], np.intp)
    tasks = np.array([share.tasks for share in allocation], np.int64)
    usable = set(finder.machines.order_for(entry).tolist())
    if not usable.issuperset(rows.tolist()) or len(set(rows.tolist())) < len(rows):
        return None
    if not tasks.size or tasks.min() < 1 or not allows(needs, tasks):
        return None
    return taken(needs, rows, tasks, grid) if (tasks <= _room(entry, rows, finder)).all() else None


def _room(entry: Entry, rows: Rows, finder: Finder) -> Counts:
    """Count the tasks of a job that each of some machines could take now."""
    state, needs = finder.state, entry.needs
    booked = room_in(entry, state)
    free = finder.plans.free if booked is None else booked
    if needs.floating is not None and (free[-1] < needs.floating).any():
        return np.zeros(len(rows), np.int64)
    counts, most = room(needs, free[rows], state.grid.capacity[rows]), finder.most(entry)
    return counts if most is None else np.minimum(counts, most[rows])
