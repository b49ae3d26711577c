"""Whose place a job may take (rule 6 of "How the core decides")."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np

from jobcast.schedule.grid import Amounts, Rows, Taken, queue_slots
from jobcast.schedule.moments import FOREVER
from jobcast.schedule.placement import Room, fits, place
from jobcast.schedule.plans import Plans
from jobcast.schedule.policy import Extent, Method, Policy, PreemptRule, VictimOrder
from jobcast.schedule.state import Entry, State


@dataclass(frozen=True, kw_only=True, slots=True)
class Victim:
    """A running job that would have to go."""

    entry: Entry
    """Which one."""
    rule: PreemptRule
    """By which rule."""
    releases: Taken
    """What it would give up."""


def candidates(queue: str, state: State, policy: Policy) -> Iterator[Victim]:
    """Yield the running jobs that a queue's jobs may preempt, those first that go first; each once."""
    seen: set[str] = set()
    for rule in policy.preemption:
        if rule.queue != queue:
            continue
        for victims in rule.victims:
            for entry in _ordered(victims, state, policy):
                if entry.job.id not in seen and (entry.job.restartable or rule.method is not Method.REQUEUE):
                    seen.add(entry.job.id)
                    yield Victim(entry=entry, rule=rule, releases=released(entry, rule.method, state, policy))


def _ordered(queue: str, state: State, policy: Policy) -> list[Entry]:
    found = [
        entry
        for entry in state.running.values()
        if entry.queue.name == queue
        and not (entry.killed or entry.job.booking)
        and (policy.preempt_backfilled or not entry.lent)
    ]
    if policy.victim_order is VictimOrder.LEAST_RUN_TIME:
        return sorted(found, key=lambda each: (state.now - each.started + each.ran, -each.arrival))
    return sorted(found, key=lambda each: (-each.started, -each.arrival))


def released(entry: Entry, method: Method, state: State, policy: Policy) -> Taken:
    """Return what a running job gives up when it is preempted in such a way."""
    taken = entry.taken
    if taken is None:  # it doesn't run
        raise ValueError(entry.job.id)
    if method is not Method.SUSPEND:
        return taken
    names = policy.released_by_suspension | {queue_slots(entry.queue.name)}
    kept = np.array([name not in names for name in state.grid.columns])
    amounts = np.where(kept, 0, taken.amounts)
    return Taken(rows=taken.rows, tasks=taken.tasks, amounts=amounts)


class Victims:
    """The running jobs that jobs of a queue may preempt, those first that go first."""

    def __init__(self, queue: str, state: State, policy: Policy) -> None:
        self.all = list(candidates(queue, state, policy))
        ends = [each.entry.end(state.now, policy) for each in self.all]
        seconds = np.array([FOREVER if end is None else end for end in ends], np.int64)
        releases = [each.releases for each in self.all]
        self.rows = np.concatenate([np.empty(0, np.intp), *(each.rows for each in releases)])
        nothing = np.empty((0, state.free.shape[1]), np.int64)
        self.amounts = np.concatenate([nothing, *(each.amounts for each in releases)])
        self.number = np.repeat(np.arange(len(releases)), [len(each.rows) for each in releases])
        """[rows]: which victim releases there."""
        self.ends = seconds[self.number]
        """[rows]: when that one is reckoned to end."""

    def those_on(self, order: Rows) -> "Victims":
        """Return those who have a part of one of these machines."""
        there = np.zeros(int(max(self.rows.max(initial=0), order.max(initial=0))) + 1, np.bool_)
        there[order] = True
        touch = np.zeros(len(self.all), np.bool_)
        touch[self.number[there[self.rows]]] = True
        if touch.all():
            return self
        some, rows = copy(self), touch[self.number]
        some.all = [victim for victim, touches in zip(self.all, touch, strict=True) if touches]
        some.rows, some.amounts, some.ends = self.rows[rows], self.amounts[rows], self.ends[rows]
        some.number = (np.cumsum(touch) - 1)[self.number[rows]]
        return some


