"""Of what a job asks for more than there is, even while nobody else runs."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from jobcast.schedule.grid import Amounts, Grid, Needs, floating_column, needs_of
from jobcast.schedule.job import BatchJob
from jobcast.schedule.placement import parts, room
from jobcast.schedule.policy import Queue


class Kind(StrEnum):
    """Where it is too much."""

    NOBODY = "nobody"
    """No machine has any of that resource."""
    FLOATING = "floating"
    """The cluster has less of a floating resource."""
    ONE_TASK = "one_task"
    """No machine that will do has so much, which a single task takes."""
    ONE_MACHINE = "one_machine"
    """Likewise, of tasks that must stand on one machine together."""
    TOGETHER = "together"
    """Its machines have less together."""
    TASKS = "tasks"
    """Its machines can't take so many tasks."""
    MACHINES = "machines"
    """Not so many machines can take their part."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beyond:
    """What a job would have to ask less of."""

    kind: Kind
    asked: int
    """Of the resource, tasks or machines."""
    most: int
    """That there is."""
    resource: str = ""
    """Empty where it isn't about one."""
    machine: str = ""
    """Which has the most; empty where it isn't about one."""


def beyond(job: BatchJob, queue: Queue, grid: Grid) -> Beyond | None:
    """Return the first thing of which a job asks for too much; None where there is none that can be named."""
    demand = job.demand
    for name, amount in {**queue.default_resources, **demand.per_task, **demand.per_machine}.items():
        if name not in grid.columns:
            return Beyond(kind=Kind.NOBODY, resource=name, asked=amount, most=0)
    for name, amount in demand.floating.items():
        column = grid.columns.get(floating_column(name))
        most = 0 if column is None else int(grid.capacity[-1, column])
        if amount > most:
            return Beyond(kind=Kind.FLOATING, resource=name, asked=amount, most=most)
    needs = needs_of(job, queue, grid)
    return None if needs is None else _of_machines(needs, grid)


def _of_machines(needs: Needs, grid: Grid) -> Beyond | None:
    rows = np.flatnonzero(needs.mask)
    there, group = grid.capacity[rows], _group(needs)
    for kind, tasks in ((Kind.ONE_TASK, 1), (Kind.ONE_MACHINE, group)):
        found = _first(needs.per_task * tasks + needs.per_machine, there.max(axis=0), grid)
        if found is not None:
            name, asked, most = found
            machine = grid.machines[rows[there[:, grid.columns[name]].argmax()]].name
            return Beyond(kind=kind, resource=name, asked=asked, most=most, machine=machine)
    if (found := _first(needs.total, there.sum(axis=0), grid)) is not None:
        return Beyond(kind=Kind.TOGETHER, resource=found[0], asked=found[1], most=found[2])
    counts = room(needs, there, there)
    if (most := int(counts.sum())) < needs.tasks:
        return Beyond(kind=Kind.TASKS, asked=needs.tasks, most=most)
    wanted = max(needs.layout.machines_min, len(parts(needs)))
    able = int((counts >= max(min(parts(needs), default=1), 1)).sum())
    return Beyond(kind=Kind.MACHINES, asked=wanted, most=able) if able < wanted else None


def _first(wanted: Amounts, there: Amounts, grid: Grid) -> tuple[str, int, int] | None:
    """Return the first resource of which there is less than wanted: its name, what is wanted, and what is there."""
    for name, column in grid.columns.items():
        if wanted[column] > there[column]:
            return name, int(wanted[column]), int(there[column])
    return None


def _group(needs: Needs) -> int:
    """Return how many tasks one machine must take at least."""
    most = needs.layout.machines_max
    return max(parts(needs), default=1 if most is None else -(-needs.tasks // most))
