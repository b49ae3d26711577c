"""Limits of what may run at once, as counts that jobs add to (rule 8); those by machine are resources of machines."""

import numpy as np

from jobcast.schedule.policy import Limit, Policy
from jobcast.simulate.hosts.asked import Asked, Named
from jobcast.simulate.hosts.base import Column, Table


def counted(policy: Policy, asked: Asked, queue: Named) -> tuple[Table, Table, Column]:
    """Return [jobs, limits] in which count a job is, -1 for none, and how much it adds; and the most of each count."""
    limits = [limit for limit in policy.limits if "machine" not in limit.per]
    jobs = len(asked.submit)
    counts = np.full((jobs, len(limits)), -1, np.int64)
    weights = np.zeros((jobs, len(limits)), np.int64)
    most: list[int] = []
    who = {"user": asked.user, "group": asked.group, "project": asked.project, "queue": queue}
    for number, limit in enumerate(limits):
        codes = np.zeros(jobs, np.int64)
        for by in limit.per:
            codes = codes * len(who[by].names) + who[by].code
        _, codes = np.unique(codes, return_inverse=True)
        counts[:, number] = np.where(_counts(limit, who), codes + len(most), -1)
        weights[:, number] = _weight(limit, asked, policy, queue)
        most += [limit.amount] * (int(codes.max(initial=-1)) + 1)
    return counts, weights, np.array(most, np.int64)


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
