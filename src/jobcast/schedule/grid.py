"""What machines offer and jobs take, as rows and columns of whole numbers.

Rows are machines in the cluster's order, columns are resources. Slots of a queue (LoadLeveler's initiators) and
limits by machine are columns too, so that every plan respects them without a rule of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from jobcast.machine import CPUS, Allocation, Cluster, Fact, Machine, Share
from jobcast.schedule.expression import Expression, compiled, names
from jobcast.schedule.job import BatchJob, Layout
from jobcast.schedule.policy import Limit, Policy, Queue

Amounts = npt.NDArray[np.int64]
"""[machines, resources], or [resources] of one machine or task."""
Rows = npt.NDArray[np.intp]
"""Row numbers of machines."""
Mask = npt.NDArray[np.bool_]
"""[machines]: which of them will do."""

PLENTY = 1 << 48
"""What a machine offers of something that it does not limit; above every true count, and safe to add up."""


def queue_slots(queue: str) -> str:
    """Name the column of a queue's slots."""
    return f"slots of {queue}"


def limit_column(limit: Limit) -> str:
    """Name the column of a limit by machine."""
    return f"limit {limit.name}"


def floating_column(resource: str) -> str:
    """Name the column of a floating resource."""
    return f"floating {resource}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """The cluster in rows and columns."""

    machines: tuple[Machine, ...]
    """Row number to machine."""
    rows: Mapping[str, int]
    """Machine's name to row number."""
    columns: Mapping[str, int]
    """Resource to column number."""
    capacity: Amounts
    """What there is, [machines, resources]; one more row for floating resources, where there are any."""
    limits: tuple[Limit, ...]
    """Those limits by machine that are columns."""
    facts: tuple[Mapping[str, Fact], ...]
    """What is always true of each machine: name, resources, its own facts, and each group as a truth."""

    def vector(self, amounts: Mapping[str, int]) -> Amounts:
        """Turn amounts into a row; raises KeyError for a resource that no machine has."""
        row = np.zeros(len(self.columns), np.int64)
        for name, amount in amounts.items():
            row[self.columns[name]] = amount
        return row

    def named(self, row: int, amounts: Amounts) -> dict[str, int]:
        """Turn a row back into amounts by name; only what jobs ask for by name, and not nothing."""
        own = self.machines[row].resources
        return {
            name: int(amounts[column])
            for name, column in self.columns.items()
            if name in own and amounts[column]
        }


def make_grid(cluster: Cluster, policy: Policy) -> Grid:
    """Lay out a cluster under the rules of a policy."""
    machines = cluster.machines
    limits = tuple(limit for limit in policy.limits if limit.per == ("machine",))
    slots = sorted({queue for machine in machines for queue in machine.slots_by_queue})
    resources = sorted({CPUS} | {name for machine in machines for name in machine.resources})
    floating = [floating_column(name) for name in cluster.floating]
    titles = [*resources, *map(queue_slots, slots), *map(limit_column, limits), *floating]
    columns = {name: number for number, name in enumerate(titles)}
    capacity = np.zeros((len(machines) + bool(floating), len(columns)), np.int64)
    for name, amount in cluster.floating.items():
        capacity[-1, columns[floating_column(name)]] = amount
    for row, machine in enumerate(machines):
        for name, amount in machine.resources.items():
            capacity[row, columns[name]] = amount
        for queue in slots:
            offered = machine.slots_by_queue.get(queue, 0) if machine.slots_by_queue else PLENTY
            capacity[row, columns[queue_slots(queue)]] = offered
        for limit in limits:
            applies = names_machine(limit, machine)
            capacity[row, columns[limit_column(limit)]] = limit.amount if applies else PLENTY
    return Grid(
        machines=machines,
        rows={machine.name: row for row, machine in enumerate(machines)},
        columns=columns,
        capacity=capacity,
        limits=limits,
        facts=tuple(map(fixed_facts, machines)),
    )


