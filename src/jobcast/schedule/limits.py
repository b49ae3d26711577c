"""Limits of what may run at once, per user, group, project, queue or array (rule 8 of "How the core decides").

Limits by machine alone are columns of the grid; those by machine and something else are room on each machine.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from jobcast.decision import Cause, Reason
from jobcast.schedule.grid import names_machine
from jobcast.schedule.kinds import kind_of
from jobcast.schedule.placement import Counts
from jobcast.schedule.policy import Limit, Policy
from jobcast.schedule.state import Count, Entry, State

_Key = tuple[str, ...]


class Limits:
    """How far each limit is used up, during one pass."""

    def __init__(self, policy: Policy, state: State) -> None:
        self.by_machine = [limit for limit in policy.limits if "machine" in limit.per and len(limit.per) > 1]
        self._used: dict[_Key, int] = defaultdict(int)
        self._there: dict[_Key, Counts] = {}
        self._state = state
        self._machines = len(state.grid.machines)
        self._holds_on = {
            limit.name: np.array([names_machine(limit, machine) for machine in state.grid.machines], np.bool_)
            for limit in self.by_machine
        }
        for entry in (*state.running.values(), *state.suspended.values()):
            self.started(entry)

    def started(self, entry: Entry) -> None:
        """Count a job that has what it takes."""
        for count in self._of(entry):
            if "machine" not in count.limit.per:
                self._used[count.key] += count.amount
            elif entry.taken is not None:
                there = self._there.setdefault(count.key, np.zeros(self._machines, np.int64))
                on_machines = entry.taken.rows < self._machines
                rows, tasks = entry.taken.rows[on_machines], entry.taken.tasks[on_machines]
                jobs = count.limit.counts == "jobs"
                there[rows] += 1 if jobs else tasks * _counted_per_task(count.limit, entry)
        if entry.job.array:
            self._used[_array(entry)] += 1

    def met(self, entry: Entry) -> Reason | None:
        """Return the limit that keeps a job waiting, if there is one."""
        for count in self._of(entry):
            used, most = self._used.get(count.key, 0), count.limit.amount
            if used + count.amount > most and "machine" not in count.limit.per:
                return _reason(count.limit.name, most, used)
        array_limit = entry.job.array_limit
        if entry.job.array and array_limit is not None and self._used.get(_array(entry), 0) >= array_limit:
            return _reason(entry.job.array, array_limit, array_limit)
        return None

    def met_by_all(self, owners: Iterable[int]) -> Iterator[tuple[int, Reason | None]]:
        """Yield the same of all these owners whom nothing but limits can keep waiting; None for no limit."""
        known: dict[_Key, Reason] = {}
        numbered = self._state.shapes.owners
        met = numbered.met(self._used)
        for owner in numbered.judged(owners):
            if (count := met.get(owner)) is None:
                yield owner, None
            else:
                limit, used = count.limit, self._used.get(count.key, 0)
                yield owner, known.setdefault(count.key, _reason(limit.name, limit.amount, used))

    def room(self, entry: Entry, *, lent: bool = False) -> Counts | None:
        """Return how many tasks of a job limits by machine leave room for on each; None for no such limit.

        `lent`: where it would run on lent resources.
        """
        return self._room(entry, self._there, lent=lent)

    def room_when_idle(self, entry: Entry) -> Counts | None:
        """Return the same if nobody ran."""
        return self._room(entry, {})

    def _room(self, entry: Entry, there: Mapping[_Key, Counts], *, lent: bool = False) -> Counts | None:
        least: Counts | None = None
        for count in self._of(entry) if self.by_machine else ():
            limit = count.limit
            if "machine" not in limit.per or (lent and limit.lent_are_free):
                continue
            left = limit.amount - there.get(count.key, np.zeros(self._machines, np.int64))
            each = _counted_per_task(limit, entry)
            tasks = (
                np.where(left > 0, entry.needs.tasks, 0)
                if limit.counts == "jobs"
                else left.clip(min=0) // max(each, 1)
            )
            tasks = np.where(self._holds_on[limit.name], tasks, entry.needs.tasks)
            least = tasks if least is None else np.minimum(least, tasks)
        return least

    def _of(self, entry: Entry) -> tuple[Count, ...]:
        counts = kind_of(entry, self._state).counts
        return tuple(each for each in counts if not each.limit.lent_are_free) if entry.lent else counts


def _array(entry: Entry) -> _Key:
    return ("array", entry.job.array)


def _counted_per_task(limit: Limit, entry: Entry) -> int:
    return 1 if limit.counts == "jobs" else entry.job.demand.per_task.get(limit.counts, 0)


def _reason(name: str, amount: int, used: int) -> Reason:
    return Reason(cause=Cause.LIMIT, values={"limit": name, "amount": amount, "used": used})
