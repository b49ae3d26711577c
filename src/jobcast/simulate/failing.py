"""A run in which a site acts on chances of failing: what that would have done, without savings that nobody can know.

A held job is one that starts only once its user has confirmed it. Whether he would have is not in a trace; so both
ends are told: all of them are confirmed after a while of working hours (8 to 20 o'clock on each day), and fail or end
well as they did; or those that failed are withdrawn and never run. What truly is saved lies between. Nothing fails
more or less often for what is done here: a trace doesn't tell how a job would have ended elsewhere, so nothing is run
again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo

import numpy as np
import polars as pl

from jobcast.job import JobState
from jobcast.schedule.failing import Failing
from jobcast.simulate.chances import Chances
from jobcast.simulate.metrics import job_table
from jobcast.simulate.outcome import Flags, Outcome
from jobcast.simulate.setup import Acting, Setup
from jobcast.simulate.trace import Trace

MORNING, EVENING = time(8), time(20)
WITHOUT, LOWERED, CONFIRMED, WITHDRAWN = "without", "lowered", "confirmed", "withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way in which it may have gone."""

    name: str
    """`WITHOUT` the rule; `LOWERED`, with nobody held; all held jobs `CONFIRMED`; those that fail `WITHDRAWN`."""
    failed_core_hours: float
    """Hours of one processor that runs took which failed."""
    good_mean_wait_s: float | None
    """Seconds from submission to start of the jobs that ended well; None where none did."""
    good_p95_wait_s: float | None
    """Likewise: 19 of 20 waited no longer."""
    good_mean_bounded_slowdown: float | None
    """Likewise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FailingFigures:
    """What acting on chances would have done."""

    known: int
    """Jobs of which a chance was known."""
    lowered: int
    """Jobs that stood behind others."""
    lowered_well: int
    """Of these, those that ended well."""
    held: int
    """Jobs that had to be confirmed."""
    held_well: int
    """Of these, those that ended well: false alarms."""
    ways: tuple[Way, ...]
    """`WITHOUT` and `LOWERED` or `CONFIRMED`; and `WITHDRAWN` where jobs are held that fail."""


def acting(trace: Trace, rule: Failing, chances: Chances, *, confirm_after: int, zone: tzinfo) -> Acting:
    """Return what a site does with the jobs of a trace; those held are confirmed after so many working seconds."""
    held = _reach(chances, rule.hold_at)
    begins = np.full(len(chances), -1)
    for row in np.flatnonzero(held).tolist():
        moment = trace.origin + timedelta(seconds=int(trace.jobs["submit"][row]))
        end = confirmed(moment.astimezone(zone), timedelta(seconds=confirm_after))
        begins[row] = int((end - trace.origin).total_seconds())
    return Acting(rule=rule, chances=chances, begins=begins, confirm_after=confirm_after)


def confirmed(moment: datetime, working: timedelta) -> datetime:
    """Return the moment after so much time between `MORNING` and `EVENING` of each day."""
    while True:
        begin = max(moment, datetime.combine(moment, MORNING, moment.tzinfo))
        left = datetime.combine(moment, EVENING, moment.tzinfo) - begin
        if working <= left:
            return begin + working
        working -= max(left, timedelta())
        moment = datetime.combine(moment + timedelta(days=1), time(), moment.tzinfo)


def figures(
    trace: Trace, setup: Setup, outcome: Outcome, run: Callable[[Trace, Setup], Outcome]
) -> FailingFigures:
    """Return what was done in the run `outcome` of a setup that acts; `run` simulates another one.

    Raises ValueError for a setup that doesn't act.
    """
    act = setup.acting
    if act is None:
        raise ValueError(setup)
    well, failed = (_ended(trace, how) for how in (JobState.DONE, JobState.FAILED))
    lowered, held = _reach(act.chances, act.rule.lower_at), _reach(act.chances, act.rule.hold_at)
    bare = replace(setup, acting=None, events="per-timestamp")  # as the core decides, which runs the others
    done = CONFIRMED if held.any() else LOWERED
    ways = [_way(WITHOUT, trace, run(trace, bare)), _way(done, trace, outcome)]
    if (gone := held & failed).any():
        ways.append(_withdrawn(trace, setup, act, gone, run))
    return FailingFigures(
        known=int((~np.isnan(act.chances)).sum()),
        lowered=int(lowered.sum()),
        lowered_well=int((lowered & well).sum()),
        held=int(held.sum()),
        held_well=int((held & well).sum()),
        ways=tuple(ways),
    )


def _withdrawn(
    trace: Trace, setup: Setup, act: Acting, gone: Flags, run: Callable[[Trace, Setup], Outcome]
) -> Way:
    kept = replace(trace, jobs=trace.jobs.filter(pl.Series(~gone)))
    given = None if setup.given is None else setup.given[~gone]
    return _way(WITHDRAWN, kept, run(kept, replace(setup, acting=act.only(~gone), given=given)))


def _ended(trace: Trace, how: JobState) -> Flags:
    return (trace.jobs["state"] == how).fill_null(value=False).to_numpy()


def _reach(chances: Chances, mark: float | None) -> Flags:
    return np.zeros(len(chances), np.bool_) if mark is None else np.asarray(chances >= mark)


def _way(name: str, trace: Trace, outcome: Outcome) -> Way:
    table = job_table(trace, outcome).with_columns(trace.jobs["state"]).filter(pl.col("start") >= 0)
    good = table.filter(pl.col("state") == JobState.DONE)
    lost = table.filter(pl.col("state") == JobState.FAILED)["core_seconds"].sum()
    mean, p95, slowdown = good.select(
        pl.col("wait").mean(),
        pl.col("wait").quantile(0.95, "linear").alias("p95"),
        pl.col("slowdown").mean(),
    ).row(0)
    return Way(
        name=name,
        failed_core_hours=float(lost) / 3600,
        good_mean_wait_s=mean,
        good_p95_wait_s=p95,
        good_mean_bounded_slowdown=slowdown,
    )
