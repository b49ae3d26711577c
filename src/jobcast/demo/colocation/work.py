"""How jobs would run if nothing disturbed them: their tasks one level after the other, their instances on machines."""

from dataclasses import dataclass

import numpy as np

from jobcast.demo.colocation.families import Families
from jobcast.demo.colocation.jobs import Jobs
from jobcast.demo.colocation.machines import RACK
from jobcast.demo.colocation.plan import Floats, Rows

_INSTANCE_SIGMA = 0.25
_CPU_SIGMA, _MEMORY_SIGMA = 0.3, 0.45
"""Of the run times of one task's instances; the line below, of what they use."""


@dataclass(slots=True, kw_only=True, eq=False)
class Work:
    """The tasks and instances of some jobs, in the order of these; evictions move their times."""

    jobs: Jobs
    """n of them."""
    job: Rows
    """(tasks,): row of `jobs`."""
    template: Rows
    """(tasks,): row of the families' tasks."""
    count: Rows
    """(tasks,): how many instances it has."""
    level: Rows
    """(tasks,)"""
    begin: Rows
    """(tasks,): seconds since the trace's start."""
    end: Rows
    """(tasks,)"""
    task: Rows
    """(instances,): row among the tasks."""
    machine: Rows
    """(instances,)"""
    start: Rows
    """(instances,): seconds since the trace's start."""
    run: Rows
    """(instances,): seconds, at least one."""
    cpu: Floats
    """(instances,): hundredths of a core, in the mean."""
    memory: Floats
    """(instances,): hundredths of a machine's memory, in the mean."""
    cpu_peak: Floats
    """(instances,): over the mean."""
    memory_peak: Floats
    """(instances,): over the mean."""

    @property
    def first(self) -> Rows:
        """Return the first instance of each task."""
        return np.cumsum(self.count) - self.count


def lay_out(jobs: Jobs, families: Families, machines: int, rng: np.random.Generator) -> Work:
    """Return what the jobs do if nothing disturbs them."""
    task = families.task
    tasks = families.tasks[jobs.family]
    job = np.repeat(np.arange(len(jobs)), tasks)
    place = np.arange(len(job)) - np.repeat(np.cumsum(tasks) - tasks, tasks)
    template = families.first[jobs.family][job] + place
    wanted = families.instances[jobs.family][job] * jobs.size[job] * task.share[template]
    count = np.maximum(1, wanted.round()).astype(np.int64)
    of = np.repeat(np.arange(len(job)), count)
    n = len(of)
    run = task.run[template][of] * jobs.pace[job][of] * np.exp(rng.normal(0, _INSTANCE_SIGMA, n))
    late = rng.integers(0, 3, n)
    work = Work(
        jobs=jobs,
        job=job,
        template=template,
        count=count,
        level=task.level[template],
        begin=np.zeros(len(job), np.int64),
        end=np.zeros(len(job), np.int64),
        task=of,
        machine=np.where(
            families.scattered[jobs.family][job][of],
            rng.integers(machines, size=n),
            in_rack(jobs.rack[job][of], machines, rng),
        ),
        start=late,
        run=np.maximum(1, run.round()).astype(np.int64),
        cpu=task.cpu[template][of] * np.exp(rng.normal(0, _CPU_SIGMA, n)),
        memory=(task.memory[template] * jobs.memory[job])[of] * np.exp(rng.normal(0, _MEMORY_SIGMA, n)),
        cpu_peak=rng.uniform(1.1, 2.5, n),
        memory_peak=rng.uniform(1, 1.4, n),
    )
    _follow(work)
    work.start = work.begin[of] + late
    return work


def in_rack(rack: Rows, machines: int, rng: np.random.Generator) -> Rows:
    """Return a machine of each rack, drawn."""
    first = rack * RACK
    return first + (rng.uniform(size=len(rack)) * np.minimum(RACK, machines - first)).astype(np.int64)


def _follow(work: Work) -> None:
    """Let each level of a job begin when the one before has ended; `start` is still that within the task."""
    span = np.maximum.reduceat(work.start + work.run, work.first)
    ready = work.jobs.submitted + 1
    for level in range(int(work.level.max()) + 1):
        at = np.flatnonzero(work.level == level)
        work.begin[at] = ready[work.job[at]]
        work.end[at] = work.begin[at] + span[at]
        np.maximum.at(ready, work.job[at], work.end[at])
