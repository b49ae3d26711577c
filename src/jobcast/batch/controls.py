"""LoadLeveler's control expressions on machines that run: START, SUSPEND, CONTINUE, VACATE; KILL is in `forcing`.

"Managing a job's status using control expressions" in Using and Administering LoadLeveler: START and CONTINUE are true
where they aren't said, the others false. A machine takes no steps while SUSPEND is true of it. They are looked at
whenever a machine tells of itself.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from jobcast.batch.action import Action
from jobcast.batch.changing import Change, requeued
from jobcast.batch.ledger import CLOSED, STOPPED, Ledger
from jobcast.batch.machine_facts import facts_of, is_true
from jobcast.batch.record import HALTED_WITH_MACHINE, Step, StepState
from jobcast.machine import Fact
from jobcast.schedule.event import Event, MachineCame, MachineLeft, ResumeAsked, SuspendAsked
from jobcast.schedule.expression import Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """What follows from looking at one machine."""

    events: tuple[Event, ...] = ()
    """For the core."""
    changes: tuple[Change, ...] = ()
    """Steps that are vacated."""
    closed: frozenset[str] = frozenset()
    """Machines that START keeps from taking steps, from now on."""
    stopped: frozenset[str] = frozenset()
    """Steps that SUSPEND has stopped, from now on."""


def look(machine: str, controls: Mapping[str, Expression], ledger: Ledger, moment: datetime) -> Looked:
    """Return what the expressions want of a machine; `moment` is in the site's zone."""
    at, looked = int(moment.timestamp()), Looked(closed=ledger.closed, stopped=ledger.stopped)
    if machine not in ledger.state.grid.rows or not (controls or ledger.closed or ledger.stopped):
        return looked
    facts = facts_of(machine, ledger, moment)
    busy = is_true(controls.get("suspend"), facts, default=False)
    takes = is_true(controls.get("start"), facts, default=True) and not busy
    looked = _start(machine, takes, ledger, at)
    for step in _steps_on(machine, ledger):
        wants = partial(_is_true_now, controls, {**facts, "EnteredCurrentState": step.since})
        looked = _job(step, wants, looked, ledger, at)
    return looked


def control(machines: Iterable[str], ledger: Ledger, moment: datetime) -> tuple[Action, ...]:
    """Do what the expressions want of machines; raises FullError. Return what the executor is to be asked."""
    of_loadleveler = ledger.site.dialect == "loadleveler"
    controls, actions = ledger.site.loadleveler.controls if of_loadleveler else {}, list[Action]()
    for machine in machines:
        wanted = look(machine, controls, ledger, moment)
        if not wanted.events and not wanted.changes:
            continue

        def note(wanted: Looked = wanted) -> None:
            ledger.closed, ledger.stopped = wanted.closed, wanted.stopped
            for change in wanted.changes:
                if change.then is not None:
                    change.then()

        meta = {CLOSED: json.dumps(sorted(wanted.closed)), STOPPED: json.dumps(sorted(wanted.stopped))}
        turned = ledger.turn(int(moment.timestamp()), wanted.events, meta=meta, then=note)
        actions += (*turned.actions, *(each for change in wanted.changes for each in change.actions))
    return tuple(actions)


def _start(machine: str, takes: bool, ledger: Ledger, at: int) -> Looked:
    closed = machine in ledger.closed
    known = {each.name: each for each in ledger.state.cluster.machines}
    events: tuple[Event, ...] = ()
    if not takes and not closed:
        events = (MachineLeft(at=at, machine=machine),)
    elif takes and closed and machine not in ledger.drained:
        events = (MachineCame(at=at, machine=known[machine]),)
    now = ledger.closed - {machine} if takes else ledger.closed | {machine}
    return Looked(events=events, closed=now, stopped=ledger.stopped)


def _job(step: Step, wants: Callable[[str], bool], looked: Looked, ledger: Ledger, at: int) -> Looked:
    without = looked.stopped - {step.id}
    if step.id in ledger.state.running:
        if not wants("suspend"):
            return replace(looked, stopped=without)
        event = SuspendAsked(at=at, job=step.id)
        return replace(looked, events=(*looked.events, event), stopped=looked.stopped | {step.id})
    if step.id not in ledger.stopped or step.state is StepState.VACATE_PENDING:
        return looked
    if wants("vacate"):
        change = requeued(step, at, ledger)
        return replace(looked, changes=(*looked.changes, change), stopped=without)
    if wants("continue") and not wants("suspend") and step.halted_by != HALTED_WITH_MACHINE:
        resume = ResumeAsked(at=at, job=step.id)
        return replace(looked, events=(*looked.events, resume), stopped=without)
    return looked


def _is_true_now(controls: Mapping[str, Expression], facts: Mapping[str, Fact], name: str) -> bool:
    return is_true(controls.get(name), facts, default=name == "continue")


def _steps_on(machine: str, ledger: Ledger) -> Iterator[Step]:
    for step in ledger.steps.values():
        there = step.id in ledger.state.running or step.id in ledger.state.suspended
        if there and any(share.machine == machine for share in step.allocation):
            yield step
