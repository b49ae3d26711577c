"""Families: the same graph of tasks with the same plan, run again and again, many of them at the same time each day."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from jobcast.demo.colocation.machines import racks_of
from jobcast.demo.colocation.plan import Flags, Floats, Plan, Rows, Stream


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
        share=0.55, families=0.52, failing=0.0045, instances=5, instances_sigma=1.1, run=32, run_sigma=0.9,
        cpu=48, memory=0.06, tasks=(1, 6),
    ),
    Kind.HEAVY: Nature(
        share=0.015, families=0.06, failing=0.033, instances=700, instances_sigma=0.8, run=75, run_sigma=0.5,
        cpu=52, memory=0.075, tasks=(3, 9),
    ),
    Kind.SHORT: Nature(
        share=0.43, families=0.36, failing=0.0, instances=1.2, instances_sigma=0.3, run=6, run_sigma=0.5,
        cpu=40, memory=0.03, tasks=(1, 2),
    ),
    Kind.LONG: Nature(
        share=0.005, families=0.06, failing=0.47, instances=6, instances_sigma=0.4, run=4_500, run_sigma=0.35,
        cpu=50, memory=0.09, tasks=(2, 4), scattered=True,
    ),
}  # fmt: skip

_MEMORY_SIGMA, _CPU_SIGMA = 0.7, 0.45
_FRAIL_SIGMA = 0.8
"""Of how easily families are disturbed, beside what memory and processor make of it; nothing tells it but history."""
_BY_MEMORY, _BY_CPU = 2.0, 0.8
"""Powers with which memory and processor use make a family easier to disturb."""
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

    name: list[str]
    """(m,): with the numbers of the tasks that it waits for, e.g. ``J3_1_2``."""
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
    count = plan.jobs**0.68
    kind = np.repeat(
        np.array([*NATURES], np.int64),
        [max(2, round(count * nature.families)) for nature in NATURES.values()],
    )
    nature = [NATURES[Kind(int(one))] for one in kind]
    n = len(kind)
    tasks = np.array([rng.integers(one.tasks[0], one.tasks[1] + 1) for one in nature])
    memory = np.exp(rng.normal(0, _MEMORY_SIGMA, n))
    cpu = np.exp(rng.normal(0, _CPU_SIGMA, n))
    begin = np.maximum(0, rng.uniform(-0.8, 0.9, n))
    return Families(
        kind=kind,
        instances=np.array([one.instances * np.exp(rng.normal(0, one.instances_sigma)) for one in nature]),
        frailty=memory**_BY_MEMORY * cpu**_BY_CPU * np.exp(rng.normal(0, _FRAIL_SIGMA, n)),
        weight=np.exp(rng.normal(0, 0.8, n)),
        begin=begin,
        end=np.minimum(1, begin + rng.uniform(0.3, 1.2, n)),
        second=rng.integers(86_400, size=n),
        daily=rng.uniform(size=n) < 0.7,
        rack=rng.integers(racks_of(plan.machines).max() + 1, size=n),
        scattered=np.array([one.scattered for one in nature]),
        opaque=(tasks == 1) & (rng.uniform(size=n) < _OPAQUE),
        first=np.cumsum(tasks) - tasks,
        tasks=tasks,
        task=_draw_tasks(nature, tasks, memory, cpu, rng),
    )


def _draw_tasks(
    nature: list[Nature], tasks: Rows, memory: Floats, cpu: Floats, rng: np.random.Generator
) -> Tasks:
    graphs = [_draw_graph(int(count), rng) for count in tasks]
    family = np.repeat(np.arange(len(tasks)), tasks)
    m = len(family)
    weight = rng.exponential(1, m) + 0.1
    run = np.array([one.run * np.exp(rng.normal(0, one.run_sigma)) for one in nature])[family]
    uses_cpu = np.array([one.cpu for one in nature])[family] * cpu[family] * np.exp(rng.normal(0, 0.2, m))
    uses = np.array([one.memory for one in nature])[family] * memory[family] * np.exp(rng.normal(0, 0.2, m))
    habit = np.exp(rng.normal(0.5, 0.5, len(tasks)))[family]
    return Tasks(
        name=[name for names, _ in graphs for name in names],
        level=np.array([level for _, levels in graphs for level in levels]),
        share=weight / np.bincount(family, weight)[family],
        run=run * np.exp(rng.normal(0, 0.4, m)),
        cpu=uses_cpu,
        memory=uses,
        plan_cpu=rng.choice([50, 100, 100, 100, 200, 300, 600], len(tasks))[family].astype(float),
        plan_memory=np.clip(uses * habit, 0.01, 20).round(2),
        type=rng.integers(1, 13, len(tasks))[family],
    )


def _draw_graph(count: int, rng: np.random.Generator) -> tuple[list[str], list[int]]:
    """Return the names of so many tasks and their levels."""
    names: list[str] = []
    levels: list[int] = []
    for number in range(1, count + 1):
        most = min(number - 1, 3)
        waits = sorted(rng.choice(number - 1, rng.integers(0, most + 1), replace=False) + 1) if most else []
        letter = "MRJ"[min(len(waits), 2)]
        names.append("_".join([f"{letter}{number}", *map(str, waits)]))
        levels.append(1 + max((levels[one - 1] for one in waits), default=-1))
    return names, levels
