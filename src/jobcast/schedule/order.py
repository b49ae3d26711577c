"""Who comes before whom (rule 1 of "How the core decides")."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby

import numpy as np

from jobcast.machine import CPUS, GPUS, MEMORY, Fact
from jobcast.schedule.expression import Evaluated, compiled, names
from jobcast.schedule.facts import VALUED
from jobcast.schedule.fair_share import usage_by
from jobcast.schedule.job import BatchJob
from jobcast.schedule.keys import main_key
from jobcast.schedule.lowering import Lowering
from jobcast.schedule.policy import COUNTED_NAMES, JOB_NAMES, Policy
from jobcast.schedule.state import Entry, State

_FIXED = JOB_NAMES - {"wait", "now"} - COUNTED_NAMES
"""Names whose values don't change while a job waits."""
USUAL_PRIORITY = 50
"""``user_priority`` of LoadLeveler where a job names none."""
_WHO = ("user", "group")
_WITHOUT_END = float(1 << 62)


class Order:
    """The rules of order of one policy, ready to be asked."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._main = [compiled(tree) for tree in policy.order]
        self._behind = [compiled(tree) for tree in policy.backfill_order]
        asked = frozenset().union(*map(names, (*policy.order, *policy.backfill_order)))
        self._asked = {name: ask for name, ask in _known_of(policy).items() if name in asked}
        self._moves = not asked <= _FIXED
        self._counts = bool(asked & COUNTED_NAMES)
        self._counts_jobs = bool(asked & (COUNTED_NAMES - {"fair_share"}))
        self.chosen = False
        """Whether somebody has the values of another job."""
        self._choosing: set[str] = set()
        """Waiting jobs that have a priority among those of the same user."""
        self._lowering = Lowering(policy.failing)
        self._oldest = 0
        """No job in line has values that were worked out before that second."""

    def work_out(self, state: State) -> None:
        """Give each waiting and suspended job its values, as often as the policy wants, and its place in the line."""
        due = self._due(state)
        counted = Counted(state, jobs=self._counts_jobs) if self._counts and due else None
        for entry in due:
            known = self._facts(entry, state, counted)
            entry.values = entry.own_values = _values(self._main, known)
            entry.backfill_values = _values(self._behind, known)
            entry.valued_at = state.now
            state.queued.facts.valued(entry, state.now)
            _place(entry, state)
        self._note_choosing(state)
        if self._choosing or self.chosen:
            permuted = [entry for entry in state.standing() if entry.values is not entry.own_values]
            for entry in permuted:
                entry.values = entry.own_values
            choosing = [state.waiting[name] for name in self._choosing]
            for entry in (*permuted, *_let_users_choose(choosing, state.waiting.values())):
                _place(entry, state)
            self.chosen = bool(choosing)
        self._lowering.place(state)

    def _note_choosing(self, state: State) -> None:
        """Note which waiting jobs have a priority among those of the same user."""
        for name in state.moved:
            entry = state.waiting.get(name)
            if entry is not None and entry.job.priority is not None:
                self._choosing.add(name)
            else:
                self._choosing.discard(name)

    def _due(self, state: State) -> list[Entry]:
        """Return those whose values must be worked out."""
        again, now = self._policy.recalculate, state.now
        if self._moves and again == 0:
            return list(state.standing())
        come = [entry for name in state.moved if (entry := state.in_line(name)) is not None]
        if not self._moves or again is None:
            return [entry for entry in come if entry.valued_at is None]
        known = [entry.valued_at for entry in come if entry.valued_at is not None]
        self._oldest = min([self._oldest, now, *known])
        if now < self._oldest + again:
            return [entry for entry in come if entry.valued_at is None]
        line = state.queued
        valued = line.facts.table[VALUED][line.rows]
        due = valued <= now - again
        self._oldest = int(valued[~due].min(initial=now))
        old = [line.entries[at] for at in np.flatnonzero(due).tolist()]
        come = [each for each in come if each.valued_at is None or now >= each.valued_at + again]
        there = {each.job.id for each in come}
        return [*come, *(each for each in old if state.stands(each) and each.job.id not in there)]

    def _facts(self, entry: Entry, state: State, counted: "Counted | None") -> Mapping[str, Fact]:
        facts = {name: ask(entry) for name, ask in self._asked.items()}
        facts["now"], facts["wait"] = state.now, state.now - entry.submitted
        return facts if counted is None else {**counted.of(entry.job), **facts}


def _known_of(policy: Policy) -> dict[str, Callable[[Entry], Fact]]:
    """Return what the order may ask of a job by itself."""
    return {
        "queue_priority": lambda entry: entry.queue.priority,
        "user_stanza_priority": lambda entry: policy.user_priorities.get(entry.job.user, 0),
        "group_stanza_priority": lambda entry: policy.group_priorities.get(entry.job.group, 0),
        "user_priority": _user_priority,
        "queued_at": lambda entry: entry.submitted,
        "estimate": lambda entry: _or_without_end(entry.estimated),
        "run_limit": lambda entry: _or_without_end(entry.run_limit),
        "cores": lambda entry: entry.amount(CPUS),
        "memory": lambda entry: entry.amount(MEMORY),
        "gpus": lambda entry: entry.amount(GPUS),
    }


def _user_priority(entry: Entry) -> int:
    return USUAL_PRIORITY if entry.job.priority is None else entry.job.priority


def _or_without_end(seconds: int | None) -> float:
    return _WITHOUT_END if seconds is None else seconds


def _values(trees: Iterable[Evaluated], facts: Mapping[str, Fact]) -> tuple[float, ...]:
    """Evaluate; what can't be known, or is a text, counts as 0."""
    return tuple(float(value) if not isinstance(value := tree(facts), str | None) else 0.0 for tree in trees)


