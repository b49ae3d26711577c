"""The order of jobs: where nothing in it changes with time, each has its place from the beginning."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from jobcast.machine import Fact
from jobcast.schedule.expression import Binary, Expression, Name, compiled, names, rename
from jobcast.schedule.order import USUAL_PRIORITY
from jobcast.schedule.policy import COUNTED_NAMES, Policy
from jobcast.simulate.hosts import layout
from jobcast.simulate.hosts.base import Column, JobOrder
from jobcast.simulate.hosts.layout import UNLIMITED
from jobcast.simulate.hosts.program import Program, Writer

Facts = Mapping[str, Column]
"""What the order may ask, one element for each job; -1 in `estimate` and `run_limit` is without end."""
WITHOUT_END = float(1 << 62)


def moves(policy: Policy) -> bool:
    """Tell whether the order of jobs asks what changes while they wait."""
    asked = frozenset().union(*map(names, (*policy.order, *policy.backfill_order)))
    return not asked.isdisjoint(COUNTED_NAMES | {"wait", "now"})


def is_known(policy: Policy) -> bool:
    """Tell whether the engine knows the order of jobs: past use takes part in none that it knows."""
    asked = frozenset().union(*map(names, (*policy.order, *policy.backfill_order)))
    return policy.fair_share is None or asked.isdisjoint(_SHARES)


def programs(policy: Policy, facts: Facts) -> JobOrder:
    """Return the instructions for an order that moves."""
    columns = {name: _told(name, column) for name, column in facts.items()}
    rows = [dict(zip(columns, told, strict=True)) for told in zip(*columns.values(), strict=True)]
    for row in rows:
        row["user_priority"] = USUAL_PRIORITY

    def written(trees: Sequence[Expression]) -> tuple[Program, ...]:
        return tuple(Writer(rows, _OPERANDS).write(rename(tree, _SUMS)) for tree in trees)

    return JobOrder(
        line=written(policy.order),
        behind=written(policy.backfill_order),
        recalculate=UNLIMITED if policy.recalculate is None else policy.recalculate,
    )


_OPERANDS = {
    "now": (layout.SECOND, 0),
    "wait": (layout.WAITED, 0),
    "user_queued": (layout.USER_QUEUED, 0),
    "user_running": (layout.USER_RUNNING, 0),
    "group_queued": (layout.GROUP_QUEUED, 0),
    "group_running": (layout.GROUP_RUNNING, 0),
}
_SUMS = {
    f"{who}_total": Binary("+", Name(f"{who}_queued"), Name(f"{who}_running")) for who in ("user", "group")
}
_SHARES = COUNTED_NAMES - _OPERANDS.keys() - _SUMS.keys()


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
