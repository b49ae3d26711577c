"""What must be true after every step, whatever the cluster, the policy and the jobs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobcast.decision import Cause, Decision, Kill, Requeue, Resume, Start, Suspend, Unreserve
from jobcast.language import say
from jobcast.schedule.event import Event, Finished, Submitted, Tick
from jobcast.schedule.policy import Blocked, Method
from jobcast.schedule.state import Entry
from tests.schedule.model import Status, Usage, capacity, kept

if TYPE_CHECKING:
    from jobcast.schedule.grid import Amounts
    from tests.schedule.driver import Driver

PASSED_OVER = {
    Cause.LIMIT,
    Cause.WINDOW,
    Cause.BEGIN,
    Cause.DEPENDENCY,
    Cause.HELD,
    Cause.BOOKED,
    Cause.QUEUE_CLOSED,
    Cause.NOT_ALLOWED,
    Cause.NO_MACHINE,
    Cause.SPAN,
}
"""Who waits for one of these blocks nobody."""


@dataclass(frozen=True)
class Head:
    """The first who is promised a start."""

    job: str
    start: int


class Watch:
    """Looks at a driver before and after each step."""

    def __init__(self, driver: "Driver") -> None:
        self._driver = driver
        self._head: Head | None = None
        self._disturbed = False
        self._held: dict[str, Amounts] = {}
        self._ends: list[int | None] = []
        self._allocations: dict[str, object] = {}

    def before(self) -> None:
        """Remember what can't be told afterwards."""
        state = self._driver.state
        self._disturbed |= bool(state.suspended)
        self._held = {
            name: entry.held.copy() for name, entry in state.waiting.items() if entry.held is not None
        }
        self._ends = [self._reckoned_end(each) for each in state.running.values()]

    def after(self, events: Sequence[Event], decisions: Sequence[Decision]) -> None:
        """Check everything."""
        self._everybody_is_in_one_place()
        self._nothing_is_allocated_twice()
        self._holders_hold_what_is_free()
        self._what_is_held_stays_held(events, decisions)
        self._run_seconds_agree()
        self._is_explained(decisions)
        self._bookings_are_kept(decisions)
        self._the_head_is_not_delayed(events, decisions)

    def _everybody_is_in_one_place(self) -> None:
        state = self._driver.state
        places = {
            Status.WAITING: set(state.waiting),
            Status.RUNNING: set(state.running),
            Status.SUSPENDED: set(state.suspended),
            Status.ENDED: set(state.ended),
        }
        seen = Counter(name for names in places.values() for name in names)
        assert not [name for name, times in seen.items() if times > 1]
        for name, tracked in self._driver.jobs.items():
            if tracked.status is Status.WAITING and name not in seen:  # still to come
                continue
            if tracked.status is Status.WAITING and name in state.ended:  # cancelled
                tracked.status = Status.ENDED
            assert name in places[tracked.status], (name, tracked.status)

    def _nothing_is_allocated_twice(self) -> None:
        """Free is what there is, less what runs, less what the suspended keep; never below nothing."""
        driver, state = self._driver, self._driver.state
        taken: Usage = Counter()
        for tracked in driver.jobs.values():
            if tracked.status is Status.RUNNING:
                assert sum(share.tasks for share in tracked.allocation) == tracked.job.demand.tasks
                assert all(share.tasks > 0 for share in tracked.allocation)
                taken.update(tracked.usage)
            elif tracked.status is Status.SUSPENDED:
                taken.update(kept(tracked, driver.policy))
        for (machine, resource), there in capacity(state.cluster).items():
            row = state.grid.rows[machine] if machine else -1
            column = state.grid.columns[resource if machine else f"floating {resource}"]
            free = there - taken[machine, resource]
            assert int(state.free[row, column]) == free, (machine, resource)
            assert free >= 0 or driver.shrunk, (machine, resource)
        assert (state.free >= 0).all() or driver.shrunk

    def _holders_hold_what_is_free(self) -> None:
        state, cycle = self._driver.state, self._driver.policy.cycle
        if cycle and state.now % cycle:  # what an operator has let go on meanwhile is seen at the next cycle
            return
        held = [
            each.held
            for each in (*state.waiting.values(), *state.suspended.values())
            if each.held is not None
        ]
        if held:
            assert (sum(held) <= state.free.clip(min=0)).all()
            assert all((each >= 0).all() for each in held)
        for name, promise in state.reservations.items():
            assert name in state.waiting
            for machine, amounts in promise.holds.items():
                row = state.grid.rows[machine]
                kept_there = state.waiting[name].held
                assert kept_there is not None
                assert amounts == state.grid.named(row, kept_there[row])

    def _what_is_held_stays_held(self, events: Sequence[Event], decisions: Sequence[Decision]) -> None:
        """Who holds something loses it only by lending, by his own queue's rules, or to one that was suspended.

        When something comes free he may choose anew, so only arrivals are looked at.
        """
        state, lending = self._driver.state, {Cause.BACKFILL_LENT, Cause.INTERRUPTIBLE, Cause.PREEMPTS}
        if self._driver.policy.blocked is not Blocked.SKIP or self._driver.policy.cycle or state.suspended:
            return
        if not all(isinstance(each, Submitted) for each in events) or state.cluster.bookings:
            return
        if any(isinstance(each, Resume) or each.reason.cause in lending for each in decisions):
            return
        for name, before in self._held.items():
            entry = state.waiting.get(name)
            lost = {
                each.reason.cause for each in decisions if isinstance(each, Unreserve) and each.job == name
            }
            if entry is not None and not lost:
                assert entry.held is not None
                now, earlier = entry.held.sum(axis=0), before.sum(axis=0)
                assert (now > earlier).any() or (now == earlier).all(), name

    def _run_seconds_agree(self) -> None:
        """What the core thinks a job has run is what it has."""
        state = self._driver.state
        for name, tracked in self._driver.jobs.items():
            entry = state.running.get(name) or state.suspended.get(name)
            if entry is None or entry.killed:
                continue
            assert entry.ran == tracked.ran, name
            if name in state.running:
                assert entry.started == tracked.since, name
                assert tracked.ran + state.now - tracked.since <= tracked.runs
            limit = entry.run_limit
            if limit is not None and name in state.running:
                assert tracked.ran + state.now - tracked.since < limit, "not killed at its run limit"

    def _is_explained(self, decisions: Sequence[Decision]) -> None:
        """Everything has a reason that can be told; who is preempted, a rule."""
        preemptors = {
            (each.job, victim)
            for each in decisions
            if isinstance(each, Start) and each.reason.cause is Cause.PREEMPTS
            for victim in str(each.reason.values["jobs"]).split(", ")
        }
        for each in decisions:
            assert say(f"schedule_cause.{each.reason.cause}", **each.reason.values)
            if each.reason.cause is Cause.PREEMPTED:
                winner = str(each.reason.values["job"])
                assert (winner, each.job) in preemptors
                self._by_a_rule(each, winner)
            if isinstance(each, Start):
                self._allocations[each.job] = each.allocation
        for name in self._driver.state.suspended:  # it keeps its machines
            assert self._allocations[name] == self._driver.jobs[name].allocation

    def _bookings_are_kept(self, decisions: Sequence[Decision]) -> None:
        """Nobody else starts on what an advance reservation that holds now has left."""
        state, jobs = self._driver.state, self._driver.jobs
        for booking in state.bookings():
            if booking.start > state.now:
                continue
            used: Usage = Counter()
            for tracked in jobs.values():
                if tracked.job.booking == booking.name and tracked.status in {
                    Status.RUNNING,
                    Status.SUSPENDED,
                }:
                    used.update(tracked.usage)
            for each in decisions:
                if not isinstance(each, Start) or jobs[each.job].job.booking == booking.name:
                    continue
                for (machine, resource), amount in jobs[each.job].usage.items():
                    booked = booking.takes.get(machine, {}).get(resource, 0)
                    if amount and booked > used[machine, resource]:
                        free = state.free[state.grid.rows[machine], state.grid.columns[resource]]
                        assert free >= booked - used[machine, resource], each

    def _by_a_rule(self, decision: Decision, winner: str) -> None:
        jobs, policy = self._driver.jobs, self._driver.policy
        method = {Suspend: {Method.SUSPEND}, Kill: {Method.REMOVE}}.get(
            type(decision), {Method.REQUEUE, Method.SYSTEM_HOLD, Method.USER_HOLD}
        )
        if isinstance(decision, Requeue) and jobs[decision.job].starts[-1] == self._driver.state.now:
            method = method | {Method.REMOVE}  # nothing of it has run
        default = policy.default_queue
        assert any(
            rule.queue == (jobs[winner].job.queue or default)
            and (jobs[decision.job].job.queue or default) in rule.victims
            and rule.method in method
            for rule in policy.preemption
        ), decision

    def _the_head_is_not_delayed(self, events: Sequence[Event], decisions: Sequence[Decision]) -> None:
        """Who is first in line starts no later than promised, unless others overrun, preempt or come before it."""
        state, policy, before = self._driver.state, self._driver.policy, self._head
        disturbed = (
            self._disturbed
            or bool(state.suspended)
            or any(isinstance(each, Suspend | Resume | Requeue) for each in decisions)
            or any(each.reason.cause is Cause.PREEMPTED for each in decisions)
            or any(not isinstance(each, Submitted | Finished | Tick) for each in events)
            or any(entry.killed for entry in state.running.values())
            or any(end is not None and end < state.now for end in self._ends)
            or any(
                end is not None and end <= state.now
                for end in map(self._reckoned_end, state.running.values())
            )
        )
        between_cycles = bool(policy.cycle and state.now % policy.cycle)
        self._disturbed = disturbed and between_cycles  # what happens there shows at the next one
        self._head = self._head_now()
        if before is None or disturbed or between_cycles:
            return
        place = state.line.index(before.job) if before.job in state.line else None
        earlier = set(state.line[:place]) if place is not None else set()
        starts = [each for each in decisions if isinstance(each, Start) and each.job != before.job]
        if any(each.job in earlier or each.reason.cause is Cause.FITS for each in starts):
            return  # somebody who came before it
        latest = before.start if not policy.cycle else -(-before.start // policy.cycle) * policy.cycle
        if before.job in state.running:
            assert state.now <= latest, f"{before.job} was promised {before.start}"
        elif self._head is not None and self._head.job == before.job:
            assert self._head.start <= before.start, f"{before.job} was promised {before.start}"

    def _reckoned_end(self, entry: Entry) -> int | None:
        reckoned = entry.reckoned(self._driver.policy)
        return None if reckoned is None else entry.started + reckoned - entry.ran

    def _head_now(self) -> Head | None:
        state = self._driver.state
        if self._driver.policy.blocked is not Blocked.PLAN:
            return None
        for name in state.line:
            entry = state.waiting.get(name)
            if entry is None or entry.reason.cause in PASSED_OVER:
                continue
            promise = state.reservations.get(name)
            if promise is None or promise.start is None:
                return None
            return Head(job=name, start=promise.start)
        return None
