"""EASY and conservative backfill that only count processors, written from their definitions and nothing else.

Sources: Lifka 1995; Mu'alem and Feitelson 2001. One pass after all events of a second.
"""

from dataclasses import dataclass
from typing import Protocol

from tests.schedule.random_sites import Site


@dataclass
class Naive:
    """A job."""

    name: str
    at: int
    cpus: int
    runs: int
    reckoned: int
    start: int = -1


class Pass(Protocol):
    """Starts what may start at a second."""

    def __call__(self, now: int, cpus: int, waiting: list[Naive], running: list[Naive]) -> None: ...


def simulate(given: Site, one_pass: Pass) -> dict[str, int]:
    """Return when each job starts."""
    cpus = given.cluster.machines[0].resources["cpus"]
    jobs = [
        Naive(each.job.id, each.at, each.job.demand.tasks, each.runs, each.job.estimate or 0)
        for each in given.jobs
    ]
    coming, waiting, running = list(jobs), list[Naive](), list[Naive]()
    while coming or waiting or running:
        now = min([each.at for each in coming] + [each.start + each.runs for each in running])
        running = [each for each in running if each.start + each.runs > now]
        waiting += [each for each in coming if each.at == now]
        coming = [each for each in coming if each.at > now]
        one_pass(now, cpus, waiting, running)
        for each in waiting:
            if each.start >= 0:
                running.append(each)
        waiting = [each for each in waiting if each.start < 0]
    return {each.name: each.start for each in jobs}


def easy(now: int, cpus: int, waiting: list[Naive], running: list[Naive]) -> None:
    """The first that waits is promised a start; the others fill in if they don't delay it."""
    free = cpus - sum(each.cpus for each in running)
    ends = [(each.start + each.reckoned, each.cpus) for each in running]
    head, extra, shadow = None, 0, 0
    for each in waiting:
        if head is None and each.cpus > free:
            head, there = each, free
            for shadow in sorted({end for end, _ in ends}):
                there = free + sum(count for end, count in ends if end <= shadow)
                if there >= each.cpus:
                    break
            extra = there - each.cpus
        elif each.cpus <= free and (head is None or now + each.reckoned <= shadow or each.cpus <= extra):
            if head is not None and now + each.reckoned > shadow:
                extra -= each.cpus
            each.start = now
            free -= each.cpus
            ends.append((now + each.reckoned, each.cpus))


def conservative(now: int, cpus: int, waiting: list[Naive], running: list[Naive]) -> None:
    """Everybody is promised the earliest start beside all promises made before his."""
    taken = [(each.start, each.start + each.reckoned, each.cpus) for each in running]
    for each in waiting:
        for start in sorted({now} | {end for _, end, _ in taken}):
            end = start + each.reckoned
            edges = [start] + [begun for begun, _, _ in taken if start < begun < end]
            used = max(sum(n for begun, over, n in taken if begun <= edge < over) for edge in edges)
            if used + each.cpus <= cpus:
                break
        taken.append((start, end, each.cpus))
        if start == now:
            each.start = now
