"""The course of events on a machine whose free processors are counted by estimates.

An estimate that a job outlives is known before anything else of the same second. So a job whose estimate has
ended is either gone, or counted anew by its corrected estimate; and what is free can be told by estimates alone.
"""

from abc import ABC, abstractmethod
from bisect import bisect_left, insort
from heapq import heappop, heappush

import numpy as np

from jobcast.simulate.counts.base import Given, Jobs, Outcome, Progress, Rule
from jobcast.simulate.estimates.base import Estimator
from jobcast.simulate.estimates.correction import CORRECTIONS
from jobcast.simulate.estimates.registry import make

_OUTLIVED, _COMPLETED = 0, 2
"""Kinds of events, in their order at one time; arrivals, 1, are read off their column instead."""
_NEVER = 1 << 62
_STRIDE = 1 << 13
"""Progress is told once in so many jobs."""


class Course(ABC):
    """The state of one run; jobs are their rows."""

    def __init__(self, jobs: Jobs, processors: int, rule: Rule) -> None:
        self.submit: list[int] = jobs.submit.tolist()
        self.width: list[int] = jobs.processors.tolist()
        self.start = [-1] * len(jobs)
        self.estimate, self._estimator = _estimates(jobs, rule)
        """As it is now, after corrections."""
        self.free = processors
        self.running: list[tuple[int, int]] = []
        """Sorted (estimated end, job), all of them later than now."""
        self.head = 0
        """The first job that waits, or `arrived` when none does."""
        self.arrived = 0
        self.new: list[int] = []
        """Arrivals that have not been looked at."""
        self.freed = False
        """Whether processors became free since the queue was last looked at, if only to be held by the same job."""
        self.changed = False
        """Whether an estimate turned out wrong since then, too short or too long."""
        self._run: list[int] = jobs.run.tolist()
        self._request: list[int] = jobs.request.tolist()
        self._first = self.estimate.copy()
        self._corrections = [0] * len(jobs)
        self._correct = CORRECTIONS[rule.correction]
        self._each = rule.events == "per-event"
        self._only_if_fits = rule.estimates in ("requested", "actual", "doubled")
        self._events: list[tuple[int, int, int, int]] = []
        """Heap of (time, kind, number, job): what will come of running jobs."""
        self._begun = 0

    @abstractmethod
    def schedule(self, now: int) -> None:
        """Start what can be started now."""

    def run(self, progress: Progress) -> Outcome:
        """Go through all events."""
        events, submit, count, told = self._events, self.submit, len(self.submit), 0
        while self.arrived < count or events:
            now = submit[self.arrived] if self.arrived < count else _NEVER
            if events and events[0][0] < now:
                now = events[0][0]
            self._pass_estimates(now)
            while self.arrived < count and submit[self.arrived] == now:
                self._arrive(now)
            while events and events[0][0] == now:
                self._complete(heappop(events)[3], now)
            if not self._each:
                self.schedule(now)
            if self._begun - told >= _STRIDE:
                told = self._begun
                progress(told)
        return Outcome(
            start=np.array(self.start, np.int64),
            estimate=np.array(self._first, np.int64),
            corrections=np.array(self._corrections, np.int64),
        )

    def begin(self, job: int, now: int) -> None:
        """Start a job."""
        self.start[job] = now
        self._hold(job)
        heappush(self._events, (now + self._run[job], _COMPLETED, self._begun, job))
        self._begun += 1

    def find_head(self) -> None:
        """Pass over those that started before the head did."""
        head, start = self.head, self.start
        while head < self.arrived and start[head] >= 0:
            head += 1
        self.head = head

    def _pass_estimates(self, now: int) -> None:
        """Count those as gone whose estimate ends now, but for those that are known to run on."""
        running, events = self.running, self._events
        while running and running[0][0] <= now:
            self.free += self.width[running.pop(0)[1]]
            self.freed = True
        while events and events[0][0] == now and events[0][1] == _OUTLIVED:
            job = heappop(events)[3]
            self.estimate[job] = self._correct(self._first[job], self._corrections[job], self._request[job])
            self._corrections[job] += 1
            self.changed = True
            self._hold(job)

    def _hold(self, job: int) -> None:
        """Take processors until the estimated end, and mind that it may be outlived."""
        end = self.start[job] + self.estimate[job]
        self.free -= self.width[job]
        insort(self.running, (end, job))
        if self.estimate[job] < self._run[job]:
            heappush(self._events, (end, _OUTLIVED, job, job))

    def _arrive(self, now: int) -> None:
        job = self.arrived
        self.arrived += 1
        if self._estimator is not None:
            self._first[job] = self.estimate[job] = max(self._estimator.at_submission(job, now), 1)
        self.new.append(job)
        if self._each and not (self._only_if_fits and self.width[job] > self.free):
            self.schedule(now)

    def _complete(self, job: int, now: int) -> None:
        end = self.start[job] + self.estimate[job]
        if end > now:
            running = self.running
            del running[bisect_left(running, (end, job))]
            self.free += self.width[job]
            self.freed = self.changed = True
        if self._estimator is not None:
            self._estimator.at_finish(job, now)
        if self._each:
            self.schedule(now)


def _estimates(jobs: Jobs, rule: Rule) -> tuple[list[int], Estimator | None]:
    """Return estimates that are known beforehand, or what is asked for them."""
    if isinstance(rule.estimates, Given):
        return rule.estimates.seconds.tolist(), None
    match rule.estimates:
        case "requested":
            return jobs.request.tolist(), None
        case "actual":
            return jobs.run.tolist(), None
        case "doubled":
            return (2 * jobs.request).tolist(), None
        case "last-two" | "forecast":
            return [0] * len(jobs), make(rule.estimates, jobs.columns())
    return [0] * len(jobs), rule.estimates
