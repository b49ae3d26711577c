"""Which engine simulates a trace: the one that counts processors, unless machines or a site's rules matter."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from jobcast.simulate.counts.base import Jobs
from jobcast.simulate.counts.engine import make_ready, run
from jobcast.simulate.estimates.base import UNKNOWN
from jobcast.simulate.outcome import Flags, Outcome, Whole
from jobcast.simulate.setup import Setup
from jobcast.simulate.trace import Trace

if TYPE_CHECKING:
    from jobcast.simulate.core import Watch

Progress = Callable[[int], None]
"""Called now and then with the number of jobs that have started."""


def simulate(
    trace: Trace,
    setup: Setup,
    *,
    seconds: Callable[[], float],
    progress: Progress | None = None,
    watch: "Watch | None" = None,
) -> Outcome:
    """Simulate `trace`; `seconds` is a steady clock, by which the engine's own time is measured.

    Where somebody wants to `watch` each step, the core does it. Raises InputError for a setup that contradicts
    itself, or a job that no engine could run.
    """
    if setup.counts and watch is None:
        return _counted(trace, setup, seconds, progress)
    from jobcast.simulate.placed import run_placed  # noqa: PLC0415 - the core is large, and many logs need none

    return run_placed(trace, setup, seconds=seconds, progress=progress, watch=watch)


def _counted(trace: Trace, setup: Setup, seconds: Callable[[], float], progress: Progress | None) -> Outcome:
    rule, jobs = setup.rule(), counted_jobs(trace)
    before = seconds()
    make_ready(len(jobs), rule, compiled=setup.compiled)
    begin = seconds()
    done = run(jobs, trace.processors, rule, compiled=setup.compiled, progress=progress)
    took = seconds() - begin
    return Outcome(
        engine="counts",
        seconds=took,
        compiling=begin - before,
        start=done.start,
        finish=done.start + jobs.run,
        backfilled=overtook(done.start),
    )


def counted_jobs(trace: Trace) -> Jobs:
    """Return the columns of a trace that the counting engine wants."""
    user = trace.codes("user")
    return Jobs(
        submit=trace.whole("submit"),
        run=trace.whole("run"),
        request=trace.requested(),
        processors=trace.whole("cores"),
        user=np.full(len(trace.jobs), UNKNOWN, dtype=np.int64) if user is None else user,
    )


def overtook(start: Whole) -> Flags:
    """Tell which jobs started before one that had been submitted earlier."""
    latest = np.maximum.accumulate(start)
    return start < latest
