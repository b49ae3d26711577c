"""Who comes before whom (rule 1 of "How the core decides")."""

from collections.abc import Iterable, Mapping
from itertools import groupby

from jobcast.machine import CPUS, GPUS, MEMORY, Fact
from jobcast.schedule.expression import Evaluated, compiled, names
from jobcast.schedule.fair_share import usage_by
from jobcast.schedule.policy import COUNTED_NAMES, JOB_NAMES, Policy
from jobcast.schedule.state import Entry, State

_FIXED = JOB_NAMES - {"wait", "now"} - COUNTED_NAMES
"""Names whose values don't change while a job waits."""
USUAL_PRIORITY = 50
"""``user_priority`` of LoadLeveler where a job names none."""
_WITHOUT_END = float(1 << 62)


class Order:
    """The rules of order of one policy, ready to be asked."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._main = [compiled(tree) for tree in policy.order]
        self._behind = [compiled(tree) for tree in policy.backfill_order]
        asked = frozenset().union(*map(names, (*policy.order, *policy.backfill_order)))
        self._moves = not asked <= _FIXED
        self._counts = bool(asked & COUNTED_NAMES)

    def work_out(self, state: State) -> None:
        """Give each waiting and suspended job its values, as often as the policy wants."""
        facts: Mapping[str, Fact] | None = None
        for entry in (*state.waiting.values(), *state.suspended.values()):
            if self._is_current(entry, state.now):
                entry.values = entry.own_values
                continue
            if facts is None:
                facts = {"now": state.now}
            known = self._facts(entry, state, facts)
            entry.values = entry.own_values = _values(self._main, known)
            entry.backfill_values = _values(self._behind, known)
            entry.valued_at = state.now
        _let_users_choose(state.waiting.values())

    def _is_current(self, entry: Entry, now: int) -> bool:
        if entry.valued_at is None:
            return False
        again = self._policy.recalculate
        return not self._moves or again is None or (again > 0 and now < entry.valued_at + again)

    def _facts(self, entry: Entry, state: State, common: Mapping[str, Fact]) -> dict[str, Fact]:
        job, policy = entry.job, self._policy
        estimated, limit = entry.estimated, entry.run_limit
        facts: dict[str, Fact] = {
            **common,
            "queue_priority": entry.queue.priority,
            "user_stanza_priority": policy.user_priorities.get(job.user, 0),
            "group_stanza_priority": policy.group_priorities.get(job.group, 0),
            "user_priority": USUAL_PRIORITY if job.priority is None else job.priority,
            "queued_at": entry.submitted,
            "wait": state.now - entry.submitted,
            "estimate": _WITHOUT_END if estimated is None else estimated,
            "run_limit": _WITHOUT_END if limit is None else limit,
            "cores": entry.amount(CPUS),
            "memory": entry.amount(MEMORY),
            "gpus": entry.amount(GPUS),
        }
        if self._counts:
            facts |= _counted(entry, state, policy)
        return facts


def _values(trees: Iterable[Evaluated], facts: Mapping[str, Fact]) -> tuple[float, ...]:
    """Evaluate; what can't be known, or is a text, counts as 0."""
    return tuple(float(value) if not isinstance(value := tree(facts), str | None) else 0.0 for tree in trees)


def _counted(entry: Entry, state: State, policy: Policy) -> dict[str, Fact]:
    """Count this user's and group's jobs, and what they used. Queued ones are those that wait; suspended ones run."""
    facts: dict[str, Fact] = {}
    for who in ("user", "group"):
        name = getattr(entry.job, who)
        queued = sum(getattr(each.job, who) == name for each in state.waiting.values())
        running = sum(
            getattr(each.job, who) == name for each in (*state.running.values(), *state.suspended.values())
        )
        facts |= {f"{who}_queued": queued, f"{who}_running": running, f"{who}_total": queued + running}
        if policy.fair_share is not None:
            share, used = (
                policy.fair_share.shares.get(name, policy.fair_share.others),
                state.used.get(name, 0.0),
            )
            facts |= {
                f"{who}_total_shares": share,
                f"{who}_used_shares": used,
                f"{who}_has_shares": share - used,
            }
    if policy.fair_share is not None:
        facts["fair_share"] = usage_by(entry.job, state.used, policy.fair_share)
    return facts


def _let_users_choose(waiting: Iterable[Entry]) -> None:
    """Let ``user_priority`` permute the values among one user's jobs of one queue; others are unaffected."""
    choosing = [entry for entry in waiting if entry.job.priority is not None]
    if not choosing:
        return
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
                -(USUAL_PRIORITY if entry.job.priority is None else entry.job.priority),
                entry.submitted,
                entry.arrival,
            ),
        )
        for entry, values in zip(wanted, best_first, strict=True):
            entry.values = values


def hand_on(started: Entry, waiting: Iterable[Entry]) -> None:
    """Let who lent his value to a job that has started go on with that one's: else both would have used the better."""
    if started.values == started.own_values:
        return
    for entry in waiting:
        same_owner = entry.job.user == started.job.user and entry.queue.name == started.queue.name
        if same_owner and entry.own_values == started.values:
            entry.own_values = started.own_values
            return


def main_key(entry: Entry) -> tuple[object, ...]:
    """Sort the line: smaller goes first."""
    return (-entry.rank, tuple(-value for value in entry.values), entry.submitted, entry.arrival)


def backfill_key(entry: Entry) -> tuple[object, ...]:
    """Sort those behind the first that waits."""
    return (-entry.rank, tuple(-value for value in entry.backfill_values), entry.submitted, entry.arrival)
