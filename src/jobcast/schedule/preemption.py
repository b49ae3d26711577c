"""Whose place a job may take (rule 6 of "How the core decides")."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from jobcast.schedule.grid import Amounts, Taken, queue_slots
from jobcast.schedule.placement import Room, fits, place
from jobcast.schedule.plans import FOREVER, Plans
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


class _Chance:
    """What would be available to a job if some others went."""

    def __init__(self, plans: Plans, end: int, now: int, policy: Policy) -> None:
        self._now, self._policy = now, policy
        self._free = plans.free.copy()
        self._lefts = [(plan.start, plan.left.copy()) for plan in plans.plans if plan.start < end]

    def without(self, victim: Victim, sign: int = 1) -> None:
        """Reckon a victim away; with a sign of -1, back."""
        rows, amounts = victim.releases.rows, victim.releases.amounts * sign
        self._free[rows] += amounts
        end = victim.entry.end(self._now, self._policy)
        for start, left in self._lefts:
            if end is None or end > start:
                left[rows] += amounts

    def available(self) -> Amounts:
        available = self._free
        for _, left in self._lefts:
            available = np.minimum(available, left)
        return available


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
    attempt: Attempt, state: State, plans: Plans, policy: Policy
) -> tuple[Taken, list[Victim]] | None:
    """Find a place for a job where others go, and who has to; None where even that doesn't help."""
    victims = [
        victim
        for victim in candidates(attempt.entry.queue.name, state, policy)
        if np.isin(victim.releases.rows, attempt.where.order).any()
    ]
    everybody = _Chance(plans, attempt.end, state.now, policy)
    for victim in victims:
        everybody.without(victim)
    # What fits among less fits among more, but for groups of tasks that are placed one after the other.
    if not attempt.entry.needs.layout.geometry and _placed(attempt, everybody, state) is None:
        return None
    chance = _Chance(plans, attempt.end, state.now, policy)
    for count, victim in enumerate(victims, 1):
        chance.without(victim)
        taken = _placed(attempt, chance, state)
        if taken is not None:
            kept = 0 if attempt.kept is None else attempt.kept[taken.rows]
            needed = _spare(victims[:count], chance, taken, kept)
            return taken, _with_all(needed, taken, state, policy)
    return None


def _placed(attempt: Attempt, chance: _Chance, state: State) -> Taken | None:
    """Place a job where some have gone."""
    available = chance.available() if attempt.kept is None else chance.available() - attempt.kept
    room = Room(available=available, order=attempt.where.order, most=attempt.where.most)
    return place(attempt.entry.needs, room, state.grid)


def _spare(chosen: list[Victim], chance: _Chance, taken: Taken, kept: "Amounts | int") -> list[Victim]:
    """Leave out those that the place does without, in the order in which they were chosen."""
    needed = []
    for victim in chosen:
        chance.without(victim, -1)
        if not fits(taken.amounts, chance.available()[taken.rows] - kept):
            chance.without(victim)
            needed.append(victim)
    return needed


def _with_all(needed: list[Victim], taken: Taken, state: State, policy: Policy) -> list[Victim]:
    """Add everybody of the same queues on the machines taken, for the rules that want so."""
    machines = taken.rows[taken.rows < len(state.grid.machines)]
    rules = [victim.rule for victim in needed if victim.rule.extent is Extent.ALL]
    ids = {victim.entry.job.id for victim in needed}
    for rule in dict.fromkeys(rules):
        for victim in candidates(rule.queue, state, policy):
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
