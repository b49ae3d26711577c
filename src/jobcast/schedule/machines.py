"""Which machines come first, and what is known of each now."""

from collections import Counter

import numpy as np

from jobcast.machine import CPUS, Fact
from jobcast.schedule.expression import compiled
from jobcast.schedule.grid import Rows, fixed_facts, moves
from jobcast.schedule.placement import Counts
from jobcast.schedule.policy import Policy
from jobcast.schedule.state import Entry, State
from jobcast.schedule.windows import WEEK


class Machines:
    """The machines of one pass, in the order of the policy; knows when that has to be worked out anew."""

    def __init__(self, state: State, policy: Policy) -> None:
        self._state = state
        self._tree = policy.machine_order
        self._load_per_start = policy.load_per_start
        self._up = np.flatnonzero(state.up)
        self._value = None if self._tree is None else compiled(self._tree)
        self._moves = self._tree is not None and moves(self._tree)
        self._order: Rows | None = None

    def started(self) -> None:
        """Note that tasks have been started, which may change the order."""
        if self._moves:
            self._order = None

    def order(self) -> Rows:
        """Return the machines that take jobs, best first; equal ones as the cluster names them."""
        if self._order is None:
            self._order = self._up
            if self._value is not None:
                values = np.array([self._number(self._value(self.facts(int(row)))) for row in self._up])
                self._order = self._up[np.argsort(-values, kind="stable")] if values.size else self._up
        return self._order

    def order_for(self, entry: Entry) -> Rows:
        """Return the machines that will do for a job, best first."""
        order = self.order()
        needs, prefers = entry.needs, entry.job.demand.prefers
        order = order[needs.mask[order]]
        for wanted in map(compiled, needs.moving):
            order = order[[bool(wanted(self.facts(int(row)))) for row in order]]
        if prefers is not None and order.size:
            liking = compiled(prefers)
            values = np.array([self._number(liking(self.facts(int(row)))) for row in order])
            order = order[np.argsort(-values, kind="stable")]
        return order

    @staticmethod
    def _number(value: Fact | None) -> float:
        return 0.0 if isinstance(value, str | None) else float(value)

    def facts(self, row: int) -> dict[str, Fact]:
        """Return what expressions may ask of a machine now."""
        state, machine = self._state, self._state.grid.machines[row]
        second = (state.now - state.monday) % WEEK
        started = state.started_there.get(machine.name, 0)
        facts: dict[str, Fact] = {
            **fixed_facts(machine),
            **state.told.get(machine.name, {}),
            "started": started,
            "weekday": second // 86_400,
            "hour": second % 86_400 // 3600,
            "minute": second % 3600 // 60,
            "now": state.now,
        }
        for name in machine.resources:
            facts[f"free_{name}"] = int(state.free[row, state.grid.columns[name]])
        load = facts.get("load")
        if isinstance(load, str | None):  # it has told none: as many as its busy CPUs
            column = state.grid.columns[CPUS]
            facts["load"] = int(state.grid.capacity[row, column] - state.free[row, column])
        else:
            facts["load"] = load + self._load_per_start * started
        return facts


def start_class_room(entry: Entry, state: State, *, when_idle: bool = False) -> Counts | None:
    """Return [machines]: how many tasks of a job its queue's START_CLASS lets each begin; None without one.

    `when_idle`: if nobody ran.
    """
    rule = entry.queue.start_if
    if rule is None:
        return None
    allowed = compiled(rule)
    there = [Counter[str]() for _ in state.grid.machines]
    for other in () if when_idle else state.running.values():
        if other.taken is not None:
            for row, tasks in zip(other.taken.rows, other.taken.tasks, strict=True):
                if row < len(there):
                    there[row][other.queue.name] += int(tasks)
    room = np.zeros(len(there), np.int64)
    for row in np.flatnonzero(entry.needs.mask):
        counts: dict[str, Fact] = {**dict.fromkeys(_queues(state), 0), **there[row]}
        while room[row] < entry.needs.tasks and allowed(counts):
            room[row] += 1
            counts[entry.queue.name] = int(counts.get(entry.queue.name, 0)) + 1
    return room


def _queues(state: State) -> list[str]:
    return list(state.policy.queues)
