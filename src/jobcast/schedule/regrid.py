"""Lays the grid out anew when machines or rules have changed; what runs goes on."""

from collections.abc import Iterable

import numpy as np

from jobcast.machine import Cluster
from jobcast.schedule.grid import Amounts, Grid, Taken, make_grid, needs_anyway
from jobcast.schedule.order import Order
from jobcast.schedule.policy import Policy, Queue
from jobcast.schedule.shapes import Shapes
from jobcast.schedule.state import Entry, State


def lay_out_anew(state: State, cluster: Cluster, policy: Policy) -> State:
    """Return the state on another cluster, or under another policy.

    A waiting job that no machine can run any more stays in line, and fits nowhere until one comes; one whose queue is
    gone keeps the rules of that queue.
    """
    old, grid = state.grid, make_grid(cluster, policy)
    up = np.array(
        [state.up[old.rows[m.name]] if m.name in old.rows else True for m in grid.machines], np.bool_
    )
    state.cluster, state.policy, state.order, state.grid, state.up = cluster, policy, Order(policy), grid, up
    state.free = grid.capacity.copy()
    state.possible.clear()
    state.shapes = Shapes()
    state.machines = None
    state.marks.clear()
    for entry in state.everybody():
        name = entry.queue.name
        entry.queue = policy.queues.get(name, entry.queue) if policy.queues else Queue(name=name)
        entry.needs = needs_anyway(entry.job, entry.queue, grid)
        state.hold(entry, None)
        entry.held_since = None
        entry.forget()
        state.moved.add(entry.job.id)
        if entry.taken is not None:
            _move(entry, old, grid)
            state.free[entry.taken.rows] -= entry.taken.amounts
            if entry.gave is not None:
                state.free[entry.taken.rows] += entry.gave
    return state


def _move(entry: Entry, old: Grid, grid: Grid) -> None:
    """Carry over what a job has to the rows and columns of now; what is gone with a machine is dropped."""
    if entry.taken is None:
        return
    names = [old.machines[row].name if row < len(old.machines) else "" for row in entry.taken.rows]
    rows = np.array([grid.rows.get(name, -1) if name else len(grid.machines) for name in names], np.intp)
    there = (rows >= 0) & (rows < len(grid.capacity))
    common = [name for name in grid.columns if name in old.columns]
    source, target = [old.columns[name] for name in common], [grid.columns[name] for name in common]

    def moved(amounts: Amounts) -> Amounts:
        result = np.zeros((int(there.sum()), len(grid.columns)), np.int64)
        result[:, target] = amounts[there][:, source]
        return result

    entry.gave = None if entry.gave is None else moved(entry.gave)
    entry.taken = Taken(rows=rows[there], tasks=entry.taken.tasks[there], amounts=moved(entry.taken.amounts))
    count_new(entry, entry.taken, grid.columns.keys() - old.columns.keys(), grid)


def count_new(entry: Entry, taken: Taken, columns: Iterable[str], grid: Grid) -> None:
    """Let a job that runs take its part of columns that weren't there when it started: limits and slots."""
    needs, tasks = entry.needs, taken.tasks
    for name in columns:
        column = grid.columns[name]
        taken.amounts[:, column] = tasks * needs.per_task[column] + (tasks > 0) * needs.per_machine[column]
