"""Clusters, jobs and policies that exist only for tests."""

from dataclasses import replace
from typing import Any

from jobcast.machine import CPUS, AdvanceReservation, Cluster, Machine
from jobcast.schedule.expression import parse
from jobcast.schedule.job import BatchJob, Demand, Layout
from jobcast.schedule.policy import Blocked, Hold, Policy, Queue

GB = 1 << 30
MB = 1 << 20
BY_QUEUE = (parse("queue_priority"),)
"""An order: higher queues go first."""


def clock(text: str) -> int:
    """Read ``hh:mm:ss`` as a second of the day."""
    hours, minutes, seconds = map(int, text.split(":"))
    return hours * 3600 + minutes * 60 + seconds


def machine(name: str, cpus: int, **known: Any) -> Machine:
    """Return a machine with so many CPUs; other resources by their names."""
    own = {key: known.pop(key) for key in ("slots_by_queue", "groups", "facts") if key in known}
    return Machine(name=name, resources={CPUS: cpus, **known}, **own)


def one(cpus: int, **resources: int) -> Cluster:
    """Return a cluster of one machine, ``m1``."""
    return many(1, cpus, **resources)


def many(machines: int, cpus: int, **resources: int) -> Cluster:
    """Return equal machines, ``m1`` and so on."""
    return Cluster(machines=tuple(machine(f"m{n}", cpus, **resources) for n in range(1, machines + 1)))


def with_floating(cluster: Cluster, **floating: int) -> Cluster:
    """Add floating resources."""
    return replace(cluster, floating=floating)


def with_bookings(cluster: Cluster, *bookings: AdvanceReservation) -> Cluster:
    """Add advance reservations."""
    return replace(cluster, bookings=bookings)


def job(name: str, tasks: int = 1, estimate: int | None = None, **known: Any) -> BatchJob:
    """Return a job of so many tasks of one CPU each; fields of its demand and layout are known by their names."""
    layout_names, demand_names = set(Layout.__slots__), set(Demand.__slots__)
    layout = Layout(**{key: known.pop(key) for key in list(known) if key in layout_names})
    per_task = {CPUS: 1, **known.pop("per_task", {})}
    demand = {key: known.pop(key) for key in list(known) if key in demand_names}
    return BatchJob(
        id=name,
        demand=Demand(tasks=tasks, per_task=per_task, layout=layout, **demand),
        estimate=estimate,
        **known,
    )


def queues(*given: Queue) -> dict[str, Queue]:
    """Return them by name."""
    return {queue.name: queue for queue in given}


def easy(**known: Any) -> Policy:
    """Return EASY, unless something else is known."""
    return Policy(name="easy", **known)


SLOT_HOLD = Hold(resources=frozenset({CPUS}), longest=300, pause=60)
"""SLOT_RESERVE = MAX_RESERVE_TIME[5] with MBD_SLEEP_TIME 60."""


def holding(*given: Queue, **known: Any) -> Policy:
    """Return a policy of LSF's kind: by queue priority, nobody blocks, queues hold what they can."""
    settings: dict[str, Any] = {"blocked": Blocked.SKIP, "order": BY_QUEUE, "default_queue": given[0].name}
    return Policy(name="holding", queues=queues(*given), **(settings | known))
