"""The rules as they are defined, in the slowest and shortest form: nothing is remembered from look to look."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from jobcast.simulate.counts.base import Given, Jobs, Rule

_OUTLIVED, _ARRIVED, _COMPLETED = range(3)
_STEPS = (60, 300, 900, 1800, 3600, 7200, 18000, 36000, 72000, 180000, 360000)


class Naive:
    """One run; `start` is when each job started, `promises` when it was first promised to start at the latest."""

    def __init__(self, jobs: Jobs, processors: int, rule: Rule) -> None:
        self.jobs, self.processors, self.rule = jobs, processors, rule
        self.start: dict[int, int] = {}
        self.promises: dict[int, int] = {}
        self.first: dict[int, int] = {}
        self.ends: dict[int, int] = {}
        """Estimated ends of running jobs."""
        self.queue: list[int] = []
        self.done: list[int] = []
        self.times: dict[int, int] = {}
        self.events = [(int(time), _ARRIVED, job, job) for job, time in enumerate(jobs.submit)]
        heapify(self.events)
        self._run()

    def starts(self) -> list[int]:
        return [self.start[job] for job in range(len(self.jobs))]

    def _run(self) -> None:
        each, timid = (
            self.rule.events == "per-event",
            self.rule.estimates in ("requested", "actual", "doubled"),
        )
        while self.events:
            now = self.events[0][0]
            while self.events and self.events[0][0] == now:
                _, kind, _, job = heappop(self.events)
                if kind == _OUTLIVED:
                    self._correct(job)
                    continue
                if kind == _ARRIVED:
                    self.first[job] = self._estimate(job)
                    self.queue.append(job)
                    if timid and self.jobs.processors[job] > self._free(now):
                        continue
                else:
                    del self.ends[job]
                    self.done.append(job)
                if each:
                    self._look(now)
            if not each:
                self._look(now)

    def _estimate(self, job: int) -> int:
        jobs = self.jobs
        match self.rule.estimates:
            case Given(seconds=seconds):
                return int(seconds[job])
            case "requested":
                return int(jobs.request[job])
            case "doubled":
                return 2 * int(jobs.request[job])
            case "actual":
                return int(jobs.run[job])
        mine = [int(jobs.run[other]) for other in self.done if jobs.user[other] == jobs.user[job] >= 0]
        return min(sum(mine[-2:]) // 2, int(jobs.request[job])) if len(mine) > 1 else int(jobs.request[job])

    def _correct(self, job: int) -> None:
        times, first, request = self.times.get(job, 0), self.first[job], int(self.jobs.request[job])
        match self.rule.correction:
            case "request":
                estimate = request
            case "doubling":
                estimate = min(first * 2 ** (times + 1), request)
            case "doubling-uncapped":
                estimate = first * 2 ** (times + 1)
            case "incremental":
                estimate = min(first + _STEPS[times], request) if times < len(_STEPS) else request
        self.times[job] = times + 1
        self._hold(job, estimate)

    def _hold(self, job: int, estimate: int) -> None:
        self.ends[job] = end = self.start[job] + estimate
        if estimate < self.jobs.run[job]:
            heappush(self.events, (end, _OUTLIVED, job, job))

    def _begin(self, job: int, now: int) -> None:
        self.start[job] = now
        self.queue.remove(job)
        self._hold(job, self.first[job])
        heappush(self.events, (now + int(self.jobs.run[job]), _COMPLETED, len(self.start), job))

    def _free(self, now: int) -> int:
        return self.processors - sum(
            int(self.jobs.processors[job]) for job, end in self.ends.items() if end > now
        )

    def _look(self, now: int) -> None:
        """Promise jobs their earliest start in the order of the queue, and start what starts now."""
        taken = [(now, end, int(self.jobs.processors[job])) for job, end in self.ends.items() if end > now]
        promised = 0
        for job in self.queue.copy():
            if promised == self.rule.depth:
                break
            begin = self._earliest(job, taken, now)
            taken.append((begin, begin + self.first[job], int(self.jobs.processors[job])))
            if begin == now:
                self._begin(job, now)
            else:
                promised += 1
                self.promises.setdefault(job, begin)
        if self.rule.depth == 0:
            while self.queue and self.jobs.processors[self.queue[0]] <= self._free(now):
                self._begin(self.queue[0], now)
            return
        rest = self.queue[promised:]
        if self.rule.order == "shortest-first":
            rest.sort(key=self.first.__getitem__)
        for job in rest:
            if self._earliest(job, taken, now) == now:
                taken.append((now, now + self.first[job], int(self.jobs.processors[job])))
                self._begin(job, now)

    def _earliest(self, job: int, taken: list[tuple[int, int, int]], now: int) -> int:
        width, lasts = int(self.jobs.processors[job]), self.first[job]
        for begin in sorted({now, *(end for _, end, _ in taken if end > now)}):
            if all(
                sum(other for since, until, other in taken if since <= moment < until) + width
                <= self.processors
                for moment in self._moments(taken, begin, begin + lasts)
            ):
                return begin
        raise AssertionError("after the last end all processors are free")

    @staticmethod
    def _moments(taken: list[tuple[int, int, int]], begin: int, end: int) -> Iterator[int]:
        """Yield the times from `begin` to `end` at which more processors may be taken than before."""
        yield begin
        yield from (since for since, _, _ in taken if begin < since < end)
