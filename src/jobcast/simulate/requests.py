"""What the jobs of a trace ask of machines: as columns, and as jobs of the core."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from jobcast.machine import CPUS, GPUS, MEMORY, Cluster
from jobcast.schedule.job import BatchJob, Demand, Layout
from jobcast.schedule.policy import Policy
from jobcast.simulate.trace import Trace

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Requests:
    """One element for each job of a trace."""

    tasks: Whole
    """How many; each takes the same of its machine."""
    per_task: dict[str, Whole]
    """Resource to amount that each task takes, 0 for nothing; only resources that some machine has."""
    run_limit: Whole
    """Seconds; -1 where the job asks for none."""
    queue: list[str]
    """Each job's queue under the policy; empty where it knows no queues."""
    other_queue: int
    """How many jobs name a queue that the policy doesn't have, and are put into the default one."""


def requests_of(trace: Trace, cluster: Cluster, policy: Policy) -> Requests:
    """Turn the columns of a trace into requests.

    Cores become tasks of one CPU, and memory is divided among them, rounded up; jobs with graphics cards have a task
    for each card where their cores divide evenly, else one task in all.
    """
    jobs = trace.jobs
    known = {name for machine in cluster.machines for name in machine.resources}
    cores = trace.whole("cores")
    gpus = jobs["gpus"].fill_null(0).to_numpy().astype(np.int64) if GPUS in known else np.zeros_like(cores)
    by_card = (gpus > 0) & (cores % np.maximum(gpus, 1) == 0)
    tasks = np.where(gpus == 0, cores, np.where(by_card, gpus, 1))
    per_task = {CPUS: cores // tasks}
    if MEMORY in known:
        memory = jobs["memory"].fill_null(0).to_numpy().astype(np.int64)
        per_task[MEMORY] = -(-memory // tasks)
    if GPUS in known:
        per_task[GPUS] = gpus // tasks
    queue, others = _queues(jobs, policy)
    limit = jobs["request"].fill_null(-1).to_numpy().astype(np.int64)
    return Requests(tasks=tasks, per_task=per_task, run_limit=limit, queue=queue, other_queue=others)


def _queues(jobs: pl.DataFrame, policy: Policy) -> tuple[list[str], int]:
    if not policy.queues:
        return jobs["queue"].fill_null("").to_list(), 0
    instead = policy.default_queue or next(iter(policy.queues))
    known = jobs["queue"].is_in(list(policy.queues)).fill_null(value=False)
    queue = jobs.select(pl.when(known).then("queue").otherwise(pl.lit(instead)))["queue"]
    return queue.to_list(), int((~known & jobs["queue"].is_not_null()).sum())


def batch_jobs(trace: Trace, requests: Requests, estimates: Whole | None = None) -> list[BatchJob]:
    """Return the jobs of a trace as the core takes them, in its order; `estimates` are -1 where there is none."""
    demands = _Demands(requests)
    told = [-1] * len(trace.jobs) if estimates is None else estimates.tolist()
    names = trace.jobs.select(pl.col("id", "user", "group", "project").fill_null(""))
    return [
        BatchJob(
            id=name,
            demand=demands.of(row),
            queue=requests.queue[row],
            user=user,
            group=group,
            project=project,
            run_limit=None if requests.run_limit[row] < 0 else int(requests.run_limit[row]),
            estimate=None if told[row] < 0 else told[row],
        )
        for row, (name, user, group, project) in enumerate(names.iter_rows())
    ]


class _Demands:
    """Makes each demand once, however many jobs have it."""

    def __init__(self, requests: Requests) -> None:
        self._names = list(requests.per_task)
        self._rows = np.column_stack([requests.tasks, *requests.per_task.values()]).tolist()
        self._made: dict[tuple[int, ...], Demand] = {}

    def of(self, row: int) -> Demand:
        key = tuple(self._rows[row])
        made = self._made.get(key)
        if made is None:
            amounts = {name: amount for name, amount in zip(self._names, key[1:], strict=True) if amount}
            made = self._made[key] = Demand(tasks=key[0], per_task=amounts, layout=_LAYOUT)
        return made


_LAYOUT = Layout()
