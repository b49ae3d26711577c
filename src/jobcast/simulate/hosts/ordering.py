"""The order of jobs whose rules ask nothing that changes with time: each has its place from the beginning."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from jobcast.machine import Fact
from jobcast.schedule.expression import Expression, compiled, names
from jobcast.schedule.order import USUAL_PRIORITY
from jobcast.schedule.policy import COUNTED_NAMES, Policy
from jobcast.simulate.hosts.base import Column

Facts = Mapping[str, Column]
"""What the order may ask, one element for each job; -1 in `estimate` and `run_limit` is without end."""
WITHOUT_END = float(1 << 62)


def moves(policy: Policy) -> bool:
    """Tell whether the order of jobs asks what changes while they wait."""
    asked = frozenset().union(*map(names, (*policy.order, *policy.backfill_order)))
    return not asked.isdisjoint(COUNTED_NAMES | {"wait", "now"})


def places(trees: Sequence[Expression], facts: Facts) -> Column:
    """Return each job's place in line, the first is 0: higher values first, then as submitted."""
    jobs = len(facts["queued_at"])
    values = [-_values(tree, facts, jobs) for tree in trees]
    order = np.lexsort((np.arange(jobs), *reversed(values)))
    places = np.empty(jobs, np.int64)
    places[order] = np.arange(jobs)
    return places


def _values(tree: Expression, facts: Facts, jobs: int) -> npt.NDArray[np.float64]:
    """Evaluate for each job; what can't be known, or is a text, counts as 0."""
    value = compiled(tree)
    asked = sorted(names(tree))
    columns = [_told(name, facts[name]) if name in facts else [USUAL_PRIORITY] * jobs for name in asked]
    if not columns:
        return np.full(jobs, _number(value({})))
    known: dict[str, Fact] = {}
    found = np.empty(jobs)
    for row, told in enumerate(zip(*columns, strict=True)):
        known.update(zip(asked, told, strict=True))
        found[row] = _number(value(known))
    return found


def _told(name: str, column: Column) -> list[Fact]:
    if name in {"estimate", "run_limit"}:
        return [WITHOUT_END if value < 0 else value for value in column.tolist()]
    return list(column.tolist())


def _number(value: Fact | None) -> float:
    return 0.0 if isinstance(value, str | None) else float(value)
