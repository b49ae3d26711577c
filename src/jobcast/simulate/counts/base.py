"""What the engine is given and returns: jobs as columns, the rule they are started by, and when each started."""

from collections.abc import Callable
from dataclasses import dataclass, field
from sys import maxsize
from typing import Literal

import numpy as np
import numpy.typing as npt

from jobcast.simulate.estimates.base import Columns, Estimator
from jobcast.simulate.estimates.correction import CorrectionName
from jobcast.simulate.estimates.registry import EstimatesName

Column = npt.NDArray[np.int64]
Progress = Callable[[int], None]
"""Told now and then how many jobs have started."""

Events = Literal["per-event", "per-timestamp"]
Order = Literal["first-come", "shortest-first"]

ALL = maxsize
"""The depth of conservative backfill: every waiting job is promised a start."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Jobs:
    """The jobs of a trace, one element for each, in the order in which they were submitted."""

    submit: Column
    """Seconds from any beginning, at least 0; never falling."""
    run: Column
    """Seconds that the job runs, from 1 to its request."""
    request: Column
    """Seconds of run time asked for, at which the job would be killed."""
    processors: Column
    """Processors that the job holds while it runs, at least 1."""
    user: Column
    """Code of who submitted it, or `jobcast.simulate.estimates.base.UNKNOWN`."""

    def __len__(self) -> int:
        return len(self.submit)

    def columns(self) -> Columns:
        """Return what estimators are made from."""
        return Columns(request=self.request, run=self.run, user=self.user, processors=self.processors)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Given:
    """Estimates that are known for every job before the simulation begins."""

    seconds: Column
    """One for each job, at least 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """How waiting jobs are started; by default EASY backfill as the published tables have it.

    A waiting job that is promised a start is one for which processors are kept from its earliest possible start
    on. Jobs behind it start before it where that doesn't make it later, by the estimates.
    """

    depth: int = 1
    """How many jobs at the head of the queue are promised a start: 0 is first come first served without any
    backfill, 1 is EASY, `ALL` is conservative backfill."""
    order: Order = "first-come"
    """In which order jobs without a promise are tried; shortest-first (SJBF) goes by the estimates."""
    events: Events = "per-event"
    """Whether jobs are started after every event, or once when all events of a second are in.

    At one time, estimates that ran out come first, then arrivals, then completions. A job whose estimate ends
    now counts as gone, even before its completion is in. Per event and by run times
    that are never too short (`requested`, `actual`, `doubled`), the queue is looked at upon an arrival only if that
    job fits now: so do the published tables.
    """
    estimates: EstimatesName | Given | Estimator = "requested"
    """The run times that are reckoned with; without backfill nobody looks at them."""
    correction: CorrectionName = "request"
    """What becomes of an estimate that a running job outlives."""


FCFS = Rule(depth=0)
EASY = Rule()
EASY_SJBF = Rule(order="shortest-first")
EASY_PLUS_PLUS = Rule(order="shortest-first", estimates="last-two", correction="incremental")
"""Tsafrir, Etsion, Feitelson: Backfilling using system-generated predictions (2007)."""
CONSERVATIVE = Rule(depth=ALL, events="per-timestamp")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Outcome:
    """What became of the jobs, one element for each."""

    start: Column
    """When it started, in the seconds of `Jobs.submit`."""
    estimate: Column
    """The seconds that it was reckoned to run when it was submitted."""
    corrections: Column = field(repr=False)
    """How often it outlived its estimate."""
