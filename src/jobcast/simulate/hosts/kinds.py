"""Kinds of requests: what jobs ask for of which machines, apart from the number of their tasks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobcast.schedule.expression import Expression, compiled
from jobcast.schedule.grid import Amounts, Grid, Needs, moves, needs_of
from jobcast.schedule.job import BatchJob, Demand, Layout
from jobcast.schedule.policy import Policy
from jobcast.simulate.hosts.asked import Asked
from jobcast.simulate.hosts.base import Column, Kinds
from jobcast.simulate.hosts.site_queues import SiteQueues

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ByKind:
    """The jobs by what they ask for."""

    kind: Column
    """[jobs]: row of `kinds`."""
    kinds: Kinds
    """The different ones."""
    choices: tuple[Column, ...]
    """Lists of machines, best first."""
    liked: tuple[Column, ...]
    """How these machines are liked, 1 is best."""
    refused: Flags
    """[jobs]: that no machine could ever run."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Kind:
    per_task: Amounts
    per_machine: Amounts
    layout: Layout
    choice: int

    @property
    def key(self) -> tuple[object, ...]:
        return self.per_task.tobytes(), self.per_machine.tobytes(), self.layout, self.choice


def kinds_of(asked: Asked, queues: SiteQueues, policy: Policy, grid: Grid) -> ByKind:
    """Sort jobs by what they ask for."""
    lists = _Lists(policy, grid)
    first, code = _different(asked, queues, by_owner=bool(grid.limits))
    kinds: dict[tuple[object, ...], _Kind] = {}
    numbers: dict[tuple[object, ...], int] = {}
    kind_of = np.full(len(first), -1, np.int64)
    for number, row in enumerate(first.tolist()):
        job, queue = _example(row, asked, queues), queues.of(row)
        needs = None if queue is None else needs_of(job, queue, grid)
        if needs is not None:
            kind = _Kind(
                per_task=needs.per_task,
                per_machine=needs.per_machine,
                layout=needs.layout,
                choice=lists.number(needs, job.demand),
            )
            kind_of[number] = numbers.setdefault(kind.key, len(kinds))
            kinds.setdefault(kind.key, kind)
    return ByKind(
        kind=np.maximum(kind_of, 0)[code],
        kinds=_columns(list(kinds.values()), len(grid.columns)),
        choices=tuple(lists.lists) or (np.zeros(0, np.int64),),
        liked=tuple(lists.liked) or (np.zeros(0, np.int64),),
        refused=(kind_of < 0)[code],
    )


def _different(asked: Asked, queues: SiteQueues, *, by_owner: bool) -> tuple[Column, Column]:
    """Return a job for each different combination of demand, queue and perhaps owner, and which one each job has."""
    codes = asked.demand * len(queues.job_queue.names) + queues.job_queue.code
    for named in (asked.user, asked.group, asked.project) if by_owner else ():
        codes = codes * len(named.names) + named.code
    _, first, code = np.unique(codes, return_index=True, return_inverse=True)
    return first.astype(np.int64), code.astype(np.int64)


def _example(row: int, asked: Asked, queues: SiteQueues) -> BatchJob:
    """Return a job like that of a row, as far as its needs go."""
    return BatchJob(
        id="",
        demand=asked.demands[asked.demand[row]],
        queue=queues.job_queue.names[queues.job_queue.code[row]],
        user=asked.user.names[asked.user.code[row]],
        group=asked.group.names[asked.group.code[row]],
        project=asked.project.names[asked.project.code[row]],
    )


def _columns(kinds: list[_Kind], resources: int) -> Kinds:
    if not kinds:  # every job is refused, and yet has a kind
        nothing = np.zeros(resources, np.int64)
        kinds = [_Kind(per_task=nothing, per_machine=nothing, layout=Layout(), choice=0)]
    layouts = [kind.layout for kind in kinds]
    single = [layout.machines_max == 1 and not layout.tasks_per_machine for layout in layouts]
    return Kinds(
        per_task=np.stack([kind.per_task for kind in kinds]),
        per_machine=np.stack([kind.per_machine for kind in kinds]),
        choice=np.array([kind.choice for kind in kinds], np.int64),
        single=np.array(single, np.int8),
        each=np.array([layout.tasks_per_machine or 0 for layout in layouts], np.int64),
        spread=np.array([layout.machines_min for layout in layouts], np.int64),
        alone=np.array([layout.exclusive for layout in layouts], np.int8),
    )


class _Lists:
    """The lists of machines that jobs may use, each once."""

    def __init__(self, policy: Policy, grid: Grid) -> None:
        self._grid = grid
        self._order = np.arange(len(grid.machines))
        if policy.machine_order is not None and not moves(policy.machine_order):
            self._order = self._order[np.argsort(-self._values(policy.machine_order), kind="stable")]
        self._numbers: dict[tuple[bytes, int], int] = {}
        self.lists: list[Column] = []
        self.liked: list[Column] = []

    def number(self, needs: Needs, demand: Demand) -> int:
        """Return which list a job uses."""
        preference = demand.prefers
        key = (needs.mask.tobytes(), 0 if preference is None else id(preference))
        if key not in self._numbers:
            order = self._order[needs.mask[self._order]]
            liked = np.ones(len(order), np.int64)
            if preference is not None:
                values = -self._values(preference)[order]
                order = order[np.argsort(values, kind="stable")]
                liked += np.unique(np.sort(values), return_inverse=True)[1]
            self._numbers[key] = len(self.lists)
            self.liked.append(liked)
            self.lists.append(order.astype(np.int64))
        return self._numbers[key]

    def _values(self, tree: Expression) -> npt.NDArray[np.float64]:
        value = compiled(tree)
        found = [value(facts) for facts in self._grid.facts]
        return np.array([0.0 if isinstance(each, str | None) else float(each) for each in found])
