"""A made cluster in which jobs run as long as the test says; every step is checked by `tests.schedule.invariants`."""

import heapq
from collections.abc import Callable
from typing import Any

from jobcast.decision import Cause, Decision, Kill, Refuse, Requeue, Reserve, Resume, Start, Suspend
from jobcast.machine import Cluster
from jobcast.schedule import step as core
from jobcast.schedule.event import Changed, Event, Finished, Submitted, Tick, Vacated
from jobcast.schedule.happening import queue_of
from jobcast.schedule.job import BatchJob
from jobcast.schedule.policy import Policy
from jobcast.schedule.state import State
from tests.schedule.invariants import Watch
from tests.schedule.model import LEGAL, Status, Tracked, usage

KILLED = 137
"""Exit code of what was killed."""
_QUIET = 40
"""Steps without progress after which nothing is expected any more."""


class Driver:
    """Feeds the core with events and carries out what it decides."""

    between: Callable[[State, Policy], State] = staticmethod(lambda state, _policy: state)
    """What becomes of the state between two steps."""

    def __init__(
        self, cluster: Cluster, policy: Policy, *, at: int = 0, monday: int = 0, one_by_one: bool = False
    ) -> None:
        self.policy = policy
        self.state = core.begin(cluster, policy, now=at, monday=monday)
        self.jobs: dict[str, Tracked] = {}
        self.log: list[tuple[int, Decision]] = []
        self.steps = 0
        self.quiet_causes: dict[str, set[Cause]] = {}
        """Why jobs waited since anything happened but time."""
        self._one_by_one = one_by_one
        self._due: list[tuple[int, int, int, Event, int]] = []
        self._count = 0
        self.shrunk = False
        """Whether machines offer less than they did, so that what is free may be below nothing."""
        self._watch = Watch(self)

    def submit(self, *jobs: BatchJob, at: int = 0, runs: int = 100, exit_code: int = 0) -> None:
        """Let jobs come at a second, which will run so long."""
        for each in jobs:
            self.jobs.setdefault(each.id, Tracked(job=each, runs=runs, exit_code=exit_code))
            self.happen(Submitted(at=at, job=each))

    def happen(self, event: Event) -> None:
        """Let something happen."""
        self._push(event, serial=0)

    def _push(self, event: Event, *, serial: int) -> None:
        self._count += 1
        order = 0 if isinstance(event, Finished) else 1
        heapq.heappush(self._due, (event.at, order, self._count, event, serial))

    def run(self, until: int | None = None, most: int = 20_000) -> "Driver":
        """Go on until nothing happens any more, or to a second inclusively."""
        quiet = 0
        self.quiet_causes = {}
        while quiet < _QUIET:
            self._drop_void()
            seconds = [self._due[0][0]] if self._due else []
            quiet = 0 if seconds else quiet + 1
            self._note_causes(anew=bool(seconds))
            timer = core.next_time(self.state)
            if timer is not None:
                seconds.append(timer)
            if not seconds or (until is not None and min(seconds) > until):
                break
            self._at(min(seconds))
            self.steps += 1
            assert self.steps < most, "goes on for ever"
        return self

    def _note_causes(self, *, anew: bool) -> None:
        """Remember for which reasons jobs wait while nothing happens but time."""
        if anew:
            self.quiet_causes = {}
        for name, entry in self.state.waiting.items():
            self.quiet_causes.setdefault(name, set()).add(entry.reason.cause)

    def _at(self, second: int) -> None:
        events: list[Event] = []
        while self._due and self._due[0][0] == second and not (self._one_by_one and events):
            _, _, _, event, serial = heapq.heappop(self._due)
            if not isinstance(event, Finished) or self.jobs[event.job].serial == serial:
                events.append(event)
        self._step(second, events or [Tick(at=second)])

    def _drop_void(self) -> None:
        """Leave out ends that were foreseen of jobs that were suspended or killed since."""
        while self._due and isinstance(event := self._due[0][3], Finished):
            if self.jobs[event.job].serial == self._due[0][4]:
                return
            heapq.heappop(self._due)

    def _step(self, second: int, events: list[Event]) -> None:
        self._watch.before()
        for event in events:
            if isinstance(event, Finished):
                self._ended(event.job, second)
            elif isinstance(event, Vacated):
                self._vacated(event.job, second)
            elif isinstance(event, Changed) and event.job.id in self.jobs:
                tracked = self.jobs[event.job.id]
                tracked.job = event.job if tracked.status is Status.WAITING else tracked.job
            elif isinstance(event, Submitted) and event.job.id not in self.state.ended:
                self.jobs[event.job.id].job = event.job
        self.state = self.between(self.state, self.policy)
        self.state, decisions = core.step(self.state, events, self.policy)
        for decision in decisions:
            self._carry_out(decision, second)
            self.log.append((second, decision))
        self._watch.after(events, decisions)

    def _ended(self, name: str, second: int) -> None:
        tracked = self.jobs[name]
        if tracked.status is Status.RUNNING:
            tracked.ran += second - tracked.since
        tracked.status, tracked.end = Status.ENDED, second

    def _vacated(self, name: str, second: int) -> None:
        entry = self.state.alive(name)
        if entry is None or entry.taken is None:
            return
        tracked = self.jobs[name]
        self._stop(tracked, second)
        tracked.status, tracked.ran = Status.WAITING, 0
        if entry.killed:
            tracked.status, tracked.end = Status.ENDED, second

    def _carry_out(self, decision: Decision, second: int) -> None:
        tracked = self.jobs[decision.job]
        before = tracked.status
        if not (isinstance(decision, Refuse) and before is Status.ENDED):
            kind = type(decision).__name__
            # Who is cancelled while waiting, or whose requirement failed, has ended before it loses its promise.
            if before is Status.WAITING and decision.job in self.state.ended and kind == "Unreserve":
                before = Status.ENDED
            tracked.status = LEGAL[kind, before]
        match decision:
            case Start(allocation=allocation):
                self._go(tracked, second, fresh=True)
                queue = queue_of(tracked.job, self.policy)
                assert queue is not None
                tracked.allocation = allocation
                tracked.usage = usage(tracked.job, queue, allocation, self.state.cluster)
            case Resume():
                self._go(tracked, second, fresh=False)
            case Suspend():
                self._stop(tracked, second)
            case Requeue():
                self._stop(tracked, second)
                tracked.ran = 0
            case Kill():
                self._stop(tracked, second)
                if self.state.alive(decision.job) is None:
                    tracked.status, tracked.end = Status.ENDED, second
                else:
                    tracked.since = second
                    self._push(Finished(at=second, job=decision.job, exit_code=KILLED), serial=tracked.serial)
            case _:
                pass

    def _go(self, tracked: Tracked, second: int, *, fresh: bool) -> None:
        if fresh:
            tracked.ran = 0
        tracked.since = second
        tracked.starts.append(second)
        end = second + tracked.runs - tracked.ran
        self._push(Finished(at=end, job=tracked.job.id, exit_code=tracked.exit_code), serial=tracked.serial)

    @staticmethod
    def _stop(tracked: Tracked, second: int) -> None:
        tracked.serial += 1
        tracked.ran += second - tracked.since

    # What tests ask.
    def start(self, name: str) -> int | None:
        """Return the second at which a job first began; None for never."""
        starts = self.jobs[name].starts
        return starts[0] if starts else None

    def starts(self) -> dict[str, int | None]:
        """Return the first start of each job."""
        return {name: self.start(name) for name in self.jobs}

    def machines(self, name: str) -> dict[str, int]:
        """Return the tasks of a job on each machine."""
        return {share.machine: share.tasks for share in self.jobs[name].allocation}

    def story(self, name: str) -> list[tuple[int, str, str]]:
        """Return when what was decided of a job, and why; promises left out."""
        return [
            (second, type(each).__name__, each.reason.cause.value)
            for second, each in self.log
            if each.job == name and not isinstance(each, Reserve) and type(each).__name__ != "Unreserve"
        ]

    def promises(self, name: str) -> list[tuple[int, int | None, dict[str, int]]]:
        """Return when a job was promised which start, and the CPUs it holds in all then."""
        return [(second, each.start, held(each)) for second, each in self.log_of(name, Reserve)]

    def log_of(self, name: str, kind: type[Any]) -> list[tuple[int, Any]]:
        """Return what was decided of a job, of one kind."""
        return [(second, each) for second, each in self.log if each.job == name and isinstance(each, kind)]

    def waiting(self) -> dict[str, str]:
        """Return who waits or is suspended now, and why."""
        state = self.state
        suspended = dict.fromkeys(state.suspended, "suspended")
        return {name: entry.reason.cause.value for name, entry in state.waiting.items()} | suspended

    def cause(self, name: str) -> str:
        """Return why a job waits now."""
        return self.state.waiting[name].reason.cause.value


def held(reserve: Reserve) -> dict[str, int]:
    """Add up what is held, over all machines."""
    found: dict[str, int] = {}
    for amounts in reserve.holds.values():
        for name, amount in amounts.items():
            found[name] = found.get(name, 0) + amount
    return found


def refusals(made: Driver) -> dict[str, str]:
    """Return who was turned away, and why in words."""
    return {each.job: each.reason.cause.value for _, each in made.log if isinstance(each, Refuse)}


def values(made: Driver, name: str) -> dict[str, str | int]:
    """Return the figures of a refusal."""
    return dict(
        next(each for _, each in made.log if isinstance(each, Refuse) and each.job == name).reason.values
    )
