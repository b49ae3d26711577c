"""The graph of a job's tasks, which their names tell.

``M1`` depends on nothing, ``R2_1`` on task 1, ``J3_1_2`` on tasks 1 and 2; ``R4_3_Stg1`` on task 3, its stage says
nothing. Any other name, e.g. ``task_LTg0MTU==`` or ``MergeTask``, stands by itself.
Source: trace_2018.md beside the trace.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_NAME = re.compile(r"[A-Za-z]+(\d{1,9})((?:_\d{1,9})*)(?:_Stg\d+)?")
ALONE = "task"
"""What stands in a signature for names that tell no graph: they are made of random letters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """How a job's tasks depend on each other."""

    depth: int
    """Tasks on the longest chain; tasks of a circle, which can't be, count as one after the other at most once."""
    width: int
    """The most tasks that are equally far from the beginning."""


def masked(name: str) -> str:
    """Return the name as it stands in a signature."""
    return name if _NAME.fullmatch(name) else ALONE


def shape(names: Sequence[str]) -> Shape:
    """Return the shape of the graph of tasks `names`; dependencies on tasks that aren't there count for nothing."""
    matches = [_NAME.fullmatch(name) for name in names]
    alone = sum(match is None for match in matches)
    above: dict[int, list[int]] = {}
    for match in filter(None, matches):  # of two tasks with one number each waits for what both need
        above.setdefault(int(match[1]), []).extend(int(number) for number in match[2].split("_")[1:])
    levels = _levels(above)
    sizes = Counter(levels[int(match[1])] for match in matches if match)
    sizes[1] += alone
    return Shape(depth=max(levels.values(), default=1 if alone else 0), width=max(sizes.values()))


def _levels(above: dict[int, list[int]]) -> dict[int, int]:
    """Return how far each task is from the beginning, from 1, without recursion: chains may be long."""
    left = {task: {one for one in needed if one in above and one != task} for task, needed in above.items()}
    below: dict[int, list[int]] = {}
    for task, needed in left.items():
        for one in needed:
            below.setdefault(one, []).append(task)
    levels = {task: 1 for task, needed in left.items() if not needed}
    ready = list(levels)
    for task in ready:  # it grows as tasks become ready
        for after in below.get(task, ()):
            left[after].discard(task)
            levels[after] = max(levels.get(after, 1), levels[task] + 1)
            if not left[after]:
                ready.append(after)
    return {task: levels.get(task, 1) for task in above}
