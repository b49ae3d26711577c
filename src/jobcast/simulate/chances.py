"""How probably each job of a trace fails, as of its submission: from how its families had ended by then.

Families, from narrow to wide: the user's jobs of the same command (name, where none is told) and processors; of the
same processors; all of the user's; everybody's. The share of failures among the last `RUNS` of each is drawn towards
that of the next wider one, as if by `FAITH` of its runs. No model is needed, and nothing is known that had not ended:
by the times that were recorded, whatever a simulation makes of them.
"""

import heapq
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from jobcast.errors import InputError
from jobcast.features.failures import FAITH
from jobcast.job import JobState
from jobcast.language import say
from jobcast.simulate.outcome import Floats
from jobcast.simulate.trace import Trace

Chances = Floats
"""One for each job of a trace; NaN where it isn't known."""
RUNS = 10
"""Of the last ones of a family that are looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Job:
    """What is looked at of one job."""

    submit: int
    over: int | None
    """Second at which it had ended; None where nobody tells."""
    failed: bool | None
    """None where it was cancelled, or nobody tells."""
    families: tuple[tuple[int, ...], ...]
    """The widest first; none where nobody tells whose it is."""


def chances_of(trace: Trace) -> Chances:
    """Return how probably each job fails. Raises InputError where the trace tells of no failure at all."""
    told = np.full(len(trace.jobs), np.nan)
    if not (trace.jobs["state"] == JobState.FAILED).any():
        raise InputError(say("failing_run.no_failures", name=trace.name))
    known, running = _Known(), list[tuple[int, int, _Job]]()
    for row, job in enumerate(_jobs(trace)):
        while running and running[0][0] < job.submit:
            known.learn(heapq.heappop(running)[2])
        told[row] = known.chance(job)
        if job.over is not None and job.failed is not None:
            heapq.heappush(running, (job.over, row, job))
    return told


def _jobs(trace: Trace) -> Iterator[_Job]:
    jobs = trace.jobs
    ended = {JobState.FAILED: True, JobState.DONE: False}
    codes = jobs.select(
        pl.coalesce("command", "name").rank("dense").fill_null(0).alias("what"),
        pl.col("user").rank("dense").fill_null(0),
        pl.col("submit") + pl.col("waited") + pl.col("run"),
        "cores",
        "state",
    )
    columns = zip(jobs["submit"], *(codes[name] for name in ("user", "cores", "what")), strict=True)
    for (submit, who, cores, what), over, state in zip(columns, codes["submit"], codes["state"], strict=True):
        families = ((who,), (who, cores), (who, cores, what)) if who else ()
        yield _Job(submit=submit, over=over, failed=ended.get(state), families=families)


class _Known:
    """How the runs that are over have ended."""

    def __init__(self) -> None:
        self._runs, self._failed = 0, 0
        self._families: dict[tuple[int, ...], deque[bool]] = {}

    def learn(self, job: _Job) -> None:
        failed = bool(job.failed)
        self._runs, self._failed = self._runs + 1, self._failed + failed
        for family in job.families:
            self._families.setdefault(family, deque(maxlen=RUNS)).append(failed)

    def chance(self, job: _Job) -> float:
        """Return how probably a job fails; NaN where nothing is known yet."""
        if not self._runs:
            return np.nan
        chance = self._failed / self._runs
        for family in job.families:
            runs = self._families.get(family, ())
            chance = (sum(runs) + FAITH * chance) / (len(runs) + FAITH)
        return chance
