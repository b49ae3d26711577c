"""Where a job could start now, beside what is planned and held for others (rules 2 and 5)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from jobcast.schedule.bookings import foresee, given_back, keep_from_others, room_in
from jobcast.schedule.failures import Failures
from jobcast.schedule.grid import Amounts, Taken
from jobcast.schedule.kinds import kind_of
from jobcast.schedule.limits import Limits
from jobcast.schedule.machines import Machines, start_class_room
from jobcast.schedule.moments import FOREVER
from jobcast.schedule.placement import Counts, Room, place
from jobcast.schedule.plans import Plans
from jobcast.schedule.policy import Policy
from jobcast.schedule.preemption import Attempt, Victim, Victims, preempt
from jobcast.schedule.state import Entry, Kind, State

_MOST_KNOWN = 10_000
"""Kinds of jobs of which it is remembered whether they can run at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A place for a job."""

    taken: Taken
    """What it would take."""
    lent: bool = False
    """Whether some of that is held for others."""
    gap_end: int | None = None
    """Second at which it has to go; None where it may stay."""


class Finder:
    """Answers where jobs could start, during one walk along the line; within it, what is free only shrinks."""

    def __init__(self, state: State, policy: Policy, machines: Machines, limits: Limits) -> None:
        self.state, self.policy, self.machines, self.limits = state, policy, machines, limits
        self._plans = bare_plans(state, policy)
        foresee(state, self._plans)
        self._put_off: list[Callable[[], None]] = []
        self._total = self._plans.free.clip(min=0).sum(axis=0)
        self._victims: dict[str, Victims] = {}
        self.failures = Failures(state, policy, self._most_without)

    @property
    def total(self) -> Amounts:
        """[resources]: what is free on all machines together."""
        total: Amounts = self._total
        return total

    @property
    def is_caught_up(self) -> bool:
        """Whether no plan is put off."""
        return not self._put_off

    @property
    def plans(self) -> Plans:
        """The future, with all that was put off."""
        self.catch_up()
        return self._plans

    def catch_up(self) -> None:
        """Make the plans that were put off."""
        put_off, self._put_off = self._put_off, []
        for plan in put_off:
            plan()

    def put_off(self, plan: Callable[[], None]) -> None:
        """Let a plan be made only if somebody has to respect it: before anything more starts, or is planned."""
        self._put_off.append(plan)

    def find(self, entry: Entry) -> Found | None:
        """Find a place for a job to start now; None where there is none."""
        length = entry.left(self.policy)
        key, seconds = self.kind(entry).shape, FOREVER if length is None else length
        shared = not (
            entry.queue.start_if or self.limits.by_machine or entry.held is not None or entry.job.booking
        )
        if shared and self.failures.now[key] <= seconds:
            return None
        if not entry.job.booking and ((entry.needs.total > self._total).any() or self._is_vain(entry)):
            if shared:
                self.failures.now[key] = 0  # for however short a time
            return None
        found = self._find(entry, length)
        if found is None and shared:
            self.failures.now[key] = seconds
        return found

    def _is_vain(self, entry: Entry) -> bool:
        """Tell whether a job wouldn't even fit if nobody were planned, where plans have been put off."""
        layout_counts = bool(entry.needs.layout.geometry)
        if not self._put_off or layout_counts or any(limit.lent_are_free for limit in self.policy.limits):
            return False
        where = Room(available=self._plans.free, order=self.machines.order_for(entry))
        return place(entry.needs, where, self.state.grid) is None

    def kind(self, entry: Entry) -> Kind:
        """Return what kind of job this is."""
        return kind_of(entry, self.state)

    def find_by_preemption(self, entry: Entry) -> tuple[Taken, list[Victim]] | None:
        """Find a place for a job where others go, and who has to; None where even that doesn't help.

        What was in vain is so for the rest of the walk: those who start meanwhile take what they would release.
        """
        if not self.failures.may_preempt(entry):
            return None
        length = entry.left(self.policy)
        shape, seconds = self.kind(entry).shape, FOREVER if length is None else length
        if self.failures.is_lost(entry) or self.failures.hopeless[shape] <= seconds:
            return None
        most = self.most(entry)
        attempt = Attempt(
            entry=entry,
            where=Room(available=self.plans.free, order=self.machines.order_for(entry), most=most),
            kept=self.kept(entry),
            end=FOREVER if length is None or not entry.queue.backfill else self.state.now + length,
        )
        found = preempt(attempt, self.victims(entry.queue.name), self.state, self.plans)
        if found is None and most is None and entry.held is None and not entry.needs.layout.geometry:
            self.failures.hopeless[shape] = seconds
        return found

    def victims(self, queue: str) -> Victims:
        """Return the running jobs that jobs of a queue may preempt."""
        found = self._victims.get(queue)
        if found is None:
            found = self._victims[queue] = Victims(queue, self.state, self.policy)
        return found

    def _most_without(self, queue: str) -> Amounts:
        """Return [resources] that would be free if all went whom a queue may preempt."""
        most: Amounts = self._total + self.victims(queue).amounts.sum(axis=0)
        return most

    def possible(self, entry: Entry) -> bool:
        """Tell whether the machines that are there could take a job if nobody else ran."""
        user, known = entry.job.user if self.limits.by_machine else "", self.state.possible
        key = (self.kind(entry).shape, user)
        if key not in known or entry.needs.moving:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            rooms = self.limits.room_when_idle(entry), start_class_room(entry, self.state, when_idle=True)
            order, most = self.machines.order_for(entry), _least(rooms)
            where = Room(available=self.state.grid.capacity, order=order, most=most)
            known[key] = place(entry.needs, where, self.state.grid) is not None
        return known[key]

    def only_rules_hinder(self, entry: Entry) -> bool:
        """Tell whether a job that can't start could, but for limits by machine or START_CLASS."""
        if self.most(entry) is None:
            return False
        kept = self.kept(entry)
        available = self.plans.available(entry.left(self.policy), beside_all=not entry.queue.backfill)
        available = available if kept is None else available - kept
        where = Room(available=available, order=self.machines.order_for(entry))
        return place(entry.needs, where, self.state.grid) is not None

    def _find(self, entry: Entry, length: int | None) -> Found | None:
        order, most = self.machines.order_for(entry), self.most(entry)
        booked = room_in(entry, self.state)
        if booked is not None:
            taken = place(entry.needs, Room(available=booked, order=order, most=most), self.state.grid)
            return None if taken is None else Found(taken=taken)
        available = self.plans.available(length, beside_all=not entry.queue.backfill)
        kept = self.kept(entry)
        where = Room(available=available if kept is None else available - kept, order=order, most=most)
        taken = place(entry.needs, where, self.state.grid)
        if taken is not None:
            return Found(taken=taken)
        return self._find_lent(entry, length, where) or self._find_gap(entry, where)

    def _find_lent(self, entry: Entry, length: int | None, where: Room) -> Found | None:
        """Try what is held for others who start later than this one ends."""
        if not entry.queue.backfill or length is None:
            return None
        kept = self.kept(entry, until=self.state.now + length)
        if kept is None:
            return None
        available = self.plans.available(length) - kept
        most = self.most(entry, lent=True)
        where = Room(available=available, order=where.order, most=most, lent=True)
        taken = place(entry.needs, where, self.state.grid)
        return None if taken is None else Found(taken=taken, lent=True)

    def _find_gap(self, entry: Entry, where: Room) -> Found | None:
        """Try to run an interruptible job until the first start that is promised to somebody else."""
        slice_ = entry.queue.interruptible
        if slice_ is None:
            return None
        ends = sorted(set(self.plans.starts.tolist()) | set(self._promised(entry)), reverse=True)
        for end in ends:
            if end - self.state.now >= slice_:
                kept = self.kept(entry, until=end)
                available = self.plans.available(end - self.state.now)
                available = available if kept is None else available - kept
                most = self.most(entry, lent=True)
                room = Room(available=available, order=where.order, most=most, lent=True)
                taken = place(entry.needs, room, self.state.grid)
                if taken is not None:
                    return Found(taken=taken, lent=True, gap_end=end)
        return None

    def _promised(self, entry: Entry) -> list[int]:
        return [start for other, start in self._holders(entry) if start is not None]

    def _holders(self, entry: Entry) -> list[tuple[Entry, int | None]]:
        """Return the others who hold something, each with the second at which it is promised to start.

        Those that wait don't hold against a suspended job: they may need what it keeps, and none would go on.
        """
        self.catch_up()  # who can't be planned holds
        return [
            (each, each.predicted)
            for each in self.state.holding.values()
            if each is not entry and self.state.stands(each) and (entry.gave is None or each.gave is not None)
        ]

    def kept(self, entry: Entry, until: int | None = None) -> Amounts | None:
        """Return [machines, resources] that others hold, None for nothing.

        With `until`, only by those who aren't promised to start at that second or later.
        """
        kept: Amounts | None = None
        for other, start in self._holders(entry):
            if (until is None or start is None or start < until) and other.held is not None:
                kept = other.held if kept is None else kept + other.held
        if kept is None and until is not None:
            return np.zeros_like(self.state.free) if self._holders(entry) else None
        return kept

    def most(self, entry: Entry, *, lent: bool = False) -> Counts | None:
        """Return how many tasks limits by machine and START_CLASS let begin on each; None for any number."""
        return _least((self.limits.room(entry, lent=lent), start_class_room(entry, self.state)))

    def started(self, entry: Entry, taken: Taken, end: int | None, *, again: bool = False) -> None:
        """Note that a job has started, or gone on (`again`), with what it has just taken."""
        if not entry.job.booking:
            if self._plans.free is not self.state.free:
                self._plans.free[taken.rows] -= taken.amounts
            self._total = self._total - taken.amounts.sum(axis=0)
        self._plans.started(taken, end, gives_back=entry.taken)
        if not again:  # limits count suspended jobs all the time
            self.limits.started(entry)
        self.machines.started(taken)
        self._victims.clear()
        self.failures.started()
        if again or entry.gap_end is not None:
            self.failures.forget_hopeless()


def _least(rooms: Iterable[Counts | None]) -> Counts | None:
    known = [each for each in rooms if each is not None]
    return np.minimum.reduce(known) if known else None


def bare_plans(state: State, policy: Policy) -> Plans:
    """Return the future in which those that run now end, and nobody else starts."""
    free = keep_from_others(state, state.free)
    plans = Plans(state.now, state.grid, free)
    for entry in state.running.values():
        if entry.taken is not None:
            end = entry.end(state.now, policy) if entry.gap_end is None else max(entry.gap_end, state.now + 1)
            if end is not None and entry.job.booking:
                end = max(end, given_back(entry, state))
            plans.runs(entry.taken, end)
    return plans
