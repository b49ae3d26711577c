"""Which jobs are disturbed, which of their instances are evicted, and where and when these run again.

While an instance runs on a machine that is strained, a clock runs for its job: as fast as the strain is large
and the family frail. The job fails with the probability 1 - exp(-time on that clock); a failed job's
instances are evicted in the level in which the clock was when it struck.
"""

from dataclasses import dataclass

import numpy as np

from jobcast.demo.colocation.families import NATURES, Families
from jobcast.demo.colocation.plan import Flags, Floats, Rows
from jobcast.demo.colocation.pressure import Pressure
from jobcast.demo.colocation.trials import Trials, try_again
from jobcast.demo.colocation.work import Work

_BY_MEMORY, _BY_CPU = 2.6, 1.2
"""Powers with which what an instance uses beside others of its job makes it likelier to be evicted."""
_JOINING, _JOINED = 0.35, 22
"""Chance of each other instance of the level that was strained to be evicted as well, and how many are in the mean
at most: by then the machines have room."""

_CRASHING = 0.003
"""Share of jobs that end by a fault of their own."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Fates:
    """What becomes of the n jobs of some work; equal only to itself."""

    risk: Floats
    """(n,): chance that the job fails, before it was drawn whether it does."""
    crashed: Flags
    """(n,): whether its last task fails by its own fault, which no eviction is."""
    trials: Trials
    """Of the instances that were evicted."""


def clocks(work: Work, families: Families, pressure: Pressure, pace: Floats) -> Floats:
    """Return for each instance how far it moves its job's clock; `pace` is by `Kind`."""
    jobs, job = work.jobs, work.job[work.task]
    frailty = pace[families.kind[jobs.family]] * families.frailty[jobs.family] * jobs.frailty
    strained = pressure.until(work.machine, work.start + work.run) - pressure.until(work.machine, work.start)
    size = work.memory**_BY_MEMORY * work.cpu**_BY_CPU
    return (frailty / np.bincount(job, size))[job] * size * strained / work.run


def totals(work: Work, clock: Floats) -> Floats:
    """Return the time on the clock of each job."""
    return np.bincount(work.job[work.task], clock, len(work.jobs)).astype(np.float64)


def paces(kind: Rows, total: Floats, times: float) -> Floats:
    """Return by `Kind` how fast the clocks must run so that `times` the paper's share of jobs fails, 95 % at most.

    `kind` and `total` are those of jobs whose clocks ran at pace 1. Where none was strained the pace is 0.
    """
    found = np.zeros(len(NATURES))
    for one, nature in NATURES.items():
        time, wanted = total[kind == one], min(nature.failing * times, 0.95)
        if not wanted or not time.any():
            continue
        low, high = -40.0, 40.0
        for _ in range(50):
            middle = (low + high) / 2
            if -np.expm1(-np.exp(middle) * time).mean() < wanted:
                low = middle
            else:
                high = middle
        found[one] = np.exp(min(low, 10 - np.log(np.median(time[time > 0]))))
    return found


def disturb(work: Work, clock: Floats, pressure: Pressure, rng: np.random.Generator) -> Fates:
    """Draw which jobs fail, and move the times of their tasks and instances in `work` accordingly."""
    total = totals(work, clock)
    risk = -np.expm1(-total)
    failing = np.flatnonzero(rng.uniform(size=len(risk)) < risk)
    when = np.cumsum(total) - total * rng.uniform(0.001, 1, len(total))
    struck = np.cumsum(clock).searchsorted(when[failing])
    struck = struck[clock[struck] > 0]  # sums are rounded
    evicted = _with_others(work, clock, struck, rng)
    trials = try_again(work, evicted, pressure, rng)
    _move(work, trials)
    crashed = rng.uniform(size=len(risk)) < _CRASHING
    crashed[failing] = False
    return Fates(risk=risk, crashed=crashed, trials=trials)


def _with_others(work: Work, clock: Floats, struck: Rows, rng: np.random.Generator) -> Rows:
    """Return the instances that are evicted, in order: those struck, and others of their job's level."""
    level = np.full(len(work.jobs), -1)
    level[work.job[work.task[struck]]] = work.level[work.task[struck]]
    near: Flags = (level[work.job] == work.level)[work.task]
    others = np.flatnonzero(near & (clock > 0))
    job = work.job[work.task[others]]
    number, all_clocks = (np.bincount(job, weights, len(work.jobs)) for weights in (None, clock[others]))
    wanted = np.minimum(_JOINING * number, _JOINED)[job]
    chance = wanted * clock[others] / all_clocks[job]
    return np.union1d(struck, others[rng.uniform(size=len(others)) < chance])


def _move(work: Work, trials: Trials) -> None:
    """Let tasks with evicted instances end later, and the levels behind them begin later."""
    last = trials.final
    instance, end = trials.instance[last], trials.end[last]
    task = work.task[instance]
    n = len(work.jobs)
    level = np.full(n, np.iinfo(np.int64).max)
    level[work.job[task]] = work.level[task]
    here = work.level == level[work.job]
    before, after = np.zeros(n, np.int64), np.zeros(n, np.int64)
    np.maximum.at(before, work.job[here], work.end[here])
    np.maximum.at(work.end, task, end)
    np.maximum.at(after, work.job[here], work.end[here])
    delay = np.where(work.level > level[work.job], (after - before)[work.job], 0)
    work.begin += delay
    work.end += delay
    work.start += delay[work.task]
