"""Turns a policy, a cluster and what jobs ask for into the columns of the compiled engine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from jobcast.machine import CPUS, GPUS, MEMORY, Cluster
from jobcast.schedule.grid import Grid, make_grid, queue_slots
from jobcast.schedule.job import BatchJob
from jobcast.schedule.policy import Blocked, Extent, Method, Policy, VictimOrder
from jobcast.simulate.hosts import expressing, ordering
from jobcast.simulate.hosts.asked import Asked
from jobcast.simulate.hosts.base import Column, JobOrder, Jobs, Machines, Preemption, Rules
from jobcast.simulate.hosts.kinds import kinds_of
from jobcast.simulate.hosts.layout import UNLIMITED
from jobcast.simulate.hosts.limits import amounts, counted, counted_on_machines
from jobcast.simulate.hosts.machine_order import program_of
from jobcast.simulate.hosts.ordering import Facts
from jobcast.simulate.hosts.program import Program
from jobcast.simulate.hosts.site_queues import SiteQueues, start_program

_BLOCKED = {Blocked.STOP: 0, Blocked.SKIP: 1, Blocked.PLAN: 2}
_METHOD = {Method.SUSPEND: 0, Method.REQUEUE: 1, Method.REMOVE: 2}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Columns:
    """What the engine runs."""

    jobs: Jobs
    machines: Machines
    rules: Rules


def expressible(
    policy: Policy, cluster: Cluster, asked: Asked, jobs: Sequence[BatchJob] = ()
) -> tuple[str, ...]:
    """Return why the compiled engine can't run these jobs by that policy, in fixed words; empty where it can.

    `jobs` are looked at for what columns don't tell: dependencies, holds, begin times, arrays, bookings.
    """
    endless = bool((SiteQueues(asked, policy).reckoned(asked, policy) < 0).any())
    words = [
        *expressing.of_policy(policy, cluster, endless=endless),
        *expressing.of_demands(asked.demands, policy, cluster),
        *expressing.of_jobs(jobs, policy),
    ]
    return tuple(dict.fromkeys(words))


def columns(policy: Policy, cluster: Cluster, asked: Asked, *, monday: int = 0) -> Columns:
    """Turn a policy and a cluster that are `expressible` into columns; `monday` is any second that is Monday 00:00."""
    grid, queues = make_grid(cluster, policy), SiteQueues(asked, policy)
    kinds = kinds_of(asked, queues, policy, grid)
    facts = _facts(asked, queues, policy)
    count, weight, most = counted(policy, asked, queues.job_queue)
    moves = ordering.moves(policy)
    rank = ordering.places(() if moves else policy.order, facts)
    jobs = Jobs(
        submit=asked.submit,
        run=asked.run,
        reckoned=queues.reckoned(asked, policy),
        run_limit=facts["run_limit"],
        tasks=np.array([demand.tasks for demand in asked.demands], np.int64)[asked.demand],
        kind=kinds.kind,
        queue=queues.job_queue.code,
        user=asked.user.code,
        group=asked.group.code,
        rank=rank,
        behind=ordering.places(policy.backfill_order, facts) if policy.backfill_order and not moves else rank,
        kinds=kinds.kinds,
        count=count,
        weight=weight,
        there=counted_on_machines(policy, asked, queues.job_queue, grid),
        refused=(queues.refused(asked) | kinds.refused).astype(np.int8),
    )
    # Nobody asks for floating resources, which have the last row: it is left out.
    machines = Machines(
        capacity=grid.capacity[: len(grid.machines)],
        choices=kinds.choices,
        liked=kinds.liked,
        order=program_of(policy, grid),
    )
    order = ordering.programs(policy, facts) if moves else JobOrder()
    rules = replace(_rules(policy, grid, queues, most), monday=monday, order=order)
    return Columns(jobs=jobs, machines=machines, rules=rules)


def _facts(asked: Asked, queues: SiteQueues, policy: Policy) -> Facts:
    """Return what the order of jobs may ask and time doesn't change."""

    def told(by: dict[str, int], names: Sequence[str], code: Column) -> Column:
        return np.array([by.get(name, 0) for name in names], np.int64)[code]

    resources = {"cores": CPUS, "memory": MEMORY, "gpus": GPUS}
    return {
        "queue_priority": queues.priority(),
        "user_stanza_priority": told(dict(policy.user_priorities), asked.user.names, asked.user.code),
        "group_stanza_priority": told(dict(policy.group_priorities), asked.group.names, asked.group.code),
        "queued_at": asked.submit,
        "estimate": queues.estimated(asked),
        "run_limit": queues.run_limit(asked),
        **{name: amounts(resource, asked, policy, queues.job_queue) for name, resource in resources.items()},
    }


def _rules(policy: Policy, grid: Grid, queues: SiteQueues, most: Column) -> Rules:
    known, slots = queues.queues, {queue_slots(name) for name in queues.job_queue.names}
    return Rules(
        blocked=_BLOCKED[policy.blocked],
        depth=_or_all(policy.depth),
        depth_per_user=_or_all(policy.depth_per_user),
        window=_or_all(policy.window),
        busy_first=policy.busy_first,
        cycle=policy.cycle,
        backfills=np.array([queue is None or queue.backfill for queue in known], np.int8),
        reserves=np.array([queue is None or queue.reserves for queue in known], np.int8),
        most_planned=np.array([_or_all(queue.max_planned if queue else None) for queue in known], np.int64),
        is_open=np.array([queue is None or queue.open for queue in known], np.int8),
        windows=tuple(queue.windows if queue else () for queue in known),
        monday=0,
        order=JobOrder(),
        start_if=tuple(
            start_program(queue, queues.job_queue.names, len(grid.machines)) if queue else Program()
            for queue in known
        ),
        preemption=_preemption(policy, queues.job_queue.names),
        gives=np.array([name in policy.released_by_suspension | slots for name in grid.columns], np.int8),
        by_run_time=policy.victim_order is VictimOrder.LEAST_RUN_TIME,
        most=most,
    )


def _or_all(most: int | None) -> int:
    return UNLIMITED if most is None else most


def _preemption(policy: Policy, names: Sequence[str]) -> tuple[Preemption, ...]:
    """Return the rules between queues that are there, those of one queue together."""
    rules = [
        Preemption(
            queue=names.index(rule.queue),
            victims=tuple(names.index(victim) for victim in rule.victims if victim in names),
            whole=rule.extent is Extent.ALL,
            method=_METHOD[rule.method],
        )
        for rule in policy.preemption
        if rule.queue in names
    ]
    return tuple(sorted(rules, key=lambda rule: rule.queue))
