"""EASY and its kin in plain Python: the reference that the compiled engine is held against.

Two facts make it quick without changing any start. Between two moments at which processors become free, or an
estimate is corrected, a job that could not be backfilled can't become eligible: the reservation stays as it is
and time runs against the job. So an arrival is tried alone. And a job that has outlived its estimate is known
before arrivals of the same second, so free processors are counted by the estimates alone.
"""

from bisect import bisect_left, insort
from heapq import heappop, heappush

import numpy as np

from jobcast.simulate.counts.base import Given, Jobs, Outcome, Rule
from jobcast.simulate.estimates.base import Estimator
from jobcast.simulate.estimates.correction import CORRECTIONS
from jobcast.simulate.estimates.registry import make

_OUTLIVED, _COMPLETED = 0, 2
"""Kinds of events, in their order at one time; arrivals, 1, are read off their column instead."""
NEVER = 1 << 62


def run(jobs: Jobs, processors: int, rule: Rule) -> Outcome:
    """Run checked jobs by a rule of depth 1."""
    return _Easy(jobs, processors, rule).run()


class _Easy:
    """The state of one run; jobs are their rows."""

    def __init__(self, jobs: Jobs, processors: int, rule: Rule) -> None:
        self._submit: list[int] = jobs.submit.tolist()
        self._run: list[int] = jobs.run.tolist()
        self._request: list[int] = jobs.request.tolist()
        self._width: list[int] = jobs.processors.tolist()
        self._fixed, self._estimator = _estimates(jobs, rule)
        self._correct = CORRECTIONS[rule.correction]
        self._shortest_first = rule.order == "shortest-first"
        self._each = rule.events == "per-event"
        self._only_if_fits = rule.estimates in ("requested", "actual", "doubled")
        self._start = [-1] * len(jobs)
        self._first = self._fixed.copy()
        self._estimate = self._fixed
        """As it is now, after corrections."""
        self._times = [0] * len(jobs)
        self._started = 0
        self._events: list[tuple[int, int, int, int]] = []
        """Heap of (time, kind, number, job): what will come of running jobs."""
        self._running: list[tuple[int, int]] = []
        """Sorted (estimated end, job), all of them later than now."""
        self._free = processors
        self._head = 0
        """The first job that waits, or `_arrived` when none does."""
        self._arrived = 0
        self._waiting: list[tuple[int, int]] = []
        """Sorted (key, job) of those behind the head, with some that have started."""
        self._narrowest = NEVER
        """No job that waits is narrower."""
        self._new: list[tuple[int, int]] = []
        """Arrivals that have not been looked at."""
        self._better = False
        """Whether more than arrivals has happened since the queue was last gone through."""
        self._shadow = self._extra = 0

    def run(self) -> Outcome:
        events, submit, count = self._events, self._submit, len(self._submit)
        while self._arrived < count or events:
            now = submit[self._arrived] if self._arrived < count else NEVER
            if events and events[0][0] < now:
                now = events[0][0]
            self._pass_estimates(now)
            while self._arrived < count and submit[self._arrived] == now:
                self._arrive(now)
            while events and events[0][0] == now:
                self._complete(heappop(events)[3], now)
            if not self._each:
                self._schedule(now)
        return Outcome(
            start=np.array(self._start, np.int64),
            estimate=np.array(self._first, np.int64),
            corrections=np.array(self._times, np.int64),
        )

    def _pass_estimates(self, now: int) -> None:
        """Count those as gone whose estimate ends now, but for those that are known to run on."""
        running, events = self._running, self._events
        while running and running[0][0] <= now:
            self._free += self._width[running.pop(0)[1]]
            self._better = True
        while events and events[0][0] == now and events[0][1] == _OUTLIVED:
            job = heappop(events)[3]
            longer = self._correct(self._first[job], self._times[job], self._request[job])
            self._estimate[job] = longer
            self._times[job] += 1
            self._hold(job)

    def _hold(self, job: int) -> None:
        """Take processors until the estimated end, and be told when that, or the true end, has come."""
        start, estimate = self._start[job], self._estimate[job]
        self._free -= self._width[job]
        insort(self._running, (start + estimate, job))
        if estimate < self._run[job]:
            heappush(self._events, (start + estimate, _OUTLIVED, job, job))

    def _begin(self, job: int, now: int) -> None:
        self._start[job] = now
        self._hold(job)
        heappush(self._events, (now + self._run[job], _COMPLETED, self._started, job))
        self._started += 1

    def _arrive(self, now: int) -> None:
        job = self._arrived
        self._arrived += 1
        if self._estimator is not None:
            self._first[job] = self._estimate[job] = max(self._estimator.at_submission(job, now), 1)
        self._new.append((self._estimate[job] if self._shortest_first else 0, job))
        if self._each and not (self._only_if_fits and self._width[job] > self._free):
            self._schedule(now)

    def _complete(self, job: int, now: int) -> None:
        end = self._start[job] + self._estimate[job]
        if end > now:
            running = self._running
            del running[bisect_left(running, (end, job))]
            self._free += self._width[job]
            self._better = True
        if self._estimator is not None:
            self._estimator.at_finish(job, now)
        if self._each:
            self._schedule(now)

    def _schedule(self, now: int) -> None:
        """Start what can be started."""
        new = self._new
        if self._better or (new and self._head == new[0][1]):
            self._better = False
            self._queue(new)
            self._new = []
            if self._start_heads(now):
                self._reserve()
                if self._free >= self._narrowest:
                    self._backfill(self._waiting, now)
                    self._forget_started()
        elif new:
            self._backfill(sorted(new), now)
            self._queue([entry for entry in new if self._start[entry[1]] < 0])
            self._new = []
        self._find_head()

    def _queue(self, new: list[tuple[int, int]]) -> None:
        for entry in new:
            insort(self._waiting, entry)
            self._narrowest = min(self._narrowest, self._width[entry[1]])

    def _find_head(self) -> None:
        head, start = self._head, self._start
        while head < self._arrived and start[head] >= 0:
            head += 1
        self._head = head

    def _start_heads(self, now: int) -> bool:
        """Start jobs in the order of the queue, as long as they fit; tell whether one is left waiting."""
        self._find_head()
        while self._head < self._arrived and self._width[self._head] <= self._free:
            self._begin(self._head, now)
            self._find_head()
        if self._head < self._arrived:
            return True
        self._waiting.clear()
        self._narrowest = NEVER
        return False

    def _reserve(self) -> None:
        """Find when the head can start, and how many processors it leaves over then."""
        width, free = self._width, self._free
        left = free - width[self._head]
        ends = iter(self._running)
        end = 0
        while left < 0:
            end, job = next(ends)
            left += width[job]
        for also, job in ends:
            if also != end:
                break
            left += width[job]
        self._shadow, self._extra = end, left

    def _backfill(self, entries: list[tuple[int, int]], now: int) -> None:
        """Start of these jobs what doesn't make the head later, in their order."""
        width, estimate, start = self._width, self._estimate, self._start
        for _, job in entries:
            need = width[job]
            if need <= self._free and start[job] < 0:
                over = now + estimate[job] > self._shadow
                if not over or need <= self._extra:
                    if over:
                        self._extra -= need
                    self._begin(job, now)
                    if not self._free:
                        break

    def _forget_started(self) -> None:
        start = self._start
        self._waiting = [entry for entry in self._waiting if start[entry[1]] < 0]
        self._narrowest = min((self._width[job] for _, job in self._waiting), default=NEVER)


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
        case "last-two":
            return [0] * len(jobs), make("last-two", jobs.columns())
    return [0] * len(jobs), rule.estimates
