"""The way in: checks what it is given, and picks the engine."""

from collections.abc import Callable

from jobcast.simulate.counts import pure, strict
from jobcast.simulate.counts.base import Jobs, Outcome, Rule
from jobcast.simulate.counts.checking import check

Progress = Callable[[int], None]
"""Told now and then how many jobs have been submitted so far."""


def run(
    jobs: Jobs,
    processors: int,
    rule: Rule,
    *,
    compiled: bool | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Start all jobs by the rule on so many processors, and return when each started.

    Raises InputError for jobs that the engine can't run: wider than the machine, not in order of submission,
    without run time, running longer than their request.
    """
    del compiled, progress
    check(jobs, processors, rule)
    if rule.depth == 0:
        return strict.run(jobs, processors)
    return pure.run(jobs, processors, rule)
