"""Families: the same graph of tasks with the same plan, run again and again, many of them at the same time each day."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import polars as pl

from jobcast.demo.colocation.graphs import draw_graphs
from jobcast.demo.colocation.machines import racks_of
from jobcast.demo.colocation.plan import DAY, Flags, Floats, Plan, Rows, Stream


class Kind(IntEnum):
    """The four classes of jobs, numbered as in the paper."""

    COMMON = 0
    HEAVY = 1
    SHORT = 2
    LONG = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Nature:
    """What the families of one class are like; amounts are medians, sigmas those of their logarithms."""

    share: float
    """Of all jobs."""
    families: float
    """Of all families."""
    failing: float
    """Share of its jobs that are to fail."""
    instances: float
    """Of a job."""
    instances_sigma: float
    """Between families."""
    run: float
    """Seconds that an instance takes."""
    run_sigma: float
    """Between families."""
    cpu: float
    """Hundredths of a core that an instance uses."""
    memory: float
    """Hundredths of a machine's memory."""
    tasks: tuple[int, int]
    """Fewest and most in one job."""
    scattered: bool = False
    """Its instances run anywhere; those of other jobs in one rack."""


NATURES = {
    Kind.COMMON: Nature(
        share=0.55, families=0.52, failing=0.0045, instances=5, instances_sigma=1.0, run=35, run_sigma=1.0,
        cpu=48, memory=0.115, tasks=(1, 6),
    ),
    Kind.HEAVY: Nature(
        share=0.015, families=0.04, failing=0.033, instances=750, instances_sigma=0.8, run=100, run_sigma=0.5,
        cpu=45, memory=0.11, tasks=(3, 9),
    ),
    Kind.SHORT: Nature(
        share=0.43, families=0.40, failing=0.0, instances=2.5, instances_sigma=0.7, run=6, run_sigma=0.5,
        cpu=40, memory=0.055, tasks=(1, 4),
    ),
    Kind.LONG: Nature(
        share=0.005, families=0.04, failing=0.47, instances=6, instances_sigma=0.6, run=4_300, run_sigma=0.4,
        cpu=48, memory=0.22, tasks=(1, 5), scattered=True,
    ),
}  # fmt: skip

_A_JOB = 0.16
"""Families for each job; most are run once or twice, some every hour."""
_WEIGHT_SIGMA = 1.6
_MEMORY_SIGMA, _CPU_SIGMA = 0.45, 0.45
_FRAIL_SIGMA = 0.4
"""Of how easily families are disturbed, beside what the processor makes of it; nothing tells it but history."""
_BY_CPU = 0.8
"""Power with which the use of the processor makes a family easier to disturb."""
_HABIT, _HABIT_SIGMA = 0.5, 1.0
"""Of the logarithm of memory asked for over memory used."""
_GRAPHS = 60
"""Different graphs for each number of tasks."""
_DAILY = 0.7
"""Share of families that are run at the same time of the day."""
_OPAQUE = 0.1
"""Share of families of one task whose name tells nothing, another one in each job."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Families:
    """n families, and the tasks of all of them in one line; equal only to itself."""

    kind: Rows
    """(n,): `Kind`."""
    instances: Floats
    """(n,): of a job, before the tasks' rounding."""
    frailty: Floats
    """(n,): how easily disturbed, beside others of its class."""
    weight: Floats
    """(n,): how often run, beside others of its class."""
    begin: Floats
    """(n,): when it is run first, as a part of the trace."""
    end: Floats
    """(n,): when it is run last."""
    second: Rows
    """(n,): of the day at which it is run."""
    daily: Flags
    """(n,): always at that time; the others at any."""
    rack: Rows
    """(n,): where its data are, and half of its jobs."""
    scattered: Flags
    """(n,): its instances run anywhere."""
    opaque: Flags
    """(n,): its only task has a name that tells nothing."""
    first: Rows
    """(n,): its first task."""
    tasks: Rows
    """(n,): how many tasks it has."""
    task: "Tasks"
    """Of all families."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Tasks:
    """m tasks of families, each after those that it waits for."""

    names: pl.Series
    """Names that a task can have, with the numbers of the tasks that it waits for, e.g. ``J3_1_2``."""
    name: Rows
    """(m,): row of `names`."""
    level: Rows
    """(m,): longest way from a task that waits for none."""
    share: Floats
    """(m,): of its job's instances."""
    run: Floats
    """(m,): seconds that an instance takes."""
    cpu: Floats
    """(m,): hundredths of a core."""
    memory: Floats
    """(m,): hundredths of a machine's memory."""
    plan_cpu: Floats
    """(m,): what is asked for."""
    plan_memory: Floats
    """(m,): what is asked for."""
    type: Rows
    """(m,): a number without a meaning, 1 to 12."""