class _Chance:
    """What would be available to a job if the first of some victims went."""

    def __init__(self, plans: Plans, end: int, victims: Victims) -> None:
        self._free, self._victims = plans.free, victims
        self._starts, self._lefts = plans.left(end)

    def levels(self, count: int) -> Amounts:
        """Return [1 + planned starts, machines, resources]: what so many leave free now, and at each start."""
        victims = self._victims
        size = int(np.searchsorted(victims.number, count))
        rows, amounts, ends = victims.rows[:size], victims.amounts[:size], victims.ends[:size]
        levels = np.concatenate([self._free[None], self._lefts])
        _give(levels[0], rows, amounts)
        for level, start in zip(levels[1:], self._starts.tolist(), strict=True):
            stays = ends > start
            _give(level, rows[stays], amounts[stays])
        return levels

    def available(self, count: int) -> Amounts:
        """Return what would be available if so many went."""
        levels = self.levels(count)
        return levels[0] if len(levels) == 1 else np.asarray(levels.min(axis=0))

    def lessen(self, levels: Amounts, rows: Rows, number: int, sign: int) -> None:
        """Take what one victim releases from levels that were cut down to some machines; give it with a sign of 1."""
        victims = self._victims
        first, last = np.searchsorted(victims.number, (number, number + 1))
        place = np.full(self._free.shape[0], -1)
        place[rows] = np.arange(len(rows))
        own = place[victims.rows[first:last]]
        amounts = victims.amounts[first:last][own >= 0] * sign
        levels[0, own[own >= 0]] += amounts
        stays = np.flatnonzero(self._starts < victims.ends[first]) + 1
        levels[stays[:, None], own[own >= 0]] += amounts


def _give(free: Amounts, rows: Rows, amounts: Amounts) -> None:
    """Add amounts to machines that may be named more than once."""
    columns = np.arange(free.shape[1])
    np.add.at(free.reshape(-1), (rows[:, None] * free.shape[1] + columns).reshape(-1), amounts.reshape(-1))


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """A job that wants to run, and where it may."""

    entry: Entry
    """Which one."""
    where: Room
    """Machines in order; what is available is worked out here."""
    kept: Amounts | None
    """[machines, resources] that are held for others; None for nothing."""
    end: int
    """Second at which it is reckoned to end."""


def preempt(
    attempt: Attempt, victims: Victims, state: State, plans: Plans
) -> tuple[Taken, list[Victim]] | None:
    """Find a place for a job where others go, and who has to; None where even that doesn't help."""
    victims = victims.those_on(attempt.where.order)
    chance, everybody = _Chance(plans, attempt.end, victims), len(victims.all)

    def placed(count: int) -> Taken | None:
        available = chance.available(count)
        available = available if attempt.kept is None else available - attempt.kept
        room = Room(available=available, order=attempt.where.order, most=attempt.where.most)
        return place(attempt.entry.needs, room, state.grid)

    counts: Sequence[int] = range(1, everybody + 1)
    if not attempt.entry.needs.layout.geometry:
        # What fits among less fits among more, but for groups of tasks that are placed one after the other.
        if not everybody or placed(everybody) is None:
            return None
        counts = [bisect_left(counts, True, key=lambda count: placed(count) is not None) + 1]
    for count in counts:
        taken = placed(count)
        if taken is not None:
            kept = 0 if attempt.kept is None else attempt.kept[taken.rows]
            needed = _spare(victims.all[:count], chance, taken, kept)
            return taken, _with_all(needed, taken, state)
    return None


def _spare(chosen: list[Victim], chance: _Chance, taken: Taken, kept: "Amounts | int") -> list[Victim]:
    """Leave out those that the place does without, in the order in which they were chosen."""
    needed, levels = [], chance.levels(len(chosen))[:, taken.rows]
    for number, victim in enumerate(chosen):
        chance.lessen(levels, taken.rows, number, -1)
        if not fits(taken.amounts, levels.min(axis=0) - kept):
            chance.lessen(levels, taken.rows, number, 1)
            needed.append(victim)
    return needed


def _with_all(needed: list[Victim], taken: Taken, state: State) -> list[Victim]:
    """Add everybody of the same queues on the machines taken, for the rules that want so."""
    machines = taken.rows[taken.rows < len(state.grid.machines)]
    rules = [victim.rule for victim in needed if victim.rule.extent is Extent.ALL]
    ids = {victim.entry.job.id for victim in needed}
    for rule in dict.fromkeys(rules):
        for victim in candidates(rule.queue, state, state.policy):
            on_these = np.isin(victim.releases.rows, machines).any()
            if victim.rule == rule and on_these and victim.entry.job.id not in ids:
                ids.add(victim.entry.job.id)
                needed.append(victim)
    return needed


def kept_out_until(entry: Entry, state: State, policy: Policy) -> int:
    """Return until when a suspended job is kept off its machines by those who take the place of ALL of its queue.

    `FOREVER` where one of them is reckoned to run without end; a second not after now where there are none.
    """
    queues = {
        rule.queue
        for rule in policy.preemption
        if rule.extent is Extent.ALL and rule.method is Method.SUSPEND and entry.queue.name in rule.victims
    }
    if not queues or entry.taken is None:
        return state.now
    own = entry.taken.rows[entry.taken.rows < len(state.grid.machines)]
    until = state.now
    for other in state.running.values():
        if other.queue.name in queues and other.taken is not None and np.isin(other.taken.rows, own).any():
            end = other.end(state.now, policy)
            until = max(until, FOREVER if end is None else end)
    return until
