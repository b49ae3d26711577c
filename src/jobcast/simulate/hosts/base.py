"""What the engine is given and returns: jobs and machines as columns, the rules, and what became of the jobs."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from jobcast.schedule.policy import Windows
from jobcast.simulate.hosts.program import Program

Column = npt.NDArray[np.int64]
Flags = npt.NDArray[np.int8]
Table = npt.NDArray[np.int64]

Progress = Callable[[int], None]
"""Told now and then how many jobs have been submitted so far."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Kinds:
    """What jobs ask for apart from the number of their tasks; one element for each kind of request."""

    per_task: Table
    """[kinds, resources]: what each task takes of its machine."""
    per_machine: Table
    """[kinds, resources]: what a job takes of each machine, however many tasks are there."""
    choice: Column
    """Which of `Machines.choices` will do, best first."""
    single: Flags
    """All tasks on one machine."""
    each: Column
    """Exactly so many tasks on each machine, fewer only on the last; 0 for any number."""
    spread: Column
    """At least so many machines."""
    alone: Flags
    """No other job on its machines."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class OnMachines:
    """Limits of what may run at once on each machine, of one user or the like."""

    count: Table
    """[jobs, limits]: number of the count that a job adds to on each machine; -1 for none."""
    each: Table
    """[jobs, limits]: how much each of its tasks adds; -1 where jobs are counted."""
    most: Column
    """[limits]: the most that may run at once."""
    holds: Flags
    """[limits, machines]: whether it holds there."""
    counts: int
    """How many there are."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Jobs:
    """The jobs of a trace, one element for each, in the order in which they were submitted; -1 is absence."""

    submit: Column
    """Seconds; never falling."""
    run: Column
    """Seconds that it runs if nobody stops it; at least 1."""
    reckoned: Column
    """Seconds that it is reckoned to run; -1 for without end."""
    run_limit: Column
    """Seconds of running after which it is killed; -1 for never."""
    tasks: Column
    """At least 1."""
    kind: Column
    """Row of `kinds`."""
    queue: Column
    """Code of its queue."""
    user: Column
    """Code of who submitted it."""
    group: Column
    """Code of the user's group."""
    rank: Column
    """Place in the line, smaller first; no two alike."""
    behind: Column
    """Likewise among those behind the ones that have planned starts."""
    kinds: Kinds
    """What they ask for."""
    count: Table
    """[jobs, limits]: number of the count that a job adds to; -1 for none."""
    weight: Table
    """[jobs, limits]: how much it adds."""
    there: OnMachines
    """Limits by machine."""
    refused: Flags
    """Whether it is turned away when it comes."""

    def __len__(self) -> int:
        return len(self.submit)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Machines:
    """What there is."""

    capacity: Table
    """[machines, resources]."""
    choices: tuple[Column, ...]
    """Lists of machines that jobs may use, best first."""
    liked: tuple[Column, ...]
    """For each of these lists how its machines are liked, 1 is best; equal ones go by `order`."""
    order: Program
    """By what machines of equal liking are sorted, if that changes."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class JobOrder:
    """Instructions for the order of jobs; none where their places never change."""

    line: tuple[Program, ...] = ()
    """Higher goes first, the second decides where the first is equal."""
    behind: tuple[Program, ...] = ()
    """Likewise for those behind the ones that have planned starts; empty for the same."""
    recalculate: int = 0
    """Seconds for which a job's place stays as worked out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Preemption:
    """Jobs of one queue may take the place of running jobs of others."""

    queue: int
    """Whose jobs preempt."""
    victims: tuple[int, ...]
    """Whose jobs are preempted, those named first before others."""
    whole: bool
    """All on the machines taken, not only enough."""
    method: int
    """0 suspends, 1 requeues, 2 removes."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Rules:
    """How waiting jobs are started."""

    blocked: int
    """What a job that can't start does to those behind it: 0 stops them, 1 lets them pass, 2 has a planned start."""
    depth: int
    """How many have planned starts."""
    depth_per_user: int
    """How many of one user."""
    window: int
    """Seconds; later starts aren't planned."""
    busy_first: bool
    """Whether planned jobs are put on machines that are busy now."""
    cycle: int
    """Seconds between decisions; 0 to decide whenever something happens."""
    backfills: Flags
    """[queues]: whether its jobs may run on what is planned for others, if they end in time."""
    reserves: Flags
    """[queues]: whether its jobs have planned starts."""
    most_planned: Column
    """[queues]: how many of its jobs may have planned starts at once."""
    is_open: Flags
    """[queues]: whether its jobs start at all."""
    windows: tuple[Windows, ...]
    """[queues]: when its jobs may start; empty for always."""
    monday: int
    """A second that was Monday 00:00; windows are counted from it."""
    start_if: tuple[Program, ...]
    """[queues]: what must be true of a machine for one more task of the queue to begin there; empty for nothing."""
    order: JobOrder
    """Who comes before whom, where that changes with time."""
    preemption: tuple[Preemption, ...]
    """Who may preempt whom; rules of one queue stand together, in the order in which they are tried."""
    gives: Flags
    """[resources]: whether suspension releases it."""
    by_run_time: bool
    """Whether victims are those that ran the shortest time; else the latest to start."""
    most: Column
    """[counts]: the most that may run at once."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Outcome:
    """What became of the jobs, one element for each; seconds are those of `Jobs.submit`, -1 is absence."""

    start: Column
    """When it first started; -1 for never."""
    finish: Column
    """When it ended; -1 for never."""
    killed: Flags
    """0 for no, 1 at its run limit, 2 for a preemptor."""
    preempted: Column
    """How often it was suspended or requeued."""
    suspended: Column = field(repr=False)
    """Seconds in all."""
    backfilled: Flags = field(repr=False)
    """Whether it last started while one before it waited."""
    offsets: Column = field(repr=False)
    """[jobs + 1] into the next two: where it last started."""
    machine: npt.NDArray[np.int32] = field(repr=False)
    tasks: npt.NDArray[np.int32] = field(repr=False)
    passes: int
    """How often was decided."""
    over: int
    """The last second at which something happened."""
