"""One pass: the whole line is looked at, and what can start does ("How the core decides", rules 1 to 8)."""

import numpy as np

from jobcast.decision import (
    Cause,
    Decision,
    Kill,
    Reason,
    Refuse,
    Requeue,
    Resume,
    Start,
    Suspend,
)
from jobcast.schedule import holding
from jobcast.schedule.dependency import Truth, holds
from jobcast.schedule.eligible import not_eligible
from jobcast.schedule.finding import Finder, Found, bare_plans
from jobcast.schedule.grid import Taken
from jobcast.schedule.limits import Limits
from jobcast.schedule.machines import Machines
from jobcast.schedule.moving import requeue, resume, suspend
from jobcast.schedule.order import backfill_key, hand_on, main_key
from jobcast.schedule.placement import Room, fits
from jobcast.schedule.plans import FOREVER
from jobcast.schedule.policy import Blocked, Method, Policy
from jobcast.schedule.preemption import Attempt, Victim, kept_out_until, preempt
from jobcast.schedule.promises import Promises, take_back
from jobcast.schedule.state import Entry, State


class Pass:
    """Looks at the line of a state at its `now`, changes the state and collects what was decided."""

    def __init__(self, state: State, policy: Policy) -> None:
        self._state, self._policy = state, policy
        self.decisions: list[Decision] = []
        self._promises = Promises(state)
        self._let_go_late: set[str] = set()
        self._preempting = {rule.queue for rule in policy.preemption}

    def run(self) -> list[Decision]:
        """Walk the line, from its beginning again after each preemption, and tell what was decided."""
        self._expire()
        while self._walk() or self._has_released():
            pass
        self.decisions += self._promises.publish()
        return self.decisions

    def _expire(self) -> None:
        """Let those give back what they hold who have held it for long enough."""
        for entry in self._state.waiting.values():
            rule = entry.queue.hold
            if entry.held_since is None or rule is None or self._state.now < entry.held_since + rule.longest:
                continue
            entry.held, entry.held_since = None, None
            entry.paused_until = self._state.now + rule.pause
            reason = Reason(cause=Cause.EXPIRED, values={"until": entry.paused_until})
            self.decisions += take_back(entry.job.id, reason, self._state)

    def _has_released(self) -> bool:
        """Tell whether somebody looked at before would start now: another one let go, has started or never will."""
        return self._missed or any(
            entry.reason.cause is Cause.DEPENDENCY
            and entry.job.after is not None
            and holds(entry.job.after, self._state) is not Truth.OPEN
            for entry in self._state.waiting.values()
        )

    def _walk(self) -> bool:
        """Look at everybody once; returns whether all plans are void, because somebody was preempted."""
        state, policy = self._state, self._policy
        state.order.work_out(state)
        self._promises.begin()
        self._first_waiting = ""
        self._planned = 0
        self._planned_of: dict[tuple[str, str], int] = {}
        self._looked_at: set[str] = set()
        self._missed = False
        for entry in (*state.waiting.values(), *state.suspended.values()):
            if entry.held_since is None:
                entry.held = None
        limits = Limits(policy, state)
        self._finder = Finder(state, policy, Machines(state, policy), limits)
        self._foresee_holders()
        line = sorted((*state.waiting.values(), *state.suspended.values()), key=main_key)
        state.line = tuple(entry.job.id for entry in line if entry.job.id in state.waiting)
        resort = bool(policy.backfill_order) and policy.blocked is not Blocked.STOP
        place = 0
        while place < len(line):
            if self._look_at(line[place]):
                return True
            place += 1
            if resort and self._planned == policy.depth:
                line[place:] = sorted(line[place:], key=backfill_key)
                resort = False
        return False

    def _look_at(self, entry: Entry) -> bool:
        """Let one job start, go on, be planned or wait; returns whether somebody was preempted."""
        state = self._state
        if entry.job.id in state.suspended:
            return self._look_at_suspended(entry)
        if entry.job.id not in state.waiting:  # it has started out of turn, before a suspended one
            return False
        reason = self._passed_over(entry)
        if reason is None:
            started, preempted = self._try(entry)
            if started:
                return preempted
            reason = self._hindered(entry)
            if reason is not None and entry.held is not None:
                self._let_go(entry, late=True)
            if reason is None:
                reason = self._plan(entry) or self._hold(entry)
                self._first_waiting = self._first_waiting or entry.job.id
        elif entry.held is not None:
            self._let_go(entry, late=True)
        entry.reason = reason
        return False

    def _hindered(self, entry: Entry) -> Reason | None:
        """Tell why a job that can't start blocks nobody.

        No machine that is there would do; or only its booking, a limit by machine or START_CLASS hinders it.
        """
        finder = self._finder
        if not finder.possible(entry):
            return Reason(cause=Cause.NO_MACHINE)
        if entry.job.booking or finder.only_rules_hinder(entry):
            return Reason(cause=Cause.SPAN, values={"tasks": entry.needs.tasks})
        return None

    def _let_go(self, entry: Entry, *, late: bool = False) -> None:
        """Let a job give back what it holds; `late`: when those before it have been looked at."""
        entry.held, entry.held_since = None, None
        self._missed |= late and entry.job.id not in self._let_go_late
        if late:
            self._let_go_late.add(entry.job.id)
        self._finder.forget_failures()

    def _foresee_holders(self) -> None:
        """Let those go who may not start, and tell when the others who hold something will, as of now."""
        holders = [entry for entry in self._state.waiting.values() if entry.held is not None]
        if not holders:
            return
        finder, plans = self._finder, bare_plans(self._state, self._policy)
        for entry in holders:
            if not_eligible(entry, self._state, finder.limits) is not None:
                self._let_go(entry)
            else:
                order = finder.machines.order_for(entry)
                entry.predicted = holding.predicted(entry, plans, order, self._policy, or_now=True)

    def _passed_over(self, entry: Entry) -> Reason | None:
        reason = not_eligible(entry, self._state, self._finder.limits)
        if reason is not None and reason.cause is Cause.NEVER:
            del self._state.waiting[entry.job.id]
            self._state.ended[entry.job.id] = None
            self.decisions.append(Refuse(job=entry.job.id, reason=reason))
        if reason is None and self._first_waiting and self._policy.blocked is Blocked.STOP:
            return Reason(cause=Cause.BEHIND, values={"job": self._first_waiting})
        return reason

    def _try(self, entry: Entry) -> tuple[bool, bool]:
        """Start a waiting job where it fits, or where others must go; tells whether it started, and that way."""
        found = self._finder.find(entry)
        if found is not None:
            self._start(entry, found, self._why_now(found))
            return True, bool(entry.job.booking)  # plans reckoned with all that its booking had left
        if entry.queue.name not in self._preempting or entry.job.booking:
            return False, False
        finder, length = self._finder, entry.left(self._policy)
        attempt = Attempt(
            entry=entry,
            where=Room(
                available=finder.plans.free, order=finder.machines.order_for(entry), most=finder.most(entry)
            ),
            kept=finder.kept(entry),
            end=FOREVER if length is None or not entry.queue.backfill else self._state.now + length,
        )
        result = preempt(attempt, self._state, finder.plans, self._policy)
        if result is None:
            return False, False
        taken, victims = result
        for victim in victims:
            self._send_away(victim, entry)
        names = ", ".join(victim.entry.job.id for victim in victims)
        self._start(entry, Found(taken=taken), Reason(cause=Cause.PREEMPTS, values={"jobs": names}))
        return True, bool(victims)

    def _why_now(self, found: Found) -> Reason:
        if found.gap_end is not None:
            return Reason(cause=Cause.INTERRUPTIBLE, values={"until": found.gap_end})
        if found.lent:
            return Reason(cause=Cause.BACKFILL_LENT, values={"job": self._first_waiting})
        if self._first_waiting:
            planned = self._policy.blocked is Blocked.PLAN
            cause = Cause.BACKFILL if planned else Cause.OVERTAKES
            return Reason(cause=cause, values={"job": self._first_waiting})
        return Reason(cause=Cause.FITS)

    def _start(self, entry: Entry, found: Found, reason: Reason) -> None:
        state = self._state
        del state.waiting[entry.job.id]
        if entry.held is not None:
            self._finder.forget_failures()
        hand_on(entry, state.waiting.values())
        entry.held, entry.held_since = None, None
        entry.lent, entry.gap_end = found.lent, found.gap_end
        entry.started, entry.ran, entry.killed = state.now, 0, False
        state.take(entry, found.taken)
        state.running[entry.job.id] = entry
        state.reservations.pop(entry.job.id, None)
        end = entry.end(state.now, self._policy) if found.gap_end is None else found.gap_end
        self._finder.started(entry, found.taken, end)
        allocation = found.taken.allocation(state.grid)
        for share in allocation:
            state.started_there[share.machine] = state.started_there.get(share.machine, 0) + share.tasks
        self._clip_holders()
        self.decisions.append(Start(job=entry.job.id, allocation=allocation, reason=reason))

    def _clip_holders(self) -> None:
        state = self._state
        holders = [entry for entry in state.waiting.values() if entry.held is not None]
        if holders:
            before = [entry for entry in state.suspended.values() if entry.held is not None]
            holding.clip([*before, *sorted(holders, key=main_key)], state.free)

    def _send_away(self, victim: Victim, winner: Entry) -> None:
        """Preempt a running job."""
        state, entry, method = self._state, victim.entry, victim.rule.method
        reason = Reason(cause=Cause.PREEMPTED, values={"job": winner.job.id, "queue": winner.queue.name})
        if method is Method.SUSPEND:
            suspend(entry, victim.releases, state)
            self.decisions.append(Suspend(job=entry.job.id, reason=reason))
        elif method is Method.REMOVE:
            del state.running[entry.job.id]
            state.give_back(entry)
            state.ended[entry.job.id] = None
            self.decisions.append(Kill(job=entry.job.id, reason=reason))
        else:
            hold = {Method.SYSTEM_HOLD: "system", Method.USER_HOLD: "user"}.get(method, "")
            requeue(entry, hold, state)
            self.decisions.append(Requeue(job=entry.job.id, hold=hold, reason=reason))

    def _look_at_suspended(self, entry: Entry) -> bool:
        """Let a suspended job go on, after those who may preempt it; else plan for when it can."""
        state, finder = self._state, self._finder
        if entry.by_hand or entry.taken is None or entry.gave is None or entry.job.id in self._looked_at:
            return False
        self._looked_at.add(entry.job.id)
        if self._let_preemptors_go_first(entry):
            return True
        length, rows = entry.left(self._policy), entry.taken.rows
        available, kept = finder.plans.available(length), finder.kept(entry)
        available = available if kept is None else available - kept
        until = kept_out_until(entry, state, self._policy)
        if until <= state.now and fits(entry.gave, available[rows]):
            wanted = Taken(rows=rows, tasks=entry.taken.tasks, amounts=entry.gave)
            state.free[rows] -= entry.gave
            resume(entry, state)
            self._finder.started(entry, wanted, entry.end(state.now, self._policy), again=True)
            self._clip_holders()
            self.decisions.append(Resume(job=entry.job.id, reason=Reason(cause=Cause.PREEMPTOR_ENDED)))
            return False
        start = finder.plans.earliest_there(rows, entry.gave, length, until)
        wanted = Taken(rows=rows, tasks=entry.taken.tasks, amounts=entry.gave)
        if start is not None:
            finder.plans.add(entry.job.id, start, length, wanted, gives_back=entry.taken)
        else:
            entry.held = np.zeros_like(state.free)
            free = state.free if kept is None else state.free - kept
            entry.held[rows] = np.minimum(entry.gave, free[rows].clip(min=0))
            entry.predicted = None
            finder.plans.claim(wanted)
            self._clip_holders()
        return False

    def _let_preemptors_go_first(self, entry: Entry) -> bool:
        """Try those who may preempt a suspended job's queue; returns whether somebody was preempted."""
        state, rules = self._state, self._policy.preemption
        queues = {rule.queue for rule in rules if entry.queue.name in rule.victims}
        if not queues:
            return False
        for other in sorted((*state.waiting.values(), *state.suspended.values()), key=main_key):
            if other.queue.name not in queues:
                continue
            if other.job.id in state.suspended:
                if self._look_at_suspended(other):
                    return True
            elif other.job.id not in state.waiting:  # it has started before a suspended one that came first
                continue
            elif self._passed_over(other) is None and self._try(other)[1]:
                return True
        return False

    def _plan(self, entry: Entry) -> Reason | None:
        """Promise a job its start; None where it gets no promise."""
        policy, queue, plans = self._policy, entry.queue, self._finder.plans
        if policy.blocked is not Blocked.PLAN or not queue.reserves or self._planned == policy.depth:
            return None
        user, of_queue = ("user", entry.job.user), ("queue", queue.name)
        if policy.depth_per_user is not None and self._planned_of.get(user, 0) >= policy.depth_per_user:
            return None
        if queue.max_planned is not None and self._planned_of.get(of_queue, 0) >= queue.max_planned:
            return None
        order, length = self._finder.machines.order_for(entry), entry.left(policy)
        order = plans.busy_first(entry.needs, order) if policy.busy_first else order
        found = plans.earliest(entry.needs, length if queue.backfill else None, order)
        if found is not None and policy.window is not None and found[0] > self._state.now + policy.window:
            return None
        for owner in (user, of_queue):
            self._planned_of[owner] = self._planned_of.get(owner, 0) + 1
        self._planned += 1
        if found is None:
            self._keep(entry, frozenset(self._state.grid.columns))
            entry.predicted = None
            plans.claim(holding.claim(entry, plans.free, order, self._state.grid))
            self._promises.make(entry, None, Cause.HOLDS)
        else:
            start, taken = found
            plans.add(entry.job.id, start, length, taken)
            self._promises.make(entry, start, Cause.HEAD, taken)
        return Reason(cause=Cause.RESOURCES)

    def _hold(self, entry: Entry) -> Reason:
        """Let a job keep what is free, where its queue says so."""
        rule, state = entry.queue.hold, self._state
        waits = Reason(cause=Cause.RESOURCES)
        if rule is None or self._policy.blocked is Blocked.PLAN:
            return waits
        columns = rule.resources if entry.needs.tasks > 1 else rule.sequential
        if not columns:
            return waits
        if state.now < entry.paused_until:
            return Reason(cause=Cause.PAUSE, values={"until": entry.paused_until})
        self._keep(entry, columns)
        if entry.held is None:
            entry.held_since = None
            return waits
        entry.held_since = state.now if entry.held_since is None else entry.held_since
        order = self._finder.machines.order_for(entry)
        entry.predicted = holding.predicted(entry, bare_plans(state, self._policy), order, self._policy)
        self._promises.make(entry, entry.predicted, Cause.HOLDS)
        return waits

    def _keep(self, entry: Entry, columns: frozenset[str]) -> None:
        """Set what a job holds to what is free and useful to it."""
        finder = self._finder
        kept = finder.kept(entry)
        free = finder.plans.free if kept is None else finder.plans.free - kept
        order = finder.machines.order_for(entry)
        held = holding.held_for(entry, free, order, self._state.grid, columns)
        if entry.held is not None:
            held = holding.better(entry, np.minimum(entry.held, free.clip(min=0)), held)
        entry.held = held if held.any() else None
