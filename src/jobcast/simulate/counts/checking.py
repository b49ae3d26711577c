"""Refuses what no engine could run: jobs that never fit, columns that contradict each other."""

import numpy as np

from jobcast.errors import InputError
from jobcast.language import say
from jobcast.simulate.counts.base import Column, Given, Jobs, Rule
from jobcast.simulate.trace import LONGEST


def check(jobs: Jobs, processors: int, rule: Rule) -> None:
    """Raise InputError where `jobs` can't be run by `rule` on so many processors."""
    if processors < 1 or rule.depth < 0:
        message = say("counts.odd_rule", processors=processors, depth=rule.depth)
        raise InputError(message, hint=say("counts.odd_rule_cure"))
    columns = {name: getattr(jobs, name) for name in ("submit", "run", "request", "processors", "user")}
    if isinstance(rule.estimates, Given):
        columns["estimates"] = rule.estimates.seconds
    for name, column in columns.items():
        if column.shape != (len(jobs),) or column.dtype != np.int64:
            message = say(
                "counts.odd_column", name=name, kind=column.dtype, shape=column.shape, jobs=len(jobs)
            )
            raise InputError(message, hint=say("counts.odd_column_cure"))
    _within("submit", jobs.submit, np.concatenate([[0], jobs.submit[:-1]])[: len(jobs)], LONGEST)
    _within("processors", jobs.processors, 1, processors)
    _within("request", jobs.request, 1, LONGEST)
    _within("run", jobs.run, 1, jobs.request)
    if isinstance(rule.estimates, Given):
        _within("estimates", rule.estimates.seconds, 1, LONGEST)


def _within(name: str, column: Column, least: Column | int, most: Column | int) -> None:
    odd = np.flatnonzero((column < least) | (column > most))
    if len(odd):
        row = odd[0]
        message = say(
            "counts.odd_job",
            row=row,
            name=name,
            value=column[row],
            least=np.broadcast_to(least, column.shape)[row],
            most=np.broadcast_to(most, column.shape)[row],
            jobs=len(odd),
        )
        raise InputError(message, hint=say("counts.odd_job_cure"))
