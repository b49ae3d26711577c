"""What waiting jobs keep empty until they have enough (rule 5 of "How the core decides")."""

import numpy as np

from jobcast.schedule.grid import Amounts, Grid, Rows, Taken
from jobcast.schedule.placement import Counts, Room, parts, place, room
from jobcast.schedule.plans import Plans
from jobcast.schedule.policy import Policy
from jobcast.schedule.state import Entry


def held_for(entry: Entry, free: Amounts, order: Rows, grid: Grid, columns: frozenset[str]) -> Amounts:
    """Return [machines, resources] of what is free that a job keeps; only of these resources.

    Machines that can take most of its tasks now come first; what is lacking on one is kept as far as it is there.
    """
    tasks = _tasks(entry, free, order, grid)
    rows, wanted = order[tasks > 0], _wanted(entry, tasks[tasks > 0])
    held = np.zeros_like(free)
    kept = np.array([name in columns for name in grid.columns])
    held[rows] = np.minimum(free[rows].clip(min=0), wanted) * kept
    if entry.needs.floating is not None:
        held[-1] = np.minimum(free[-1].clip(min=0), entry.needs.floating) * kept
    return held


def better(entry: Entry, before: Amounts, now: Amounts) -> Amounts:
    """Return what a job had held or what it would choose now, whichever bears more tasks; now if equal."""
    return before if _bears(entry, before) > _bears(entry, now) else now


def _bears(entry: Entry, held: Amounts) -> int:
    """Count the tasks for which something held suffices, as far as resources are held at all."""
    columns = np.flatnonzero((entry.needs.per_task > 0) & held.any(axis=0))
    return int((held[:, columns] // entry.needs.per_task[columns]).min(axis=1).sum()) if columns.size else 0


def claim(entry: Entry, free: Amounts, order: Rows, grid: Grid) -> Taken:
    """Return all that a job will have on the machines where it holds, what is not free yet too."""
    tasks = _tasks(entry, free, order, grid)
    rows, amounts = order[tasks > 0], _wanted(entry, tasks[tasks > 0])
    if entry.needs.floating is not None:
        rows, amounts = np.append(rows, len(grid.machines)), np.vstack([amounts, entry.needs.floating])
    return Taken(rows=rows, tasks=np.zeros(len(rows), np.int64), amounts=amounts)


def _wanted(entry: Entry, tasks: Counts) -> Amounts:
    return np.asarray(tasks[:, None] * entry.needs.per_task + entry.needs.per_machine)


def _tasks(entry: Entry, free: Amounts, order: Rows, grid: Grid) -> Counts:
    """Return the tasks for which each machine of the order is kept."""
    needs = entry.needs
    now = room(needs, free[order], grid.capacity[order])
    ever = room(needs, grid.capacity[order], grid.capacity[order])
    best = np.argsort(-now, kind="stable")
    if needs.layout.machines_max == 1:
        best = best[ever[best] >= needs.tasks][:1]
    tasks, left = np.zeros(len(order), np.int64), needs.tasks
    for part in parts(needs):  # each on a machine of its own
        will_do = best[(ever[best] >= part) & (tasks[best] == 0)]
        tasks[will_do[:1]] = part
        left -= part
    for offered in (now, ever):
        for row in best:
            more = min(left, int(offered[row] - tasks[row]))
            if more > 0:
                tasks[row] += more
                left -= more
    return tasks


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
