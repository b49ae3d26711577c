"""What waiting jobs keep empty until they have enough (rule 5 of "How the core decides")."""

import numpy as np

from jobcast.schedule.grid import Amounts, Grid, Rows
from jobcast.schedule.placement import Room, place, room
from jobcast.schedule.plans import Plans
from jobcast.schedule.policy import Policy
from jobcast.schedule.state import Entry


def held_for(entry: Entry, free: Amounts, order: Rows, grid: Grid, columns: frozenset[str]) -> Amounts:
    """Return [machines, resources] of what is free that a job keeps; only of these resources.

    Machines that can take most of its tasks now come first; what is lacking on one is kept as far as it is there.
    """
    needs = entry.needs
    now = room(needs, free[order], grid.capacity[order])
    ever = room(needs, grid.capacity[order], grid.capacity[order])
    best = np.argsort(-now, kind="stable")
    if needs.layout.machines_max == 1:
        best = best[ever[best] >= needs.tasks][:1]
    tasks, left = np.zeros(len(order), np.int64), needs.tasks
    for offered in (now, ever):
        for row in best:
            more = min(left, int(offered[row] - tasks[row]))
            if more > 0:
                tasks[row] += more
                left -= more
    held = np.zeros_like(free)
    used = tasks > 0
    rows = order[used]
    wanted = tasks[used][:, None] * needs.per_task + needs.per_machine
    kept = np.array([name in columns for name in grid.columns])
    held[rows] = np.minimum(free[rows].clip(min=0), wanted) * kept
    if needs.floating is not None:
        held[-1] = np.minimum(free[-1].clip(min=0), needs.floating)
    return held


def predicted(entry: Entry, plans: Plans, order: Rows, policy: Policy, *, or_now: bool = False) -> int | None:
    """Return the second at which a job that holds something is reckoned to start; None where nobody can tell.

    `plans` without those of others. `or_now`: it may be that what it holds is enough by now.
    """
    if or_now and place(entry.needs, Room(available=plans.free, order=order), plans.grid) is not None:
        return plans.now
    found = plans.earliest(entry.needs, entry.left(policy), order)
    return None if found is None else found[0]


def clip(holders: list[Entry], free: Amounts) -> None:
    """Let those who hold lose what has been lent or taken, the last in line first."""
    left = free.clip(min=0)
    for entry in holders:
        if entry.held is not None:
            entry.held = np.minimum(entry.held, left)
            left -= entry.held
