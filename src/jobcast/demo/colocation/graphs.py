"""Graphs of tasks, told by the tasks' names as in the trace: a letter, the task's number, those that it waits for."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from jobcast.demo.colocation.plan import Rows

_LETTERS = "MRJ"
"""Maps wait for nothing, reducers for one task, joins for several."""
_MOST_WAITS = 3


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Graphs:
    """The same number of graphs for each number of tasks, their tasks in one line; equal only to itself."""

    names: pl.Series
    """(tasks,)"""
    level: Rows
    """(tasks,): longest way from a task that waits for none."""
    first: Rows
    """(number of tasks + 1, graphs): the first task of each graph."""


def draw_graphs(most: int, each: int, rng: np.random.Generator) -> Graphs:
    """Return `each` graphs of 1, 2, and so on up to `most` tasks."""
    names: list[str] = []
    levels: list[int] = []
    first = np.zeros((most + 1, each), np.int64)
    for tasks in range(1, most + 1):
        for graph in range(each):
            first[tasks, graph] = len(names)
            for name, level in _draw_graph(tasks, rng):
                names.append(name)
                levels.append(level)
    return Graphs(names=pl.Series("task_name", names), level=np.array(levels), first=first)


def _draw_graph(tasks: int, rng: np.random.Generator) -> list[tuple[str, int]]:
    """Return the names of so many tasks, and their levels."""
    drawn: list[tuple[str, int]] = []
    for number in range(1, tasks + 1):
        waits = min(int(rng.integers(0, _MOST_WAITS + 1)), number - 1)
        before = sorted(int(one) + 1 for one in rng.choice(number - 1, waits, replace=False)) if waits else []
        name = "_".join([f"{_LETTERS[min(waits, 2)]}{number}", *map(str, before)])
        drawn.append((name, 1 + max((drawn[one - 1][1] for one in before), default=-1)))
    return drawn
