"""Depth-n and conservative backfill: several jobs at the head of the queue, or all, are promised a start.

The plan is by definition made anew at every look at the queue: from the estimated ends of running jobs, jobs are
promised their earliest start in the order of the queue (full replanning, not compression of an old plan). What is
done instead gives the same starts:

- As long as no running job ends early or outlives its estimate, a new plan would say what the old one does.
- Jobs are promised a start only as far as is needed to know what starts now. A job behind them may start now if
  what they leave lets it; the more of them are promised theirs, the less it can.
- A job of the same width and estimate as one that was promised a start can't start earlier, so the search for
  its start begins there.
"""

from bisect import bisect_left, bisect_right, insort
from heapq import heappop, heappush

from jobcast.simulate.counts.base import ALL, Jobs, Rule
from jobcast.simulate.counts.pure.course import Course
from jobcast.simulate.counts.pure.profile import Profile

Entry = tuple[int, int]


class Planned(Course):
    """Adds to the course of events the queue, and promises on a profile of free processors."""

    def __init__(self, jobs: Jobs, processors: int, rule: Rule) -> None:
        super().__init__(jobs, processors, rule)
        self._depth = rule.depth
        self._shortest_first = rule.order == "shortest-first" and rule.depth < ALL
        self._profile = Profile(0, processors)
        self._waiting: list[Entry] = []
        """Sorted (key, job) of all that wait, promised or not."""
        self._promised: list[Entry] = []
        """Heap of (start, job)."""
        self._shapes: dict[Entry, int] = {}
        """The last start that was promised to a job of such a width and estimate: no other starts earlier."""
        self._next = 0
        """The first job that waits without a promise, or `arrived`."""

    def schedule(self, now: int) -> None:
        """Start what can be started now."""
        new = [self._entry(job) for job in self.new]
        for entry in new:
            insort(self._waiting, entry)
        self._profile.forget(now)
        if self.changed:
            self._begin_anew(now)
        while self._promised and self._promised[0][0] == now:
            self._start(heappop(self._promised)[1], now)
        if self.freed:
            self._advance(now)
        elif any(self._fits(job, now) for job in self.new):
            self._advance(now, min(new))
        self.new.clear()
        self.freed = self.changed = False

    def _entry(self, job: int) -> Entry:
        return (self.estimate[job] if self._shortest_first else 0, job)

    def _begin_anew(self, now: int) -> None:
        """Take all promises back, and look at what runs."""
        self.find_head()
        self._next = self.head
        self._promised.clear()
        self._shapes.clear()
        self._profile = Profile(now, self.free)
        for end, job in self.running:
            self._profile.release(end, self.width[job])

    def _fits(self, job: int, now: int) -> bool:
        width = self.width[job]
        return width <= self.free and now + self.estimate[job] <= self._profile.until(width)

    def _advance(self, now: int, entry: Entry = (0, 0)) -> None:
        """Start what can start, from `entry` in the order of those that wait; promise only what that needs."""
        place = bisect_left(self._waiting, entry)
        while place < len(self._waiting):
            entry = self._waiting[place]
            job = entry[1]
            fits = self._fits(job, now)
            while fits and self._next < job and len(self._promised) < self._depth:
                if self._promise(now) < now + self.estimate[job]:
                    fits = self._fits(job, now)
            if fits:
                self._profile.take(now, self.estimate[job], self.width[job])
                self._start(job, now)
            place = bisect_right(self._waiting, entry)
            self._find_next()

    def _promise(self, now: int) -> int:
        """Promise the next job its earliest start, or start it; return when."""
        job = self._next
        width, lasts = shape = self.width[job], self.estimate[job]
        begin = self._profile.earliest(width, lasts, max(now, self._shapes.get(shape, now)))
        self._profile.take(begin, lasts, width)
        self._shapes[shape] = begin
        if begin == now:
            self._start(job, now)
        else:
            heappush(self._promised, (begin, job))
        self._next += 1
        self._find_next()
        return begin

    def _start(self, job: int, now: int) -> None:
        del self._waiting[bisect_left(self._waiting, self._entry(job))]
        self.begin(job, now)

    def _find_next(self) -> None:
        while self._next < self.arrived and self.start[self._next] >= 0:
            self._next += 1
