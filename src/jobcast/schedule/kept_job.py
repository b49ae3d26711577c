"""A job that has not ended as plain values, and made again from them."""

import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from jobcast.decision import Reason
from jobcast.schedule.grid import Amounts, Grid, Taken, needs_anyway
from jobcast.schedule.job import BatchJob
from jobcast.schedule.keys import main_key
from jobcast.schedule.policy import Queue
from jobcast.schedule.state import NEW, Entry

Named = Mapping[str, int]
"""Column of the grid to amount; without those of nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What a job takes of one machine, or of the floating resources."""

    machine: str
    """Its name; empty for floating resources."""
    tasks: int
    """How many run there."""
    amounts: Named
    """What it takes."""
    gave: Named = field(default_factory=dict)
    """What of that it gave up when it was suspended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptJob:
    """What `jobcast.schedule.state.Entry` knows and can't be worked out; fields not told here are told there."""

    job: BatchJob
    queue: str
    """Name of its queue."""
    submitted: int
    arrival: int
    rank: int = 0
    values: tuple[float, ...] = ()
    own_values: tuple[float, ...] = ()
    backfill_values: tuple[float, ...] = ()
    valued_at: int | None = None
    reason: Reason = NEW
    held: Mapping[str, Named] | None = None
    """Machine, empty for floating resources, to what stays empty there for it; None where it holds nothing."""
    held_since: int | None = None
    predicted: int | None = None
    paused_until: int = 0
    parts: tuple[Part, ...] = ()
    """What it has, where it runs or is suspended."""
    started: int = 0
    ran: int = 0
    lent: bool = False
    gap_end: int | None = None
    by_hand: bool = False
    killed: bool = False


_VALUES = {"values", "own_values", "backfill_values"}
_SAME = {each.name for each in fields(KeptJob)} - {"queue", "held", "parts"} - _VALUES
"""Fields of both that are alike."""


def keep(entry: Entry, grid: Grid) -> KeptJob:
    """Return what must be kept of a job."""
    values: dict[str, Any] = {name: _finite(getattr(entry, name)) for name in _VALUES}
    return KeptJob(
        queue=entry.queue.name,
        held=None if entry.held is None else _by_machine(entry.held, grid),
        parts=_parts(entry, grid),
        **{name: getattr(entry, name) for name in _SAME},
        **values,
    )


def entry_of(kept: KeptJob, queue: Queue, grid: Grid) -> Entry:
    """Return a job as it was kept; without what it takes and holds."""
    entry = Entry(
        queue=queue,
        needs=needs_anyway(kept.job, queue, grid),
        **{name: getattr(kept, name) for name in _SAME | _VALUES},
    )
    entry.key = main_key(entry)
    return entry


def taken_by(kept: KeptJob, grid: Grid) -> Taken | None:
    """Return what a job takes; None where it waits."""
    if not kept.parts:
        return None
    return Taken(
        rows=np.array([_row(part.machine, grid) for part in kept.parts], np.intp),
        tasks=np.array([part.tasks for part in kept.parts], np.int64),
        amounts=np.array([_amounts(part.amounts, grid) for part in kept.parts], np.int64),
    )


def given_up_by(kept: KeptJob, grid: Grid) -> Amounts:
    """Return [its machines, resources] that a suspended job gave up."""
    return np.array([_amounts(part.gave, grid) for part in kept.parts], np.int64)


def held_by(kept: KeptJob, grid: Grid) -> Amounts | None:
    """Return [machines, resources] that are kept empty for a job; None for nothing."""
    if kept.held is None:
        return None
    held = np.zeros_like(grid.capacity)
    for machine, amounts in kept.held.items():
        held[_row(machine, grid)] = _amounts(amounts, grid)
    return held


def _finite(values: Iterable[float]) -> tuple[float, ...]:
    """Return values that JSON can tell."""
    most = sys.float_info.max
    return tuple(0.0 if math.isnan(value) else max(min(value, most), -most) for value in values)


def _by_machine(held: Amounts, grid: Grid) -> dict[str, Named]:
    rows = np.flatnonzero(held.any(axis=1)).tolist()
    return {_machine(row, grid): _named(held[row], grid) for row in rows}


def _parts(entry: Entry, grid: Grid) -> tuple[Part, ...]:
    taken, gave = entry.taken, entry.gave
    if taken is None:
        return ()
    return tuple(
        Part(
            machine=_machine(row, grid),
            tasks=tasks,
            amounts=_named(taken.amounts[place], grid),
            gave={} if gave is None else _named(gave[place], grid),
        )
        for place, (row, tasks) in enumerate(zip(taken.rows.tolist(), taken.tasks.tolist(), strict=True))
    )


def _machine(row: int, grid: Grid) -> str:
    return grid.machines[row].name if row < len(grid.machines) else ""


def _row(machine: str, grid: Grid) -> int:
    return grid.rows[machine] if machine else len(grid.machines)


def _named(amounts: Amounts, grid: Grid) -> dict[str, int]:
    return {name: amount for name, amount in zip(grid.columns, amounts.tolist(), strict=True) if amount}


def _amounts(named: Named, grid: Grid) -> Amounts:
    """Turn amounts into a row; columns that aren't there any more are left out."""
    return grid.vector({name: amount for name, amount in named.items() if name in grid.columns})