class Counted:
    """How many jobs each user and group has now, and what they used. Queued ones wait; suspended ones run."""

    def __init__(self, state: State, *, jobs: bool) -> None:
        self._jobs = jobs
        """Whether more than the use of shares is asked."""
        running = (*state.running.values(), *state.suspended.values())
        self._rule, self._used = state.policy.fair_share, state.used
        self._queued = {who: _count(who, state.waiting.values()) for who in _WHO if jobs}
        self._running = {who: _count(who, running) for who in _WHO if jobs}
        self._known: dict[tuple[str, str, str], dict[str, Fact]] = {}

    def of(self, job: BatchJob) -> Mapping[str, Fact]:
        """Return what the order may ask of a job's user, group and project."""
        owners = job.user, job.group, job.project
        found = self._known.get(owners)
        if found is None:
            found = self._of("user", job.user) | self._of("group", job.group) if self._jobs else {}
            self._known[owners] = found
            if self._rule is not None:
                found["fair_share"] = usage_by(job, self._used, self._rule)
        return found

    def _of(self, who: str, name: str) -> dict[str, Fact]:
        rule, queued, running = self._rule, self._queued[who][name], self._running[who][name]
        facts: dict[str, Fact] = {
            f"{who}_queued": queued,
            f"{who}_running": running,
            f"{who}_total": queued + running,
        }
        if rule is not None:
            share, used = rule.shares.get(name, rule.others), self._used.get(name, 0.0)
            facts |= {
                f"{who}_total_shares": share,
                f"{who}_used_shares": used,
                f"{who}_has_shares": share - used,
            }
        return facts


def _count(who: str, entries: Iterable[Entry]) -> Counter[str]:
    return Counter(getattr(entry.job, who) for entry in entries)


def _let_users_choose(choosing: Iterable[Entry], waiting: Iterable[Entry]) -> list[Entry]:
    """Let ``user_priority`` permute the values among one user's jobs of one queue; returns whom that may concern."""
    touched = {(entry.job.user, entry.queue.name) for entry in choosing}

    def owner(entry: Entry) -> tuple[str, str]:
        return entry.job.user, entry.queue.name

    ours = sorted((entry for entry in waiting if owner(entry) in touched), key=owner)
    for _, group in groupby(ours, key=owner):
        jobs = list(group)
        best_first = sorted((entry.values for entry in jobs), reverse=True)
        wanted = sorted(
            jobs,
            key=lambda entry: (
                -_user_priority(entry),
                entry.submitted,
                entry.arrival,
            ),
        )
        for entry, values in zip(wanted, best_first, strict=True):
            entry.values = values
    return ours


def hand_on(started: Entry, waiting: Iterable[Entry]) -> None:
    """Let who lent his value to a job that has started go on with that one's: else both would have used the better."""
    if started.values == started.own_values:
        return
    for entry in waiting:
        same_owner = entry.job.user == started.job.user and entry.queue.name == started.queue.name
        if same_owner and entry.own_values == started.values:
            entry.own_values = started.own_values
            return


def _place(entry: Entry, state: State) -> None:
    """Give a job its key, and see to it that its place in the line is found."""
    key = main_key(entry)
    if key != entry.key:
        entry.key = key
        state.moved.add(entry.job.id)
