"""Whether the tasks of a job fit on what is available, and where.

First fit in the order of the machines (rule 3 of "How the core decides"). Less than nothing counts as nothing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobcast.schedule.grid import Amounts, Grid, Needs, Rows, Taken

Counts = npt.NDArray[np.int64]
"""How many tasks each machine could take."""

_NO_LIMIT = 1 << 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """Where a job may be placed."""

    available: Amounts
    """[machines, resources]."""
    order: Rows
    """Machines that may be used, best first."""
    most: Counts | None = None
    """[machines]: tasks that each may take beside what is available; None for any number."""
    lent: bool = False
    """Whether what is available is held for others, so that some limits don't count."""


def place(needs: Needs, where: Room, grid: Grid) -> Taken | None:
    """Place all tasks of a job, or none: returns None where they don't fit."""
    order = where.order
    if not order.size or (needs.floating is not None and (where.available[-1] < needs.floating).any()):
        return None
    counts = room(needs, where.available[order], grid.capacity[order], lent=where.lent)
    if where.most is not None:
        counts = np.minimum(counts, where.most[order])
    found = _spread(counts, needs)
    if found is None:
        return None
    chosen, tasks = found
    return taken(needs, order[chosen], tasks, grid, lent=where.lent)


def fits(wanted: Amounts, available: Amounts) -> bool:
    """Tell whether amounts are there; where nothing is wanted it doesn't matter that less than nothing may be."""
    return bool(((wanted <= available) | (wanted <= 0)).all())


def room(needs: Needs, available: Amounts, capacity: Amounts, *, lent: bool = False) -> Counts:
    """Count the tasks that each of these machines could take, at most all of the job's."""
    per_task = needs.lent_per_task if lent else needs.per_task
    per_machine = needs.lent_per_machine if lent else needs.per_machine
    left = available - per_machine if needs.beside else available
    asked = np.flatnonzero(per_task) if lent else needs.asked
    if asked.size == 1:
        counts = left[:, asked[0]] // per_task[asked[0]]
    elif asked.size:
        counts = (left[:, asked] // per_task[asked]).min(axis=1)
    else:
        counts = np.full(len(left), _NO_LIMIT)
    if left is not available:
        counts = np.where(((left >= 0) | (per_machine <= 0)).all(axis=1), counts, 0)
    if needs.layout.exclusive:
        counts = np.where((available >= capacity).all(axis=1), counts, 0)
    return np.asarray(np.minimum(np.maximum(counts, 0), needs.tasks))


def taken(needs: Needs, rows: Rows, tasks: Counts, grid: Grid, *, lent: bool = False) -> Taken:
    """Return what these tasks take of these machines."""
    if needs.layout.exclusive:
        amounts = grid.capacity[rows]
    else:
        per_task = needs.lent_per_task if lent else needs.per_task
        amounts = tasks[:, None] * per_task + (needs.lent_per_machine if lent else needs.per_machine)
    if needs.floating is None:
        return Taken(rows=rows, tasks=tasks, amounts=amounts)
    return Taken(
        rows=np.append(rows, len(grid.machines)),
        tasks=np.append(tasks, 0),
        amounts=np.vstack([amounts, needs.floating]),
    )


Spread = tuple[Rows, Counts] | None
"""Positions in the order, and the tasks on each; None where not all fit."""


def _spread(counts: Counts, needs: Needs) -> Spread:
    layout = needs.layout
    if layout.geometry:
        return _by_geometry(counts, layout.geometry)
    if layout.tasks_per_machine is not None:
        return _by_equal_parts(counts, needs.tasks, layout.tasks_per_machine)
    if layout.machines_min > 1 or layout.machines_max not in {None, 1}:
        return _between(counts, needs)
    if layout.machines_max == 1 or needs.tasks == 1:
        fitting = (counts >= needs.tasks).nonzero()[0]
        return (fitting[:1], np.array([needs.tasks])) if fitting.size else None
    return _first_fit(counts, needs.tasks)


def parts(needs: Needs) -> tuple[int, ...]:
    """Return how many tasks each machine must take, where the layout says so; empty where it doesn't."""
    each = needs.layout.tasks_per_machine
    if needs.layout.geometry or each is None:
        return needs.layout.geometry
    full, rest = divmod(needs.tasks, each)
    return (each,) * full + ((rest,) if rest else ())


def allows(needs: Needs, tasks: Counts) -> bool:
    """Tell whether the layout of a job allows so many of its tasks on each of some machines."""
    layout, wanted = needs.layout, parts(needs)
    if wanted and sorted(tasks.tolist()) != sorted(wanted):
        return False
    most = len(tasks) if layout.machines_max is None else layout.machines_max
    return bool(tasks.sum() == needs.tasks and layout.machines_min <= len(tasks) <= most)


def _first_fit(counts: Counts, tasks: int) -> Spread:
    reached = counts.cumsum()
    last = int(reached.searchsorted(tasks))
    if last == len(counts):
        return None
    chosen = counts[: last + 1].nonzero()[0]
    there = counts[chosen]
    there[-1] -= reached[last] - tasks
    return chosen, there


def _by_equal_parts(counts: Counts, tasks: int, each: int) -> Spread:
    full, rest = divmod(tasks, each)
    chosen = np.flatnonzero(counts >= each)[:full]
    if chosen.size < full:
        return None
    there = np.full(full, each)
    if rest:
        others = np.flatnonzero(counts >= rest)
        others = others[~np.isin(others, chosen)]
        if not others.size:
            return None
        chosen, there = np.append(chosen, others[0]), np.append(there, rest)
    return chosen, there


def _by_geometry(counts: Counts, geometry: tuple[int, ...]) -> Spread:
    left = counts.copy()
    chosen: list[np.intp] = []
    for group in geometry:
        fitting = np.flatnonzero(left >= group)
        if not fitting.size:
            return None
        chosen.append(fitting[0])
        left[fitting[0]] = -1
    return np.array(chosen), np.array(geometry)


def _between(counts: Counts, needs: Needs) -> Spread:
    """Place on at least and at most so many machines, keeping a task for each of the least still to come."""
    most = needs.layout.machines_max or needs.tasks
    usable = np.flatnonzero(counts)
    if most < usable.size and counts[usable[:most]].sum() < needs.tasks:
        usable = np.sort(usable[np.argsort(-counts[usable], kind="stable")][:most])
    left = needs.tasks
    chosen: list[np.intp] = []
    there: list[int] = []
    for row in usable[:most]:
        to_come = max(needs.layout.machines_min - len(chosen) - 1, 0)
        here = min(int(counts[row]), left - to_come)
        if here <= 0:
            break
        chosen.append(row)
        there.append(here)
        left -= here
        if not left:
            break
    if left or len(chosen) < needs.layout.machines_min:
        return None
    return np.array(chosen), np.array(there)
