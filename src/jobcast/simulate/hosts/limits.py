"""Limits of what may run at once, as counts that jobs add to (rule 8); those by machine alone are its resources."""

import numpy as np

from jobcast.schedule.grid import Grid, names_machine
from jobcast.schedule.policy import Limit, Policy
from jobcast.simulate.hosts.asked import Asked, Named
from jobcast.simulate.hosts.base import Column, OnMachines, Table


def counted(policy: Policy, asked: Asked, queue: Named) -> tuple[Table, Table, Column]:
    """Return [jobs, limits] in which count a job is, -1 for none, and how much it adds; and the most of each count."""
    limits = [limit for limit in policy.limits if "machine" not in limit.per]
    jobs, last = len(asked.submit), 0
    counts = np.full((jobs, len(limits)), -1, np.int64)
    weights = np.zeros((jobs, len(limits)), np.int64)
    most: list[int] = []
    who = _owners(asked, queue)
    for number, limit in enumerate(limits):
        counts[:, number], last = _codes(limit, who, last)
        weights[:, number] = _weight(limit, asked, policy, queue)
        most += [limit.amount] * (last - len(most))
    return counts, weights, np.array(most, np.int64)


def counted_on_machines(policy: Policy, asked: Asked, queue: Named, grid: Grid) -> OnMachines:
    """Return the limits by machine and something else, such as the user."""
    limits = [limit for limit in policy.limits if "machine" in limit.per and len(limit.per) > 1]
    jobs, rows = len(asked.submit), 0
    counts = np.full((jobs, len(limits)), -1, np.int64)
    each = np.zeros((jobs, len(limits)), np.int64)
    holds = np.zeros((len(limits), len(grid.machines)), np.int8)
    who = _owners(asked, queue)
    for number, limit in enumerate(limits):
        counts[:, number], rows = _codes(limit, who, rows)
        each[:, number] = _each(limit, asked)
        holds[number] = [names_machine(limit, machine) for machine in grid.machines]
    most = np.array([limit.amount for limit in limits], np.int64)
    return OnMachines(count=counts, each=each, most=most, holds=holds, counts=rows)


def _owners(asked: Asked, queue: Named) -> dict[str, Named]:
    return {"user": asked.user, "group": asked.group, "project": asked.project, "queue": queue}


def _codes(limit: Limit, who: dict[str, Named], first: int) -> tuple[Column, int]:
    """Return in which count each job is, from `first` on, -1 for none; and the number behind the last count."""
    codes = np.zeros(len(who["queue"].code), np.int64)
    for by in limit.per:
        if by != "machine":
            codes = codes * len(who[by].names) + who[by].code
    _, codes = np.unique(codes, return_inverse=True)
    last = first + int(codes.max(initial=-1)) + 1
    return np.where(_counts(limit, who), codes + first, -1), last


def _counts(limit: Limit, who: dict[str, Named]) -> Column:
    holds = np.ones(len(who["queue"].code), np.bool_)
    for names, counted_if in ((limit.only, True), (limit.but, False)):
        for by, of in names.items():
            if by in who:
                holds &= np.array([(name in of) is counted_if for name in who[by].names], np.bool_)[
                    who[by].code
                ]
    return holds.astype(np.int64)


def _weight(limit: Limit, asked: Asked, policy: Policy, queue: Named) -> Column:
    if limit.counts == "jobs":
        return np.ones(len(asked.submit), np.int64)
    return amounts(limit.counts, asked, policy, queue)


def _each(limit: Limit, asked: Asked) -> Column:
    """Return how much each task of a job adds; -1 where jobs are counted."""
    if limit.counts == "jobs":
        return np.full(len(asked.submit), -1, np.int64)
    each = [demand.per_task.get(limit.counts, 0) for demand in asked.demands]
    return np.array(each, np.int64)[asked.demand]


def amounts(resource: str, asked: Asked, policy: Policy, queue: Named) -> Column:
    """Return how much of a resource each job asks for, over all machines."""
    usual = np.array(
        [
            policy.queues[name].default_resources.get(resource, 0) if name in policy.queues else 0
            for name in queue.names
        ],
        np.int64,
    )[queue.code]
    own = np.array([demand.per_task.get(resource, -1) for demand in asked.demands], np.int64)[asked.demand]
    tasks = np.array([demand.tasks for demand in asked.demands], np.int64)[asked.demand]
    beside = [demand.layout.machines_min * demand.per_machine.get(resource, 0) for demand in asked.demands]
    return tasks * np.where(own < 0, usual, own) + np.array(beside, np.int64)[asked.demand]