def draw_families(plan: Plan) -> Families:
    """Return the families of all classes."""
    rng = plan.rng(Stream.FAMILIES)
    count = max(40, plan.jobs * _A_JOB)
    kinds = [max(2, round(count * nature.families)) for nature in NATURES.values()]
    kind = np.repeat(np.array([*NATURES], np.int64), kinds)
    n = len(kind)
    nature = _Natures(kind)
    low, high = nature.of("tasks").T
    tasks = rng.integers(low, high + 1)
    cpu = np.exp(rng.normal(0, _CPU_SIGMA, n))
    begin = np.maximum(0, rng.uniform(-0.8, 0.9, n))
    return Families(
        kind=kind,
        instances=nature.drawn("instances", rng),
        frailty=cpu**_BY_CPU * np.exp(rng.normal(0, _FRAIL_SIGMA, n)),
        weight=np.exp(rng.normal(0, _WEIGHT_SIGMA, n)),
        begin=begin,
        end=np.minimum(1, begin + rng.uniform(0.3, 1.2, n)),
        second=rng.integers(DAY, size=n),
        daily=rng.uniform(size=n) < _DAILY,
        rack=rng.integers(racks_of(plan.machines).max() + 1, size=n),
        scattered=nature.of("scattered"),
        opaque=(tasks == 1) & (rng.uniform(size=n) < _OPAQUE),
        first=np.cumsum(tasks) - tasks,
        tasks=tasks,
        task=_draw_tasks(nature, tasks, cpu, rng),
    )


class _Natures:
    """What each of n families has from its class."""

    def __init__(self, kind: Rows) -> None:
        self._kind = kind

    def of(self, name: str) -> Any:
        """Return a figure for each family."""
        return np.array([getattr(nature, name) for nature in NATURES.values()])[self._kind]

    def drawn(self, name: str, rng: np.random.Generator) -> Floats:
        """Return an amount for each family, around the median of its class."""
        drawn: Floats = self.of(name) * np.exp(rng.normal(0, self.of(f"{name}_sigma")))
        return drawn


def _draw_tasks(nature: _Natures, tasks: Rows, cpu: Floats, rng: np.random.Generator) -> Tasks:
    """Return the tasks of families with so many of them and such use of the processor."""
    graphs = draw_graphs(int(tasks.max()), _GRAPHS, rng)
    family = np.repeat(np.arange(len(tasks)), tasks)
    m = len(family)
    weight = rng.exponential(1, m) + 0.1
    memory = nature.of("memory") * np.exp(rng.normal(0, _MEMORY_SIGMA, len(tasks)))
    uses = memory[family] * np.exp(rng.normal(0, 0.2, m))
    habit = np.exp(rng.normal(_HABIT, _HABIT_SIGMA, len(tasks)))[family]
    chosen = graphs.first[tasks, rng.integers(_GRAPHS, size=len(tasks))]
    vertex = chosen[family] + np.arange(m) - np.repeat(np.cumsum(tasks) - tasks, tasks)
    return Tasks(
        names=graphs.names,
        name=vertex,
        level=graphs.level[vertex],
        share=weight / np.bincount(family, weight)[family],
        run=nature.drawn("run", rng)[family] * np.exp(rng.normal(0, 0.4, m)),
        cpu=(nature.of("cpu") * cpu)[family] * np.exp(rng.normal(0, 0.2, m)),
        memory=uses,
        plan_cpu=rng.choice([50.0, 100.0, 100.0, 100.0, 200.0, 300.0, 600.0], len(tasks))[family],
        plan_memory=np.clip(uses * habit, 0.01, 20).round(2),
        type=rng.integers(1, 13, len(tasks))[family],
    )
