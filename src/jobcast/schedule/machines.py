"""Which machines come first, and what is known of each now."""

from collections import Counter
from functools import lru_cache

import numpy as np

from jobcast.machine import CPUS, Fact
from jobcast.schedule.expression import Expression, compiled, names
from jobcast.schedule.grid import Rows, Taken, moves
from jobcast.schedule.placement import Counts, Room, place
from jobcast.schedule.policy import Policy
from jobcast.schedule.state import Entry, State
from jobcast.schedule.windows import WEEK

_ready = lru_cache(maxsize=1024)(compiled)
"""Expressions that machines are asked again and again; ``1``, ``1.0`` and ``true`` are the same to it."""


class Machines:
    """The machines in the order of the policy; knows which of them have to be asked anew."""

    def __init__(self, state: State, policy: Policy) -> None:
        self._state = state
        self._load_per_start = policy.load_per_start
        self._up = np.flatnonzero(state.up)
        self._tree = policy.machine_order
        self._timed = self._tree is not None and not _CLOCK.isdisjoint(_asked(self._tree))
        self._free = state.free.copy()
        """As it was when each was last asked."""
        self._values = np.zeros(len(state.free))
        self._stale = state.up.copy()
        self._order: Rows | None = None

    def begin(self) -> None:
        """Begin a walk: time may have passed, and jobs may have ended."""
        if self._tree is not None and (self._timed or moves(self._tree)):
            changed = (self._free != self._state.free).any(axis=1)[: len(self._stale)]
            self._stale |= changed | self._timed
            self._order = None

    def started(self, taken: Taken) -> None:
        """Note that tasks have been started, which may change the order."""
        if self._tree is not None and moves(self._tree):
            self._stale[taken.rows[taken.rows < len(self._stale)]] = True
            self._order = None

    def order(self) -> Rows:
        """Return the machines that take jobs, best first; equal ones as the cluster names them."""
        if self._order is None:
            self._order = self._up
            if self._tree is not None:
                self._ask(self._tree)
                self._order = self._up[np.argsort(-self._values[self._up], kind="stable")]
        return self._order

    def _ask(self, tree: Expression) -> None:
        """Work out what the policy's order says of each machine of which it may have changed."""
        value, stale = _ready(tree), np.flatnonzero(self._stale)
        for row in stale.tolist():
            self._values[row] = _number(value(self.facts(row, tree)))
        self._free[stale] = self._state.free[stale]
        self._stale[:] = False

    def order_for(self, entry: Entry) -> Rows:
        """Return the machines that will do for a job, best first."""
        order = self.order()
        needs, prefers = entry.needs, entry.job.demand.prefers
        order = elsewhere(entry, order[needs.mask[order]], self._state)
        for tree in needs.moving:
            wanted = _ready(tree)
            order = order[[bool(wanted(self.facts(int(row), tree))) for row in order]]
        if prefers is not None and order.size:
            liking = _ready(prefers)
            values = np.array([_number(liking(self.facts(int(row), prefers))) for row in order])
            order = order[np.argsort(-values, kind="stable")]
        return order

    def facts(self, row: int, tree: Expression) -> dict[str, Fact]:
        """Return what an expression asks of a machine now."""
        state, grid = self._state, self._state.grid
        name, capacity = grid.machines[row].name, grid.machines[row].resources
        facts: dict[str, Fact] = {**grid.facts[row], **state.told.get(name, {})}
        facts["started"] = state.started_there.get(name, 0)
        for asked in _asked(tree):
            if asked in _CLOCK:
                facts[asked] = _clock(asked, state)
            elif asked.startswith("free_") and asked[5:] in capacity:
                facts[asked] = int(state.free[row, grid.columns[asked[5:]]])
            elif asked == "load":
                facts[asked] = self._load(row, facts)
        return facts

    def _load(self, row: int, facts: dict[str, Fact]) -> Fact:
        """Return the load that a machine told, and what has been started since; its busy CPUs where it told none."""
        load, grid = facts.get("load"), self._state.grid
        if isinstance(load, str | None):
            column = grid.columns[CPUS]
            return int(grid.capacity[row, column] - self._state.free[row, column])
        return load + self._load_per_start * self._state.started_there.get(grid.machines[row].name, 0)


_asked = lru_cache(maxsize=1024)(names)
_CLOCK = frozenset({"weekday", "hour", "minute", "now"})


def _clock(name: str, state: State) -> int:
    second = (state.now - state.monday) % WEEK
    clock = {
        "weekday": second // 86_400,
        "hour": second % 86_400 // 3600,
        "minute": second % 3600 // 60,
        "now": state.now,
    }
    return clock[name]


def _number(value: Fact | None) -> float:
    return 0.0 if isinstance(value, str | None) else float(value)


def elsewhere(entry: Entry, rows: Rows, state: State) -> Rows:
    """Return these machines without those that a job avoids, unless the others couldn't take it if nobody ran."""
    if not entry.job.avoids:
        return rows
    others = rows[[state.grid.machines[row].name not in entry.job.avoids for row in rows]]
    idle = Room(available=state.grid.capacity, order=others)
    return others if place(entry.needs, idle, state.grid) is not None else rows


def start_class_room(entry: Entry, state: State, *, when_idle: bool = False) -> Counts | None:
    """Return [machines]: how many tasks of a job its queue's START_CLASS lets each begin; None without one.

    `when_idle`: if nobody ran.
    """
    rule = entry.queue.start_if
    if rule is None:
        return None
    allowed = _ready(rule)
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
