"""Limits of what may run at once, per user, group, project, queue or array (rule 8 of "How the core decides").

Limits by machine alone are columns of the grid; those by machine and something else are room on each machine.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np

from jobcast.decision import Cause, Reason
from jobcast.schedule.grid import counts_job, names_machine, owner
from jobcast.schedule.placement import Counts
from jobcast.schedule.policy import Limit, Policy
from jobcast.schedule.state import Entry, State

_Key = tuple[str, ...]


class Limits:
    """How far each limit is used up, during one pass."""

    def __init__(self, policy: Policy, state: State) -> None:
        self._limits = [limit for limit in policy.limits if "machine" not in limit.per]
        self.by_machine = [limit for limit in policy.limits if "machine" in limit.per and len(limit.per) > 1]
        self._used: dict[_Key, int] = defaultdict(int)
        self._there: dict[_Key, Counts] = {}
        self._grid = state.grid
        self._holds_on = {
            limit.name: np.array([names_machine(limit, machine) for machine in state.grid.machines], np.bool_)
            for limit in self.by_machine
        }
        for entry in (*state.running.values(), *state.suspended.values()):
            self.started(entry)

    def started(self, entry: Entry) -> None:
        """Count a job that has what it takes."""
        for limit, key in self._of(entry, self._limits):
            self._used[key] += _counted(limit, entry)
        if entry.job.array:
            self._used[_array(entry)] += 1
        if entry.taken is not None:
            for limit, key in self._of(entry, self.by_machine):
                there = self._there.setdefault(key, np.zeros(len(self._grid.machines), np.int64))
                on_machines = entry.taken.rows < len(there)
                rows, tasks = entry.taken.rows[on_machines], entry.taken.tasks[on_machines]
                there[rows] += 1 if limit.counts == "jobs" else tasks * _counted_per_task(limit, entry)

    def met(self, entry: Entry) -> Reason | None:
        """Return the limit that keeps a job waiting, if there is one."""
        for limit, key in self._of(entry, self._limits):
            used = self._used.get(key, 0)
            if used + _counted(limit, entry) > limit.amount:
                return _reason(limit.name, limit.amount, used)
        array_limit = entry.job.array_limit
        if entry.job.array and array_limit is not None and self._used.get(_array(entry), 0) >= array_limit:
            return _reason(entry.job.array, array_limit, array_limit)
        return None

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
        for limit, key in self._of(entry, self.by_machine):
            if lent and limit.lent_are_free:
                continue
            left = limit.amount - there.get(key, np.zeros(len(self._grid.machines), np.int64))
            each = _counted_per_task(limit, entry)
            tasks = (
                np.where(left > 0, entry.needs.tasks, 0)
                if limit.counts == "jobs"
                else left.clip(min=0) // max(each, 1)
            )
            tasks = np.where(self._holds_on[limit.name], tasks, entry.needs.tasks)
            least = tasks if least is None else np.minimum(least, tasks)
        return least

    def _of(self, entry: Entry, limits: list[Limit]) -> Iterator[tuple[Limit, _Key]]:
        for limit in limits:
            if counts_job(limit, entry.job, entry.queue) and not (limit.lent_are_free and entry.lent):
                who = tuple(owner(by, entry.job, entry.queue) for by in limit.per if by != "machine")
                yield limit, (limit.name, *who)


def _array(entry: Entry) -> _Key:
    return ("array", entry.job.array)


def _counted(limit: Limit, entry: Entry) -> int:
    return 1 if limit.counts == "jobs" else entry.amount(limit.counts)


def _counted_per_task(limit: Limit, entry: Entry) -> int:
    return 1 if limit.counts == "jobs" else entry.job.demand.per_task.get(limit.counts, 0)


def _reason(name: str, amount: int, used: int) -> Reason:
    return Reason(cause=Cause.LIMIT, values={"limit": name, "amount": amount, "used": used})
