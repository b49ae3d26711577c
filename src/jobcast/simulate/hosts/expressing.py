"""Whether the rules of a policy are among those that the compiled engine knows."""

from collections.abc import Iterable

from jobcast.machine import Cluster
from jobcast.schedule.grid import moves
from jobcast.schedule.job import BatchJob, Demand
from jobcast.schedule.policy import Blocked, Method, Policy, Queue
from jobcast.simulate.hosts import machine_order, ordering
from jobcast.simulate.hosts.site_queues import knows_start_of

_METHODS = frozenset({Method.SUSPEND, Method.REQUEUE, Method.REMOVE})


def of_policy(policy: Policy, cluster: Cluster, *, endless: bool) -> tuple[str, ...]:
    """Return what of a policy and a cluster the engine doesn't know, in fixed words; empty where it knows all.

    `endless`: whether some job is reckoned to run without end.
    """
    tests = {
        "booking": bool(cluster.bookings),
        "lowering": policy.failing.lower_at is not None,
        "order": not ordering.is_known(policy),
        "machine_order": not machine_order.is_known(policy, cluster),
        # Somebody may start on what is held for a job whose start can't be told, and pass this limit.
        "lent": endless and any(limit.lent_are_free and "machine" in limit.per for limit in policy.limits),
        "method": any(rule.method not in _METHODS for rule in policy.preemption),
    }
    queues = (word for queue in policy.queues.values() for word in _of_queue(queue, policy))
    return tuple(dict.fromkeys([*(word for word, holds in tests.items() if holds), *queues]))


def _of_queue(queue: Queue, policy: Policy) -> Iterable[str]:
    tests = {
        "hold": queue.hold is not None and policy.blocked is not Blocked.PLAN,
        "interruptible": queue.interruptible is not None,
        "start_if": not knows_start_of(queue, policy),
    }
    return (word for word, holds in tests.items() if holds)


def of_demands(demands: Iterable[Demand], policy: Policy, cluster: Cluster) -> tuple[str, ...]:
    """Return what of these demands the engine doesn't know."""
    words: dict[str, None] = {}
    suspends = any(rule.method is Method.SUSPEND for rule in policy.preemption)
    slots = any(machine.slots_by_queue for machine in cluster.machines)
    whole = any(queue.exclusive for queue in policy.queues.values())
    for demand in demands:
        layout = demand.layout
        tests = {
            "floating": bool(demand.floating),
            "geometry": bool(layout.geometry),
            "layout": layout.tasks_per_machine is not None
            and (layout.machines_min > 1 or layout.machines_max is not None),
            "machines_max": layout.machines_max not in {None, 1},
            "exclusive": (layout.exclusive or whole) and suspends and slots,
            "needs": demand.needs is not None and moves(demand.needs),
            "prefers": demand.prefers is not None and moves(demand.prefers),
        }
        words |= dict.fromkeys(word for word, holds in tests.items() if holds)
    return tuple(words)


def of_jobs(jobs: Iterable[BatchJob], policy: Policy) -> tuple[str, ...]:
    """Return what of these jobs, beside their demands, the engine doesn't know."""
    words: dict[str, None] = {}
    requeues = any(rule.method is Method.REQUEUE for rule in policy.preemption)
    asks_priority = bool(policy.order)
    for job in jobs:
        tests = {
            "priority": asks_priority and job.priority is not None,
            "begin": job.begin is not None,
            "dependency": job.after is not None,
            "held": bool(job.hold),
            "array_limit": job.array_limit is not None,
            "booking": bool(job.booking),
            "avoids": bool(job.avoids),
            "restartable": requeues and not job.restartable,
        }
        words |= dict.fromkeys(word for word, holds in tests.items() if holds)
    return tuple(words)
