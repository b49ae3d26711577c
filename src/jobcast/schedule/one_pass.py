"""One pass: the whole line is looked at, and what can start does ("How the core decides", rules 1 to 8)."""

from jobcast.decision import Cause, Decision, Reason
from jobcast.schedule.crowd import note_crowd
from jobcast.schedule.dependency import Truth, holds
from jobcast.schedule.fates import Fates
from jobcast.schedule.finding import Finder
from jobcast.schedule.going_on import look_at_suspended
from jobcast.schedule.keys import backfill_key
from jobcast.schedule.kinds import eligible_for_good
from jobcast.schedule.limits import Limits
from jobcast.schedule.line import Course
from jobcast.schedule.machines import Machines
from jobcast.schedule.policy import Blocked, Policy
from jobcast.schedule.promises import Promises, take_back
from jobcast.schedule.promising import foresee_holders, hold, may_be_planned, plan
from jobcast.schedule.rules import passed_over
from jobcast.schedule.sleepers import let_sleep
from jobcast.schedule.starting import try_to_start
from jobcast.schedule.state import Entry, State
from jobcast.schedule.walk import Walk

_EXTERNAL = Reason(cause=Cause.EXTERNAL)


class Pass:
    """Looks at the line of a state at its `now`, changes the state and collects what was decided."""

    def __init__(self, state: State, policy: Policy) -> None:
        self._state, self._policy = state, policy
        self._promises = Promises(state)
        self._let_go_late: set[str] = set()
        self._decisions: list[Decision] = []

    def run(self) -> list[Decision]:
        """Walk the line, from its beginning again after each preemption, and tell what was decided."""
        self._expire()
        while self._walk():
            pass
        self._decisions += self._promises.publish()
        return self._decisions

    def _expire(self) -> None:
        """Let those give back what they hold who have held it for long enough."""
        state = self._state
        for entry in state.holders():
            rule = entry.queue.hold
            if entry.held_since is None or rule is None:
                continue
            if state.now >= entry.held_since + rule.longest:
                entry.paused_until = state.now + rule.pause
                state.hold(entry, None)
                entry.held_since = None
                reason = Reason(cause=Cause.EXPIRED, values={"until": entry.paused_until})
                self._decisions += take_back(entry.job.id, reason, state)

    def _walk(self) -> bool:
        """Look at everybody once; returns whether the line must be walked again."""
        walk = self._begin()
        for entry in foresee_holders(walk):
            self._let_go(walk, entry)
        state, policy, course = self._state, self._policy, walk.course
        walk.wake()
        resort = bool(policy.backfill_order) and policy.blocked is not Blocked.STOP
        walk.place = walk.fates.skip(course, 0, state.now)
        while walk.place < len(course.entries):
            entry = course.entries[walk.place]
            if self._look_at(walk, entry):
                return True
            state.queued.facts.looked_at(entry, course.rows[walk.place])
            walk.place += 1
            if resort and walk.planned == policy.depth:
                course.sort_from(walk.place, backfill_key)
                resort = False
            walk.wake()
            walk.place = walk.fates.skip(course, walk.place, state.now)
        if state.holding:  # suspended jobs whose start can't be told take from what others hold
            walk.finder.catch_up()
        return walk.missed or self._has_released(walk)

    def _begin(self) -> Walk:
        """Line everybody up, and forget what was planned before."""
        state, policy = self._state, self._policy
        self._promises.begin()
        state.order.work_out(state)
        for entry in list(state.holding.values()):
            if entry.held_since is None or not state.stands(entry):
                state.hold(entry, None)
        state.line_up()
        machines = state.machines = state.machines or Machines(state, policy)
        machines.begin()
        return Walk(
            state=state,
            policy=policy,
            finder=Finder(state, policy, machines, Limits(policy, state)),
            promises=self._promises,
            decisions=self._decisions,
            fates=Fates(state.queued.facts, state.shapes),
            course=Course(state.queued),
        )

    def _has_released(self, walk: Walk) -> bool:
        """Tell whether somebody looked at before would start now: another one has started, or never will."""
        return any(
            entry.job.after is not None
            and entry.job.id in self._state.waiting
            and holds(entry.job.after, self._state) is not Truth.OPEN
            for entry in walk.dependent
        )

    def _look_at(self, walk: Walk, entry: Entry) -> bool:
        """Let one job start, go on, be planned or wait; returns whether somebody was preempted."""
        state = self._state
        if entry.job.id in state.suspended:
            return look_at_suspended(walk, entry)
        if entry.job.id not in state.waiting:  # it has started out of turn, before a suspended one
            return False
        reason = passed_over(walk, entry)
        self._note_rules(walk, entry, reason)
        if reason is None and self._policy.external:
            reason = entry.reason if entry.reason.cause is Cause.NOT_THERE else _EXTERNAL
            walk.fates.note_room(entry, 0, _EXTERNAL)
        elif reason is None and (known := walk.fates.room(entry, state.now)) is not None:
            reason = known
        elif reason is None:
            started, preempted = try_to_start(walk, entry)
            if started:
                return preempted
            reason = self._wait(walk, entry)
        elif entry.held is not None:
            self._let_go(walk, entry, late=True)
        if reason.cause is Cause.DEPENDENCY:
            walk.dependent.append(entry)
            let_sleep(entry, state)
        entry.reason = reason
        return False

    @staticmethod
    def _note_rules(walk: Walk, entry: Entry, reason: Reason | None) -> None:
        if reason is None:
            eligible_for_good(entry, walk.state)
        walk.fates.note_rules(entry, reason)
        if walk.fates.many_asked:
            walk.ask_rules_for_all()

    def _wait(self, walk: Walk, entry: Entry) -> Reason:
        """Tell what keeps a job waiting that can't start; it may block others, by a planned start or what it holds."""
        reason, is_planned = self._hindered(walk, entry), False
        if reason is not None and entry.held is not None:
            self._let_go(walk, entry, late=True)
        if reason is None:
            is_planned = may_be_planned(walk, entry)
            reason = plan(walk, entry) or hold(walk, entry)
            if not walk.first_waiting:
                walk.first_waiting = entry.job.id
                if self._policy.blocked is Blocked.STOP:  # a rule that those like it don't know yet
                    walk.fates.forget()
        if is_planned or entry.held is not None:
            walk.fates.planned()
        elif reason.cause is not Cause.PAUSE:
            walk.fates.note_room(entry, walk.finder.failures.vain_from(entry), reason)
            note_crowd(walk)
        return reason

    @staticmethod
    def _hindered(walk: Walk, entry: Entry) -> Reason | None:
        """Tell why a job that can't start blocks nobody.

        No machine that is there would do; or only its booking, a limit by machine or START_CLASS hinders it.
        """
        if not walk.finder.possible(entry):
            return Reason(cause=Cause.NO_MACHINE)
        if entry.job.booking or walk.finder.only_rules_hinder(entry):
            return Reason(cause=Cause.SPAN, values={"tasks": entry.needs.tasks})
        return None

    def _let_go(self, walk: Walk, entry: Entry, *, late: bool = False) -> None:
        """Let a job give back what it holds; `late`: when those before it have been looked at."""
        walk.hold(entry, None)
        entry.held_since = None
        walk.missed |= late and entry.job.id not in self._let_go_late
        if late:
            self._let_go_late.add(entry.job.id)
        walk.finder.failures.forget()
