"""EASY: only the job at the head of the queue is promised a start.

Between two moments at which processors become free or an estimate changes, a job that could not be backfilled
can't become eligible: the reservation stays as it is, and time runs against the job. So an arrival is tried
alone, which is most of the speed and changes no start.
"""

from bisect import insort

from jobcast.simulate.counts.base import Jobs, Rule
from jobcast.simulate.counts.pure.course import Course

_WIDEST = 1 << 62


class Easy(Course):
    """Adds to the course of events the queue and the reservation of its head."""

    def __init__(self, jobs: Jobs, processors: int, rule: Rule) -> None:
        super().__init__(jobs, processors, rule)
        self._shortest_first = rule.order == "shortest-first"
        self._waiting: list[tuple[int, int]] = []
        """Sorted (key, job), with some among them that have started."""
        self._narrowest = _WIDEST
        """No job that waits is narrower."""
        self._shadow = 0
        """When the head can start."""
        self._extra = 0
        """Processors that it leaves over then."""

    def schedule(self, now: int) -> None:
        """Start what can be started now."""
        if not (self.freed or self.new):
            return
        new = [(self.estimate[job] if self._shortest_first else 0, job) for job in self.new]
        if self.freed or self.head == self.new[0]:
            self._queue(new)
            if self._start_heads(now):
                self._reserve()
                if self.free >= self._narrowest and self._backfill(self._waiting, now):
                    self._forget_started()
        else:
            self._backfill(sorted(new), now)
            self._queue([entry for entry in new if self.start[entry[1]] < 0])
        self.new.clear()
        self.freed = False
        self.find_head()

    def _queue(self, new: list[tuple[int, int]]) -> None:
        for entry in new:
            insort(self._waiting, entry)
            self._narrowest = min(self._narrowest, self.width[entry[1]])

    def _start_heads(self, now: int) -> bool:
        """Start jobs in the order of the queue, as long as they fit; tell whether one is left waiting."""
        self.find_head()
        while self.head < self.arrived and self.width[self.head] <= self.free:
            self.begin(self.head, now)
            self.find_head()
        if self.head < self.arrived:
            return True
        self._waiting.clear()
        self._narrowest = _WIDEST
        return False

    def _reserve(self) -> None:
        left = self.free - self.width[self.head]
        ends = iter(self.running)
        end = 0
        while left < 0:
            end, job = next(ends)
            left += self.width[job]
        for also, job in ends:
            if also != end:
                break
            left += self.width[job]
        self._shadow, self._extra = end, left

    def _backfill(self, entries: list[tuple[int, int]], now: int) -> bool:
        """Start of these jobs what doesn't make the head later, in their order; tell whether one was."""
        width, estimate, start, begun = self.width, self.estimate, self.start, False
        for _, job in entries:
            need = width[job]
            if need <= self.free and start[job] < 0:
                over = now + estimate[job] > self._shadow
                if not over or need <= self._extra:
                    if over:
                        self._extra -= need
                    self.begin(job, now)
                    begun = True
                    if not self.free:
                        break
        return begun

    def _forget_started(self) -> None:
        start = self.start
        self._waiting = [entry for entry in self._waiting if start[entry[1]] < 0]
        self._narrowest = min((self.width[job] for _, job in self._waiting), default=_WIDEST)