def names_machine(limit: Limit, machine: Machine) -> bool:
    """Tell whether a limit holds on a machine."""
    names = {machine.name, *machine.groups}
    only = limit.only.get("machine", names)
    return not names.isdisjoint(only) and names.isdisjoint(limit.but.get("machine", frozenset()))


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """The demand of a job in columns."""

    tasks: int
    """How many."""
    per_task: Amounts
    """[resources]."""
    per_machine: Amounts
    """[resources], beside its tasks."""
    lent_per_machine: Amounts
    """Likewise, where it runs on lent resources: limits that don't count there are left out."""
    lent_per_task: Amounts
    """Likewise."""
    total: Amounts
    """[resources]: the least that it takes of all machines together."""
    floating: Amounts | None
    """[resources] that the job takes of the row of floating resources; None where it takes none."""
    layout: Layout
    """How tasks may be spread."""
    mask: Mask
    """Machines that will do, as far as their fixed facts tell."""
    moving: tuple[Expression, ...]
    """What must also be true of a machine, and changes with time."""
    key: object = field(compare=False)
    """Equal for jobs that ask for exactly the same of the same machines."""
    asked: Rows = field(init=False, repr=False, compare=False)
    """Columns of which each task takes something."""
    beside: bool = field(init=False, repr=False, compare=False)
    """Whether it takes something beside its tasks, for them running on lent resources or not."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "asked", np.flatnonzero(self.per_task))
        object.__setattr__(self, "beside", bool(self.per_machine.any()))


def needs_of(job: BatchJob, queue: Queue, grid: Grid) -> Needs | None:
    """Turn a demand into columns; None where no machine has one of its resources, or may run it."""
    demand = job.demand
    per_task = {**queue.default_resources, **demand.per_task}
    floating = {floating_column(name): amount for name, amount in demand.floating.items()}
    if not set(per_task).union(demand.per_machine, floating) <= grid.columns.keys():
        return None
    task, machine = grid.vector(per_task), grid.vector(demand.per_machine)
    if queue_slots(queue.name) in grid.columns:
        task[grid.columns[queue_slots(queue.name)]] = 1
    elif any(each.slots_by_queue for each in grid.machines):
        return None
    lent_task, lent_machine = task.copy(), machine.copy()
    for limit in grid.limits:
        if counts_job(limit, job, queue):
            _count_limit(limit, grid, task, machine)
            if not limit.lent_are_free:
                _count_limit(limit, grid, lent_task, lent_machine)
    mask, moving = _mask(job, queue, grid)
    if not mask.any():
        return None
    layout = replace(demand.layout, exclusive=True) if queue.exclusive else demand.layout
    least = layout.machines_min
    return Needs(
        tasks=demand.tasks,
        per_task=task,
        per_machine=machine,
        lent_per_machine=lent_machine,
        lent_per_task=lent_task,
        total=task * demand.tasks + machine * least,
        floating=grid.vector(floating) if floating else None,
        layout=layout,
        mask=mask,
        moving=moving,
        key=(
            demand.tasks,
            task.tobytes(),
            machine.tobytes(),
            *floating.items(),
            layout,
            mask.tobytes(),
            moving,
        ),
    )


def needs_anyway(job: BatchJob, queue: Queue, grid: Grid) -> Needs:
    """Turn a demand into columns; into needs that no machine fulfils where none has one of its resources."""
    none = np.zeros(len(grid.columns), np.int64)
    return needs_of(job, queue, grid) or Needs(
        tasks=job.demand.tasks,
        per_task=none,
        per_machine=none,
        lent_per_task=none,
        lent_per_machine=none,
        total=none,
        floating=None,
        layout=job.demand.layout,
        mask=np.zeros(len(grid.machines), np.bool_),
        moving=(),
        key=("nowhere",),
    )


def _count_limit(limit: Limit, grid: Grid, task: Amounts, machine: Amounts) -> None:
    """Let a job that a limit by machine counts take its part of that column."""
    column = grid.columns[limit_column(limit)]
    if limit.counts == "jobs":
        machine[column] = 1
    elif limit.counts in grid.columns:
        task[column] = task[grid.columns[limit.counts]]
        machine[column] = machine[grid.columns[limit.counts]]


def counts_job(limit: Limit, job: BatchJob, queue: Queue) -> bool:
    """Tell whether a limit counts the jobs of this user, group, project and queue."""
    meant = all(owner(by, job, queue) in names for by, names in limit.only.items() if by != "machine")
    return meant and not any(
        owner(by, job, queue) in names for by, names in limit.but.items() if by != "machine"
    )


def owner(by: str, job: BatchJob, queue: Queue) -> str:
    """Return whose a job is: its user, group, project, or the name of the queue that it is in."""
    return queue.name if by == "queue" else str(getattr(job, by))


_MOVING = frozenset({"load", "started", "hour", "minute", "weekday", "now"})


def moves(tree: Expression) -> bool:
    """Tell whether what an expression says of a machine changes while it stands there."""
    asked = names(tree)
    return not asked.isdisjoint(_MOVING) or any(name.startswith("free_") for name in asked)


def _mask(job: BatchJob, queue: Queue, grid: Grid) -> tuple[Mask, tuple[Expression, ...]]:
    mask = np.ones(len(grid.machines), np.bool_)
    for groups in filter(None, (queue.machines, job.demand.groups)):
        mask &= [machine.name in groups or not groups.isdisjoint(machine.groups) for machine in grid.machines]
    wanted = job.demand.needs
    if wanted is None:
        return mask, ()
    if moves(wanted):
        return mask, (wanted,)
    fulfils = compiled(wanted)
    mask &= [bool(fulfils(facts)) for facts in grid.facts]
    return mask, ()


def fixed_facts(machine: Machine) -> dict[str, Fact]:
    """Return what is always true of a machine: name, resources, its own facts, and each group as a truth."""
    groups = dict.fromkeys(machine.groups, True)
    return {**groups, **machine.resources, "machine": machine.name, **machine.facts}


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What a job takes where."""

    rows: Rows
    """Machines, each once, and the row of floating resources where it takes any."""
    tasks: npt.NDArray[np.int64]
    """Tasks on each of them."""
    amounts: Amounts
    """[those machines, resources]."""

    def allocation(self, grid: Grid) -> Allocation:
        """Name the machines."""
        machines, there = grid.machines, len(grid.machines)
        return tuple(
            Share(machine=machines[row].name, tasks=tasks)
            for row, tasks in zip(self.rows.tolist(), self.tasks.tolist(), strict=True)
            if row < there
        )
