"""Drives the scheduling core through a trace with a made clock: every rule of a policy, at some thousand jobs a second.

The compiled engines are faster where they know all the rules of a policy; here the same code decides as live.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from jobcast.decision import (
    Cause,
    Decision,
    Kill,
    Refuse,
    Requeue,
    Reserve,
    Resume,
    Start,
    Suspend,
    Unreserve,
)
from jobcast.machine import CPUS, Allocation, Cluster, Share
from jobcast.schedule.event import Changed, Event, Finished, Submitted, Tick
from jobcast.schedule.job import BatchJob
from jobcast.schedule.policy import Policy
from jobcast.schedule.state import State
from jobcast.schedule.step import begin, next_time, step
from jobcast.simulate.estimates.base import Estimator
from jobcast.simulate.estimates.correction import CORRECTIONS, CorrectionName
from jobcast.simulate.following import Following

Progress = Callable[[int], None]
"""Called now and then with the number of jobs that have started."""
Watch = Callable[[State, tuple[Decision, ...]], bool | None]
"""Called after each step, with the state and what was decided; returns true where it has seen enough."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """What is to be simulated."""

    jobs: list[BatchJob]
    """In the order of their submission; ids are all different."""
    submit: list[int]
    """Second at which each is submitted."""
    run: list[int]
    """Seconds that each runs if nobody stops it."""
    cluster: Cluster
    """The machines."""
    policy: Policy
    """The rules."""
    estimator: Estimator | None = None
    """Tells estimates at submission and learns; None for what the jobs themselves say."""
    correction: CorrectionName = "request"
    """What becomes of an estimate that a running job outlives."""
    monday: int = 0
    """A second that was Monday 00:00 at the site."""
    following: Following | None = None
    """Who is submitted only when another job is over, whatever `submit` says; None for nobody."""


@dataclass(kw_only=True, slots=True)
class Life:
    """What became of one job; grows while the simulation runs."""

    submit: int = -1
    """When it was submitted; -1 for never, since a job that it follows never ended."""
    start: int = -1
    """When it first started; -1 for never."""
    finish: int = -1
    """When it ended for good; -1 for never."""
    killed: bool = False
    """Whether it was ended before it was done."""
    preemptions: int = 0
    """How often it was suspended or requeued."""
    backfilled: bool = False
    """Whether it last started before one that came before it in line."""
    refused: str = ""
    """Why it was turned away; empty where it was not."""
    allocation: Allocation = ()
    """Where it last started."""
    suspended: list[tuple[int, int]] = field(default_factory=list)
    """Spans in which it was suspended."""
    left: int = 0
    """Seconds that it has yet to run."""
    since: int = 0
    """Second since which it runs, or is suspended."""
    turn: int = 0
    """Counts its starts and stops, so that what was foreseen before is known to be void."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """One reservation, from when it was made to when it was kept, replaced or given up."""

    job: str
    """Whose."""
    made: int
    """Second."""
    over: int
    """Second."""
    start: int | None
    """The start that was promised; None where nobody could tell."""
    finish: int | None
    """The end that was reckoned with then; None likewise."""
    allocation: Allocation
    """Where, or what is held; empty where neither was settled."""
    held: bool = False
    """Whether the allocation tells how many processors are kept empty by now, not where the job is to run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """What became of all jobs."""

    lives: list[Life]
    """One for each job, in the order given."""
    promises: list[Promise]
    """All reservations, in the order in which they were over."""
    state: State
    """As it was at the end."""


_FINISH, _OUTRUN, _SUBMIT, _TICK = range(4)
"""What happens in one second, in this order."""

_WEEK = 7 * 86_400
"""Seconds after which windows are what they were."""


