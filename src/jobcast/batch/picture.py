"""Takes a snapshot of what a ledger knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from jobcast.batch.ledger import Ledger
from jobcast.batch.record import Step
from jobcast.batch.service import Wanted
from jobcast.batch.snapshot import MachineStanding, Snapshot, Waits
from jobcast.machine import Fact
from jobcast.schedule.grid import Grid, floating_column
from jobcast.schedule.state import Entry
from jobcast.schedule.why import why

_MOST_LOOKED_INTO = 100
"""Waiting steps of which it is found out what they lack, where all are shown; of others the last pass tells."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What doesn't change from one snapshot to the next."""

    cluster: str
    host: str
    executor: str
    zone: str


def take(ledger: Ledger, wanted: Wanted, frame: Frame, at: int, over: Sequence[Step] = ()) -> Snapshot:
    """Return a snapshot; `over` are steps that are shown though they are over."""
    state = ledger.state
    steps = [step for name in wanted.steps for step in ledger.named(name)] if wanted.steps else None
    shown = _in_line(ledger) if steps is None else steps
    return Snapshot(
        at=at,
        cluster=frame.cluster,
        host=frame.host,
        executor=frame.executor,
        policy=state.policy,
        dialect=ledger.site.dialect,
        machines=_machines(ledger),
        steps=(*shown, *over),
        waits=_all_waits(shown, ledger, whole=steps is not None),
        floating=dict(state.cluster.floating),
        floating_used=_floating_used(ledger),
        zone=frame.zone,
    )


def _in_line(ledger: Ledger) -> list[Step]:
    state, steps = ledger.state, ledger.steps
    names = dict.fromkeys([*state.running, *state.suspended, *state.line])
    first = [steps[name] for name in names if name in steps]
    return first + [step for name, step in steps.items() if name not in names]


def _all_waits(shown: Sequence[Step], ledger: Ledger, *, whole: bool) -> dict[str, Waits]:
    waiting = [step for step in shown if step.id in ledger.state.waiting or step.id in ledger.state.suspended]
    looked_into = len(waiting) if whole else _MOST_LOOKED_INTO
    return {
        step.id: _waits(step, ledger, looked_into=place < looked_into, whole=whole)
        for place, step in enumerate(waiting)
    }


def _waits(step: Step, ledger: Ledger, *, looked_into: bool, whole: bool) -> Waits:
    """Return why a step waits: looked into where it is asked for, else as of the last pass."""
    state = ledger.state
    entry = state.waiting.get(step.id) or state.suspended[step.id]
    explained = why(state, step.id) if looked_into else None
    reason = explained.reason if explained else entry.reason
    promise = state.reservations.get(step.id)
    return Waits(
        sentence="",
        cause=str(reason.cause),
        values=dict(reason.values),
        start=promise.start if promise else None,
        machines=promise.allocation if promise else (),
        holds={name: dict(amounts) for name, amounts in promise.holds.items()} if promise else {},
        before=explained.before if explained and whole else (),
    )


def _machines(ledger: Ledger) -> tuple[MachineStanding, ...]:
    state = ledger.state
    grid = state.grid
    running, suspended = _tasks(state.running, grid), _tasks(state.suspended, grid)
    held: dict[str, dict[str, int]] = {}
    for promise in state.reservations.values():
        for holder, amounts in promise.holds.items():
            so_far = held.setdefault(holder, {})
            for name, amount in amounts.items():
                so_far[name] = so_far.get(name, 0) + amount
    found = []
    for machine in state.cluster.machines:
        row = grid.rows[machine.name]
        used = {
            name: int(grid.capacity[row, grid.columns[name]] - state.free[row, grid.columns[name]])
            for name in machine.resources
            if name in grid.columns
        }
        found.append(
            MachineStanding(
                machine=machine,
                up=bool(state.up[row]) or machine.name in ledger.drained,
                draining=machine.name in ledger.drained,
                used=used,
                held=held.get(machine.name, {}),
                tasks_by_queue=running.get(machine.name, {}),
                suspended_by_queue=suspended.get(machine.name, {}),
                facts=_facts(state.told.get(machine.name, {}), machine.facts),
            )
        )
    return tuple(found)


def _facts(told: Mapping[str, Fact], always: Mapping[str, Fact]) -> dict[str, Fact]:
    return {**always, **told}


def _tasks(entries: Mapping[str, Entry], grid: Grid) -> dict[str, dict[str, int]]:
    """Return machine to queue to tasks."""
    found: dict[str, dict[str, int]] = {}
    for entry in entries.values():
        if entry.taken is None:
            continue
        for share in entry.taken.allocation(grid):
            queues = found.setdefault(share.machine, {})
            queues[entry.queue.name] = queues.get(entry.queue.name, 0) + share.tasks
    return found


def _floating_used(ledger: Ledger) -> dict[str, int]:
    state = ledger.state
    columns = {name: state.grid.columns[floating_column(name)] for name in state.cluster.floating}
    return {
        name: int(state.grid.capacity[-1, column] - state.free[-1, column])
        for name, column in columns.items()
    }


def without_steps(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot that names no steps, which are written apart."""
    return replace(snapshot, steps=())
