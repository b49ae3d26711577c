"""Takes a snapshot of what a ledger knows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from jobcast.batch.confirming import why_held
from jobcast.batch.gaps import gaps
from jobcast.batch.ledger import Ledger
from jobcast.batch.record import Step
from jobcast.batch.service import Wanted
from jobcast.batch.snapshot import MachineStanding, QueueNotes, Snapshot, Waits
from jobcast.decision import Cause, Reason
from jobcast.machine import Fact
from jobcast.schedule.grid import Grid, floating_column
from jobcast.schedule.state import Entry, State
from jobcast.schedule.why import before, reason_of
from jobcast.systems.loadleveler.process_limits import NONE, within
from jobcast.systems.loadleveler.site import ClassRules

_MOST_LOOKED_INTO = 100
"""Waiting steps of which it is found out what they lack; of others the last pass tells."""
_MOST_PLACED = 20
"""Waiting steps that are named of which it is told who is before them: that may be thousands for each."""


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
    shown = chosen(ledger, wanted)
    snapshot = Snapshot(
        at=at,
        cluster=frame.cluster,
        host=frame.host,
        executor=frame.executor,
        policy=state.policy,
        dialect=ledger.site.dialect,
        machines=machines(ledger),
        steps=(*shown.values(), *over),
        waits={} if wanted.bare else _all_waits(shown, ledger, named=bool(wanted.steps)),
        floating=dict(state.cluster.floating),
        floating_used=_floating_used(ledger),
        queue_notes=_queue_notes(ledger),
        remove_completed=ledger.site.loadleveler.live.remove_completed,
        zone=frame.zone,
    )
    return replace(snapshot, backfill=gaps(snapshot)) if wanted.backfill else snapshot


def _queue_notes(ledger: Ledger) -> dict[str, QueueNotes]:
    """Return what LoadLeveler's files tell of classes beside their rules."""
    told = ledger.site.loadleveler.rules
    notes = {}
    for name in ledger.state.policy.queues:
        rules = told.of_class(name)
        limits = {key: limit for key, own in rules.limits.items() if (limit := within(NONE, own)) is not None}
        limits |= _soft_run_limits(rules)
        if rules.comment or limits:
            notes[name] = QueueNotes(comment=rules.comment, limits=limits)
    return notes


def _soft_run_limits(rules: ClassRules) -> dict[str, tuple[int | None, int | None]]:
    """Return soft and hard limits of run time, of those that have a soft one."""
    said = (("wall_clock_limit", rules.run_limit), ("default_wall_clock_limit", rules.default_run_limit))
    return {keyword: (limit.soft, limit.hard) for keyword, limit in said if limit.soft is not None}


def chosen(ledger: Ledger, wanted: Wanted) -> dict[str, Step]:
    """Return the living steps that are wanted, by their ids."""
    if not wanted.steps:
        return in_line(ledger)
    return {step.id: step for name in wanted.steps for step in ledger.named(name)}


def in_line(ledger: Ledger) -> dict[str, Step]:
    """Return all that are alive by their ids: running ones, suspended ones, and those that wait, in their order."""
    state, steps = ledger.state, ledger.steps
    first = (*state.running, *state.suspended, *state.line)
    found = {name: steps[name] for name in first if name in steps}
    return found if len(found) == len(steps) else found | steps


def waits_of(name: str, ledger: Ledger) -> Waits | None:
    """Return why one step waits, without those before it; None where it doesn't wait."""
    state = ledger.state
    entry = state.waiting.get(name) or state.suspended.get(name)
    return None if entry is None else _waits(name, ledger, _reason(name, ledger))


def whole_waits(name: str, ledger: Ledger) -> Waits | None:
    """Return why one step waits, and who is before it; None where it doesn't wait."""
    return _all_waits((name,), ledger, named=True).get(name)


