"""What a driver knows of jobs by its own reckoning, to hold the core's against it."""

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

from jobcast.machine import Allocation, Cluster
from jobcast.schedule.job import BatchJob
from jobcast.schedule.policy import Policy, Queue

Usage = Counter[tuple[str, str]]
"""(machine, resource) to amount; the machine is empty for floating resources."""


class Status(Enum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    SUSPENDED = "suspended"
    ENDED = "ended"


LEGAL = {
    ("Start", Status.WAITING): Status.RUNNING,
    ("Suspend", Status.RUNNING): Status.SUSPENDED,
    ("Resume", Status.SUSPENDED): Status.RUNNING,
    ("Requeue", Status.RUNNING): Status.WAITING,
    ("Refuse", Status.WAITING): Status.ENDED,
    ("Reserve", Status.WAITING): Status.WAITING,
    ("Unreserve", Status.WAITING): Status.WAITING,
    ("Unreserve", Status.ENDED): Status.ENDED,
    ("Kill", Status.RUNNING): Status.RUNNING,
    ("Kill", Status.SUSPENDED): Status.SUSPENDED,
}
"""What may be decided of a job, and where it stands then; `Kill` waits for `Finished`, except by preemption."""


@dataclass(kw_only=True)
class Tracked:
    """One job."""

    job: BatchJob
    runs: int
    """Seconds that it runs if nobody kills it."""
    exit_code: int = 0
    status: Status = Status.WAITING
    ran: int = 0
    """Seconds that it has run before it last began or went on."""
    since: int = 0
    """Second at which it last began or went on."""
    allocation: Allocation = ()
    usage: Usage = field(default_factory=Counter)
    """What it has when it runs."""
    starts: list[int] = field(default_factory=list)
    """Seconds at which it began or went on."""
    end: int | None = None
    """Second at which it ended; None for not yet, or never begun."""
    serial: int = 0
    """Makes ends void that were foreseen before it was suspended or killed."""


def usage(job: BatchJob, queue: Queue, allocation: Allocation, cluster: Cluster) -> Usage:
    """Add up what a job takes, from its demand alone."""
    found: Usage = Counter()
    resources = {machine.name: machine.resources for machine in cluster.machines}
    each = {**queue.default_resources, **job.demand.per_task}
    for share in allocation:
        for name, amount in each.items():
            found[share.machine, name] += amount * share.tasks
        for name, amount in job.demand.per_machine.items():
            found[share.machine, name] += amount
        if job.demand.layout.exclusive:
            for name, amount in resources[share.machine].items():
                found[share.machine, name] = amount
    for name, amount in job.demand.floating.items():
        found["", name] += amount
    return found


def kept(tracked: Tracked, policy: Policy) -> Usage:
    """Return what a suspended job keeps."""
    given = policy.released_by_suspension
    return Counter(
        {
            (machine, name): amount
            for (machine, name), amount in tracked.usage.items()
            if not machine or name not in given
        }
    )


def capacity(cluster: Cluster) -> Usage:
    """Return what there is."""
    there: Usage = Counter({("", name): amount for name, amount in cluster.floating.items()})
    for machine in cluster.machines:
        for name, amount in machine.resources.items():
            there[machine.name, name] = amount
    return there