class _Driver:
    """Keeps the clock, and tells the core what its decisions have led to."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._rows = {job.id: row for row, job in enumerate(replay.jobs)}
        self._lives = [Life(left=run) for run in replay.run]
        self._jobs = list(replay.jobs)
        self._first_estimate = [job.estimate or 0 for job in replay.jobs]
        self._corrected = [0] * len(replay.jobs)
        self._serial = count()
        self._ahead: list[tuple[int, int, int, int, int]] = []
        """Second, what, serial, row, turn."""
        self._ticked = -1
        self._to_come = 0
        """How many of them are more than a tick."""
        self._last = 0
        """Second of the last such one."""
        self._open: dict[str, tuple[int, Reserve, int | None]] = {}
        """Job to when it was promised a start, the promise, and the end that is reckoned with."""
        self._promises: list[Promise] = []
        self._finished_now: list[int] = []
        """Rows that the estimator is told of once everybody who is submitted in the same second has an estimate."""
        self._followers: dict[int, list[tuple[int, int]]] = {}
        """Row of a job to those of the jobs that come when it is over, each with how long it lets pass."""
        self._begun = 0
        self._corrects = replay.estimator is not None or replay.correction != "request"
        """Whether estimates that were too short are corrected here; the core itself takes the run limit then."""

    def run(self, progress: Progress | None, watch: Watch | None) -> Replayed:
        replay = self._replay
        first = replay.submit[0] if replay.submit else 0
        state = begin(replay.cluster, replay.policy, now=first, monday=replay.monday)
        self._foresee_submissions()
        while self._ahead and not self._in_vain(state):
            now = self._ahead[0][0]
            events = [event for what in self._due(now) if (event := self._happens(now, what)) is not None]
            self._learn(now)
            if not events:
                continue
            state, decisions = step(state, events, replay.policy)
            for decision in decisions:
                self._carry_out(now, decision, state)
            if watch is not None and watch(state, decisions):
                break
            if progress is not None and self._begun % 256 == 0:
                progress(self._begun)
            self._foresee_tick(next_time(state, run_limits=False))
        for job in list(self._open):
            self._close(job, state.now)
        return Replayed(lives=self._lives, promises=self._promises, state=state)

    def _in_vain(self, state: State) -> bool:
        """Tell whether nobody runs or comes any more, and time alone won't let those start who wait."""
        if self._to_come:
            return False
        weekly = any(queue.windows for queue in state.policy.queues.values()) or any(
            entry.job.demand.needs is not None for entry in state.waiting.values()
        )
        begins = [entry.job.begin or 0 for entry in state.waiting.values()]
        over = max([self._last, *begins, *(booking.end for booking in state.cluster.bookings)])
        return self._ahead[0][0] > over + (_WEEK if weekly else 0) + state.policy.cycle

    def _foresee(self, second: int, what: int, row: int = -1) -> None:
        self._to_come += what != _TICK
        turn = self._lives[row].turn if row >= 0 else 0
        heapq.heappush(self._ahead, (second, what, next(self._serial), row, turn))

    def _foresee_submissions(self) -> None:
        following = self._replay.following
        for row, second in enumerate(self._replay.submit):
            before = -1 if following is None else following.before[row]
            if following is None or before < 0:
                self._foresee(second, _SUBMIT, row)
            else:
                self._followers.setdefault(before, []).append((row, following.think[row]))

    def _foresee_tick(self, second: int | None) -> None:
        if second is not None and second != self._ticked:
            self._foresee(second, _TICK)
        self._ticked = -1 if second is None else second

    def _due(self, now: int) -> Iterator[tuple[int, int]]:
        while self._ahead and self._ahead[0][0] == now:
            _, what, _, row, turn = heapq.heappop(self._ahead)
            if what == _TICK:
                still = now == self._ticked
            else:
                self._to_come, self._last = self._to_come - 1, now
                still = what == _SUBMIT or self._lives[row].turn == turn
            if still:
                yield what, row

    def _happens(self, now: int, due: tuple[int, int]) -> Event | None:
        what, row = due
        if what == _SUBMIT:
            return Submitted(at=now, job=self._submitted(now, row))
        if what == _FINISH:
            return self._finished(now, row)
        if what == _OUTRUN:
            return self._outrun(now, row)
        return Tick(at=now)

    def _submitted(self, now: int, row: int) -> BatchJob:
        self._lives[row].submit = now
        job, estimator = self._jobs[row], self._replay.estimator
        if estimator is not None:
            estimate = estimator.at_submission(row, now)
            job = self._jobs[row] = replace(job, estimate=max(estimate, 1))
            self._first_estimate[row] = estimate
        return job

    def _finished(self, now: int, row: int) -> Finished:
        life = self._lives[row]
        life.finish, life.turn = now, life.turn + 1
        life.killed = life.killed or life.left > now - life.since
        self._finished_now.append(row)
        self._bring_followers(now, row)
        return Finished(at=now, job=self._jobs[row].id, exit_code=int(life.killed))

    def _bring_followers(self, now: int, row: int) -> None:
        """Foresee the submission of those who follow a job that is over, or was turned away."""
        for follower, think in self._followers.pop(row, ()):
            self._foresee(now + think, _SUBMIT, follower)

    def _learn(self, now: int) -> None:
        """Tell the estimator of those that have finished now: arrivals come first, as where processors are counted."""
        if self._replay.estimator is not None:
            for row in self._finished_now:
                self._replay.estimator.at_finish(row, now)
        self._finished_now.clear()

    def _outrun(self, now: int, row: int) -> Changed | None:
        """Correct an estimate that has turned out too short; the run limit bounds it."""
        job = self._jobs[row]
        limit = job.run_limit
        if job.estimate is None or limit is None or job.estimate >= limit:
            return None
        correct = CORRECTIONS[self._replay.correction]
        estimate = correct(self._first_estimate[row], self._corrected[row], limit)
        self._corrected[row] += 1
        self._foresee(now + estimate - job.estimate, _OUTRUN, row)
        self._jobs[row] = replace(job, estimate=estimate)
        return Changed(at=now, job=self._jobs[row])

    def _carry_out(self, now: int, decision: Decision, state: State) -> None:
        row = self._rows[decision.job]
        life = self._lives[row]
        match decision:
            case Start():
                life.start = now if life.start < 0 else life.start
                life.allocation = decision.allocation
                life.backfilled = decision.reason.cause in _OVERTAKING
                life.left = self._replay.run[row]
                self._begun += 1
                self._begin_to_run(now, row, state)
                self._close(decision.job, now)
            case Resume():
                life.suspended.append((life.since, now))
                self._begin_to_run(now, row, state)
            case Suspend():
                life.left -= now - life.since
                self._stop(now, life)
            case Requeue():
                self._stop(now, life)
            case Kill(reason=reason):
                self._kill(now, row, at_once=reason.cause is Cause.PREEMPTED)
            case Refuse(reason=reason):
                life.refused = str(reason.cause)
                self._bring_followers(now, row)
            case Reserve():
                self._close(decision.job, now)
                self._open[decision.job] = (now, decision, _end_of(decision, state))
            case Unreserve():
                self._close(decision.job, now)

    def _begin_to_run(self, now: int, row: int, state: State) -> None:
        """Foresee the end, and before that the second at which the estimate turns out to be too short."""
        life, job = self._lives[row], self._jobs[row]
        life.since, life.turn = now, life.turn + 1
        ran = self._replay.run[row] - life.left
        entry = state.running.get(job.id)
        limit = entry.run_limit if entry is not None else None
        stays = life.left if limit is None else min(life.left, limit - ran)
        self._foresee(now + stays, _FINISH, row)
        if self._corrects and job.estimate is not None and job.estimate - ran < stays:
            self._foresee(now + max(job.estimate - ran, 0), _OUTRUN, row)

    @staticmethod
    def _stop(now: int, life: Life) -> None:
        life.since, life.turn = now, life.turn + 1
        life.preemptions += 1

    def _kill(self, now: int, row: int, *, at_once: bool) -> None:
        """End a job: for a preemptor at once, else the core waits to be told, in the same second."""
        life = self._lives[row]
        life.killed, life.turn = True, life.turn + 1
        if at_once:
            life.finish = now
            self._bring_followers(now, row)
        else:
            self._foresee(now, _FINISH, row)

    def _close(self, job: str, now: int) -> None:
        open_since = self._open.pop(job, None)
        if open_since is None:
            return
        made, promise, end = open_since
        held = () if promise.allocation else _held(promise)
        self._promises.append(
            Promise(
                job=job,
                made=made,
                over=now,
                start=promise.start,
                finish=end,
                allocation=held or promise.allocation,
                held=bool(held),
            )
        )


def _held(promise: Reserve) -> Allocation:
    """Return how many processors of each machine are kept empty for a job."""
    return tuple(
        Share(machine=machine, tasks=amounts[CPUS])
        for machine, amounts in promise.holds.items()
        if amounts.get(CPUS, 0) > 0
    )


def _end_of(promise: Reserve, state: State) -> int | None:
    """Return when a job is reckoned to end that starts as promised; None where nobody can tell."""
    entry = state.alive(promise.job)
    left = None if entry is None else entry.left(state.policy)
    return None if promise.start is None or left is None else promise.start + left


_OVERTAKING = frozenset({Cause.BACKFILL, Cause.OVERTAKES, Cause.BACKFILL_LENT, Cause.INTERRUPTIBLE})


def replay(what: Replay, *, progress: Progress | None = None, watch: Watch | None = None) -> Replayed:
    """Simulate to the end, when nothing more can happen, or `watch` has seen enough; who still waits has no start.

    Raises ConfigError for a policy that contradicts itself.
    """
    return _Driver(what).run(progress, watch)
