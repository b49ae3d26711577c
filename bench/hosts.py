"""Simulating on machines with memory, queues, priorities and preemption, against counting processors alone."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

import counting
from harness import Operation
from jobcast.schedule.expression import parse
from jobcast.schedule.policies import easy
from jobcast.schedule.policy import Method, Policy, PreemptRule, Queue
from jobcast.simulate.counts import engine as counts
from jobcast.simulate.counts.base import EASY
from jobcast.simulate.hosts.asked import of_trace
from jobcast.simulate.hosts.columns import columns
from jobcast.simulate.hosts.engine import make_ready, run
from jobcast.simulate.machines import parse_machines
from jobcast.simulate.requests import requests_of
from jobcast.simulate.swf import read_swf

_FILE = "jobs.swf"
_BUSY = 0.8
"""Share of the processors that jobs ask for."""
_PRIORITIES = {"q1": 100, "q2": 50, "q3": 0}
_TAKES = (("q1", "q3"), ("q2", "q3"), ("q1", "q2"))
"""Whose jobs take the place of whose."""


def operations(shrink: int) -> list[Operation]:
    """Return one operation for each set of rules on machines of several sizes, and a million jobs with all of them."""
    return [
        Operation(
            name=f"simulate on {machines}, {name}",
            size=size // shrink,
            prepare=_prepare,
            work=partial(_simulate, machines, policy),
            limit=_count,
            limit_name="counted",
        )
        for machines, name, size, policy in (
            ("16x8:64GB", "EASY", 100_000, easy()),
            ("128x1:8GB", "EASY", 100_000, easy()),
            ("16x8:64GB", "queues, remove", 100_000, _preempting(Method.REMOVE)),
            ("16x8:64GB", "queues, suspend", 100_000, _preempting(Method.SUSPEND)),
            ("32x4:32GB", "queues, suspend", 100_000, _preempting(Method.SUSPEND)),
            ("128x1:8GB", "queues, suspend", 100_000, _preempting(Method.SUSPEND)),
            ("16x8:64GB", "queues, suspend, a million jobs", 1_000_000, _preempting(Method.SUSPEND)),
        )
    ]


def _preempting(method: Method) -> Policy:
    """Return EASY with three queues in the order of their priority, which preempt one another."""
    return replace(
        easy(),
        queues={name: Queue(name=name, priority=priority) for name, priority in _PRIORITIES.items()},
        default_queue="q3",
        order=(parse("queue_priority * 100000 - queued_at"),),
        preemption=tuple(PreemptRule(queue=who, victims=(whom,), method=method) for who, whom in _TAKES),
    )


def _prepare(folder: Path, size: int) -> None:
    """Write the jobs of the counting benchmark as a log, with memory and queues."""
    counting.prepare(_BUSY, folder, size)
    jobs, chance = counting.jobs_in(folder), np.random.default_rng(6)
    fields = np.full((size, 18), -1, np.int64)
    fields[:, 0] = np.arange(1, size + 1)
    fields[:, 1], fields[:, 3], fields[:, 4] = jobs.submit, jobs.run, jobs.processors
    fields[:, 7], fields[:, 8], fields[:, 11] = jobs.processors, jobs.request, jobs.user + 1
    fields[:, 9] = np.minimum(chance.lognormal(6.6, 1.0, size), 4096) * 1024
    fields[:, 10] = 1
    fields[:, 14] = chance.choice([1, 2, 3], size, p=[0.1, 0.2, 0.7])
    header = f"; MaxProcs: {counting.PROCESSORS}"
    np.savetxt(folder / _FILE, fields, "%d", header=header, comments="")


def _simulate(machines: str, policy: Policy, folder: Path) -> Callable[[], object]:
    trace, cluster = read_swf(folder / _FILE), parse_machines(machines)
    given = columns(policy, cluster, of_trace(trace, requests_of(trace, cluster, policy)))
    make_ready(given.jobs, given.machines, given.rules)
    return lambda: run(given.jobs, given.machines, given.rules)


def _count(folder: Path) -> Callable[[], object]:
    jobs = counting.jobs_in(folder)
    counts.make_ready(len(jobs), EASY, compiled=True)
    return lambda: counts.run(jobs, counting.PROCESSORS, EASY, compiled=True)
