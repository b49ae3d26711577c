"""The trials of instances that are evicted: paused and evicted where they ran, or before they ran, and run again."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from jobcast.demo.colocation.plan import Flags, Floats, Rows
from jobcast.demo.colocation.pressure import BEARABLE, Pressure
from jobcast.demo.colocation.work import Work, in_rack

_UNSTARTED = 0.42
"""Chance of an instance that comes to a strained machine to be sent away before it runs."""
_AGAIN = 0.25
"""Chance to be sent where it is strained as well, if there is such a machine in the rack."""
_MOST = 4
_CANDIDATES = 6
"""Machines that are looked at for the next trial."""
_PAUSE, _PAUSE_SIGMA = 120, 0.6
"""Median seconds for which an instance is paused before it is evicted."""
_WAIT, _WAIT_UNSTARTED, _WAIT_SIGMA = 140, 280, 0.8
"""Median seconds until the next trial."""
_SLOWER, _SLOWER_SIGMA = 1.3, 0.3
"""How much longer the last run takes, which finds none of its data in place."""


class How(IntEnum):
    """How a trial ended."""

    WELL = 0
    EVICTED = 1
    UNSTARTED = 2


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Trials:
    """All trials of evicted instances, by instance and time; equal only to itself."""

    instance: Rows
    """(n,): row among the instances."""
    machine: Rows
    """(n,)"""
    start: Rows
    """(n,): seconds since the trace's start."""
    end: Rows
    """(n,): the same as `start` where it never ran."""
    how: Rows
    """(n,): `How`."""
    pressure: Floats
    """(n,): what it was evicted for; NaN where it wasn't."""
    share: Floats
    """(n,): of its time in which it wasn't paused."""

    @property
    def final(self) -> Flags:
        """Return which are the last of their instance."""
        final: Flags = self.how == How.WELL
        return final


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Begun:
    """Trials that begin; each row one."""

    instance: Rows
    machine: Rows
    start: Rows


def try_again(work: Work, evicted: Rows, pressure: Pressure, rng: np.random.Generator) -> Trials:
    """Return the trials of `evicted` instances, each of which was strained at its place."""
    found = []
    rack = work.jobs.rack[work.job[work.task]]
    begun = _Begun(instance=evicted, machine=work.machine[evicted], start=work.start[evicted])
    for trial in range(1, _MOST):
        sent_away = _evict(work, begun, pressure, rng)
        n = len(begun.instance)
        wait = np.where(sent_away.how == How.UNSTARTED, _WAIT_UNSTARTED, _WAIT)
        start = sent_away.end + 1 + (wait * np.exp(rng.normal(0, _WAIT_SIGMA, n))).astype(np.int64)
        cool = _elsewhere(begun.machine, start, pressure, rng, None)
        hot = _elsewhere(begun.machine, start, pressure, rng, rack[begun.instance])
        again = (rng.uniform(size=n) < _AGAIN) & (pressure.at(hot, start) > BEARABLE) & (trial < _MOST - 1)
        well = _Begun(instance=begun.instance[~again], machine=cool[~again], start=start[~again])
        found += [sent_away, _finish(work, well, rng)]
        begun = _Begun(instance=begun.instance[again], machine=hot[again], start=start[again])
    return _together(found)


def _evict(work: Work, begun: _Begun, pressure: Pressure, rng: np.random.Generator) -> Trials:
    """Return trials that end by eviction, at a moment at which the machine is strained."""
    instance, machine, start = begun.instance, begun.machine, begun.start
    n = len(instance)
    before = pressure.until(machine, start)
    strained = pressure.until(machine, start + work.run[instance]) - before
    moment = np.maximum(start, pressure.when(machine, before + strained * rng.uniform(0.01, 0.99, n)))
    unstarted = (pressure.at(machine, start) > BEARABLE) & (rng.uniform(size=n) < _UNSTARTED)
    paused = 1 + (_PAUSE * np.exp(rng.normal(0, _PAUSE_SIGMA, n))).astype(np.int64)
    end = np.where(unstarted, start, moment + paused)
    return Trials(
        instance=instance,
        machine=machine,
        start=start,
        end=end,
        how=np.where(unstarted, How.UNSTARTED, How.EVICTED),
        pressure=pressure.at(machine, np.where(unstarted, start, moment)),
        share=(moment - start + 1) / np.maximum(end - start + 1, 1),
    )


def _finish(work: Work, begun: _Begun, rng: np.random.Generator) -> Trials:
    """Return trials that end well."""
    instance, start = begun.instance, begun.start
    n = len(instance)
    run = work.run[instance] * _SLOWER * np.exp(rng.normal(0, _SLOWER_SIGMA, n))
    return Trials(
        instance=instance,
        machine=begun.machine,
        start=start,
        end=start + np.maximum(1, run.round()).astype(np.int64),
        how=np.full(n, How.WELL),
        pressure=np.full(n, np.nan),
        share=np.ones(n),
    )


def _elsewhere(
    machine: Rows, start: Rows, pressure: Pressure, rng: np.random.Generator, rack: Rows | None
) -> Rows:
    """Return another machine for each: the least pressed of a few, or of its rack the most pressed."""
    n, machines = len(machine), len(pressure.share)
    if rack is None:
        drawn = rng.integers(machines, size=(_CANDIDATES, n))
    else:
        drawn = np.stack([in_rack(rack, machines, rng) for _ in range(_CANDIDATES)])
    pressed = pressure.at(drawn, np.broadcast_to(start, drawn.shape)) * (1 if rack is None else -1)
    best = np.where(drawn == machine, np.inf, pressed).argmin(axis=0)
    chosen: Rows = drawn[best, np.arange(n)]
    return chosen


def _together(found: list[Trials]) -> Trials:
    instance, start = (
        np.concatenate([getattr(one, name) for one in found]) for name in ("instance", "start")
    )
    order = np.lexsort((start, instance))
    return Trials(
        instance=instance[order],
        start=start[order],
        **{
            name: np.concatenate([getattr(one, name) for one in found])[order]
            for name in ("machine", "end", "how", "pressure", "share")
        },
    )
