"""The way in: checks what it is given, and picks the engine."""

from importlib.util import find_spec

from jobcast.errors import InputError
from jobcast.language import say
from jobcast.simulate.counts.base import Given, Jobs, Outcome, Progress, Rule
from jobcast.simulate.counts.checking import check
from jobcast.simulate.counts.pure import strict
from jobcast.simulate.counts.pure.easy import Easy
from jobcast.simulate.counts.pure.planned import Planned

_WORTH = {1: 250_000}
_ELSE = 20_000
"""From how many jobs on, by the rule's depth, the compiled engine is quicker, loading and all."""


def make_ready(count: int, rule: Rule, *, compiled: bool | None = None) -> None:
    """Compile what `run` will call for so many jobs, so that this can be told from simulating them."""
    if rule.depth > 0 and _compiled(count, rule, compiled):
        from jobcast.simulate.counts.compiled import twin  # noqa: PLC0415 - only where it is wanted

        twin.make_ready(rule)


def run(
    jobs: Jobs,
    processors: int,
    rule: Rule,
    *,
    compiled: bool | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Start all jobs by the rule on so many processors, and return when each started.

    With `compiled` the engine is the one compiled by numba, or the one in plain Python; by default whichever is
    quicker. They start all jobs alike. An `Estimator` and ``forecast`` are asked in plain Python only, and FCFS
    needs no other.
    Raises InputError for jobs that no engine can run: wider than the machine, not in order of submission, without
    run time, running longer than their request; and for a compiled engine that can't be had.
    """
    check(jobs, processors, rule)
    tell = progress or (lambda _started: None)
    if rule.depth == 0:
        return strict.run(jobs, processors)
    if _compiled(len(jobs), rule, compiled):
        from jobcast.simulate.counts.compiled import twin  # noqa: PLC0415 - only where it is wanted

        return twin.run(jobs, processors, rule, tell)
    return (Easy if rule.depth == 1 else Planned)(jobs, processors, rule).run(tell)


def _compiled(count: int, rule: Rule, wanted: bool | None) -> bool:
    """Tell whether the compiled engine runs these."""
    if wanted is False or count == 0:
        return False
    asks = rule.estimates == "forecast" or not isinstance(rule.estimates, str | Given)
    there = find_spec("numba") is not None
    if wanted and asks:
        raise InputError(say("counts.asks"), hint=say("counts.asks_cure"))
    if wanted and not there:
        raise InputError(say("counts.no_numba"), hint=say("counts.no_numba_cure"))
    return there and not asks and (wanted or count >= _WORTH.get(rule.depth, _ELSE))
