"""The way in: checks what it is given, and picks the engine."""

from jobcast.simulate.counts.base import Jobs, Outcome, Rule
from jobcast.simulate.counts.checking import check
from jobcast.simulate.counts.pure import strict
from jobcast.simulate.counts.pure.course import Progress
from jobcast.simulate.counts.pure.easy import Easy
from jobcast.simulate.counts.pure.planned import Planned


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
    del compiled
    check(jobs, processors, rule)
    if rule.depth == 0:
        return strict.run(jobs, processors)
    course = Easy if rule.depth == 1 else Planned
    return course(jobs, processors, rule).run(progress or (lambda _done: None))