def _all_waits(shown: Iterable[str], ledger: Ledger, *, named: bool) -> dict[str, Waits]:
    """Return why steps wait; where few are `named`, with those before them."""
    state = ledger.state
    waiting = [name for name in shown if name in state.waiting or name in state.suspended]
    first, others = waiting[:_MOST_LOOKED_INTO], waiting[_MOST_LOOKED_INTO:]
    waits = {name: _waits(name, ledger, _reason(name, ledger)) for name in first}
    if named and len(waiting) <= _MOST_PLACED:
        ahead = before(waiting, state)
        return {name: replace(each, before=ahead.get(name, ())) for name, each in waits.items()}
    return waits | _as_of_the_last_pass(others, ledger)


def _as_of_the_last_pass(names: Sequence[str], ledger: Ledger) -> dict[str, Waits]:
    """Return why steps wait; thousands of them wait for one reason, and share what tells it."""
    told: dict[tuple[object, ...], Waits] = {}
    away: dict[int | None, Reason] = {}
    state, found = ledger.state, {}
    for name in names:
        reason = _in_full(name, _lately(_entry(name, state), state, away), ledger)
        if name in state.reservations:
            found[name] = _waits(name, ledger, reason)
            continue
        alike = (reason.cause, *reason.values.items())
        if (known := told.get(alike)) is None:
            known = told[alike] = _waits(name, ledger, reason)
        found[name] = known
    return found


def _lately(entry: Entry, state: State, away: dict[int | None, Reason]) -> Reason:
    """Return why one waits as of the last pass; jobs of one shape are kept `away` from the same machines."""
    if entry.job.id in state.suspended:
        return reason_of(entry, state)
    if entry.reason.cause is not Cause.NO_MACHINE:
        return entry.reason
    shape = None if entry.kind is None else entry.kind.shape
    if shape is None or shape not in away:
        away[shape] = reason_of(entry, state)
    return away[shape]


def _reason(name: str, ledger: Ledger) -> Reason:
    return _in_full(name, reason_of(_entry(name, ledger.state), ledger.state), ledger)


def _in_full(name: str, reason: Reason, ledger: Ledger) -> Reason:
    """Return a reason with what the core doesn't know of a hold: that it is to be confirmed."""
    if reason.cause is not Cause.HELD or (step := ledger.steps.get(name)) is None:
        return reason
    return why_held(step) or reason


def _entry(name: str, state: State) -> Entry:
    return state.waiting.get(name) or state.suspended[name]


def _waits(name: str, ledger: Ledger, reason: Reason) -> Waits:
    promise = ledger.state.reservations.get(name)
    return Waits(
        sentence="",
        cause=str(reason.cause),
        values=_away(reason, ledger) if reason.cause is Cause.AWAY else dict(reason.values),
        start=promise.start if promise else None,
        machines=promise.allocation if promise else (),
        holds={holder: dict(amounts) for holder, amounts in promise.holds.items()} if promise else {},
    )


def _away(reason: Reason, ledger: Ledger) -> dict[str, str | int]:
    """Return what of a reason, and in place of its machines by how they are: that to machines."""
    found: dict[str, list[str]] = {}
    for machine in str(reason.values["machines"]).split(", "):
        kinds = ((ledger.halted, "halted"), (ledger.drained, "drained"), (ledger.closed, "closed"))
        how = next((kind for names, kind in kinds if machine in names), "down")
        found.setdefault(how, []).append(machine)
    return {"count": reason.values["count"], **{how: ", ".join(names) for how, names in found.items()}}


def machines(ledger: Ledger) -> tuple[MachineStanding, ...]:
    """Return how all machines stand, in the order of the cluster."""
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
                up=bool(state.up[row]) or machine.name in ledger.drained | ledger.closed,
                draining=machine.name in ledger.drained,
                halted=machine.name in ledger.halted,
                closed=machine.name in ledger.closed,
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
    """Return a snapshot that names no steps, nor why they wait: thousands of them are written apart."""
    return replace(snapshot, steps=(), waits={})
