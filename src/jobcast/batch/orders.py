"""Orders on living steps: who may give them, what events they become, and what is answered."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jobcast.batch import following
from jobcast.batch.action import Action, Verb
from jobcast.batch.intake.loadleveler import DIALECT
from jobcast.batch.intake.loadleveler_modified import modified
from jobcast.batch.ledger import Ledger
from jobcast.batch.order import (
    Answer,
    Cancel,
    Done,
    Favour,
    Hold,
    HoldKind,
    Modify,
    Order,
    Outcome,
    Prioritise,
    Release,
    Requeue,
    Resume,
    Suspend,
)
from jobcast.batch.record import Step, StepState, Submitted
from jobcast.language import say
from jobcast.machine import MEMORY
from jobcast.schedule.event import (
    Cancelled,
    Changed,
    Event,
    Favoured,
    ResumeAsked,
    SuspendAsked,
)

_USUAL_PRIORITY, _HIGHEST_PRIORITY = 50, 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """Whoever gives an order."""

    user: str
    """Login name, as the kernel or a token tells."""
    operator: bool = False
    """Whether everything may be done to everybody's steps."""

    def may(self, step: Step) -> bool:
        """Tell whether a step is the asker's to change."""
        return self.operator or step.submitted.job.user == self.user


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """What came of an order."""

    answer: Answer
    """For whoever gave it."""
    actions: tuple[Action, ...] = ()
    """What the executor is to be asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What is done to one step."""

    events: tuple[Event, ...] = ()
    """For the core."""
    then: Callable[[], None] | None = None
    """Called once they are written down."""
    actions: tuple[Action, ...] = ()
    """For the executor."""


OnSteps = Hold | Release | Cancel | Suspend | Resume | Requeue | Favour | Prioritise | Modify
"""Orders that are for steps which are there."""
_FOR_OPERATORS = (Favour,)


def carry_out(order: OnSteps, asker: Asker, ledger: Ledger, at: int) -> Carried:
    """Carry out an order; raises FullError where it can't be written down, and then nothing has happened."""
    names = (order.step,) if isinstance(order, Modify) else order.steps
    outcomes: list[Outcome] = []
    changes: list[Change] = []
    for name, step in found(names, ledger, outcomes):
        refusal = _forbidden(order, asker, step)
        change = refusal or _change(order, asker, step, at, ledger)
        if isinstance(change, Change):
            changes.append(change)
            outcomes.append(Outcome(name=step.id, done=Done.YES))
        else:
            done, said = change
            outcomes.append(Outcome(name=step.id if name != step.id else name, done=done, said=said))
    actions: tuple[Action, ...] = ()
    if changes:
        events = [event for change in changes for event in change.events]
        turned = ledger.turn(at, events, then=lambda: _all(change.then for change in changes))
        actions = (*turned.actions, *(action for change in changes for action in change.actions))
    return Carried(answer=Answer(outcomes=tuple(outcomes)), actions=actions)


def _all(calls: Iterable[Callable[[], None] | None]) -> None:
    for call in calls:
        if call is not None:
            call()


def found(names: Sequence[str], ledger: Ledger, outcomes: list[Outcome]) -> list[tuple[str, Step]]:
    """Return the living steps that names stand for; for others, an outcome is added."""
    living: dict[str, tuple[str, Step]] = {}
    for name in names:
        steps = ledger.named(name)
        living |= {step.id: (name, step) for step in steps}
        if not steps:
            over = ledger.journal.step(name) is not None
            said = say("batch.over", step=name) if over else say("batch.no_step", step=name)
            outcomes.append(Outcome(name=name, done=Done.NOT_NOW if over else Done.NO_SUCH, said=said))
    return list(living.values())


_Refusal = tuple[Done, str]


def _forbidden(order: OnSteps, asker: Asker, step: Step) -> _Refusal | None:
    if not asker.may(step):
        return Done.NOT_YOURS, say("batch.not_yours", step=step.id, user=step.submitted.job.user)
    system = isinstance(order, (Hold, Release)) and order.by is HoldKind.SYSTEM
    if (system or isinstance(order, _FOR_OPERATORS)) and not asker.operator:
        return Done.NOT_YOURS, say("batch.operators_only")
    return None


def _change(order: OnSteps, asker: Asker, step: Step, at: int, ledger: Ledger) -> Change | _Refusal:
    match order:
        case Cancel():
            return _cancel(step, at, ledger)
        case Prioritise():
            return _prioritised(order, step, at, ledger)
        case Modify():
            return _modified(order, asker, step, at, ledger)
    waits = step.id in ledger.state.waiting
    change = (_of_waiting if waits else _of_started)(order, step, at, ledger)
    return change or (Done.NOT_NOW, say("batch.not_now", step=step.id, state=say(f"step_state.{step.state}")))


def _of_waiting(order: OnSteps, step: Step, at: int, ledger: Ledger) -> Change | None:
    holds = {*step.submitted.job.hold.split()}
    match order:
        case Hold(by=kind):
            return _held(step, at, ledger, holds | {str(kind)})
        case Release(by=kind):
            return _held(step, at, ledger, holds - {str(kind)})
        case Suspend():
            return _held(step, at, ledger, holds | {"user"})
        case Resume():
            return _held(step, at, ledger, holds - {"user"})
        case Favour(favoured=favoured):
            return favour(step, at, ledger, rank=int(favoured))
    return None


def _of_started(order: OnSteps, step: Step, at: int, ledger: Ledger) -> Change | None:
    match order:
        case Suspend() if step.id in ledger.state.running:
            return Change(events=(SuspendAsked(at=at, job=step.id),))
        case Resume() if step.id in ledger.state.suspended:
            return Change(events=(ResumeAsked(at=at, job=step.id),))
        case Requeue() if step.state is not StepState.REMOVE_PENDING:
            return requeued(step, at, ledger)
    return None


def favour(step: Step, at: int, ledger: Ledger, *, rank: int) -> Change:
    """Set a step's rank before all priorities."""

    def note() -> None:
        step.submitted = replace(step.submitted, notes=replace(step.submitted.notes, favoured=rank))
        ledger.change(step)

    return Change(events=(Favoured(at=at, job=step.id, rank=rank),), then=note)


def _prioritised(order: Prioritise, step: Step, at: int, ledger: Ledger) -> Change:
    now = step.submitted.job.priority
    base = order.to if order.to is not None else (_USUAL_PRIORITY if now is None else now) + (order.by or 0)
    return changed(step, at, ledger, priority=min(max(base, 0), _HIGHEST_PRIORITY))


def _cancel(step: Step, at: int, ledger: Ledger) -> Change:
    def over() -> None:
        step.ended, step.killed_for = at, "cancelled"
        following.put(step, StepState.CANCELED, at)
        ledger.drop(step)

    waits = step.id in ledger.state.waiting
    return Change(events=(Cancelled(at=at, job=step.id),), then=over if waits else None)


def requeued(step: Step, at: int, ledger: Ledger) -> Change:
    """Kill a step's attempt; when it is gone, the step waits again."""

    def leave() -> None:
        step.killed_for = following.REQUEUED
        following.put(step, StepState.VACATE_PENDING, at)
        ledger.change(step)

    kill = Action(verb=Verb.KILL, attempt=step.attempt_id, step=step.id)
    return Change(then=leave, actions=(kill,))


def _held(step: Step, at: int, ledger: Ledger, holds: set[str]) -> Change:
    hold = " ".join(name for name in ("user", "system") if name in holds)

    def put() -> None:
        if step.state is not StepState.VACATE_PENDING:
            following.put(step, following.waiting_state(hold), at)

    change = changed(step, at, ledger, hold=hold)
    return replace(change, then=lambda: _all((change.then, put)))


def changed(step: Step, at: int, ledger: Ledger, **fields: object) -> Change:
    """Change what the scheduler knows of a step."""
    job = replace(step.submitted.job, **fields)  # type: ignore[arg-type]

    def keep() -> None:
        step.submitted = replace(step.submitted, job=job)
        ledger.change(step)

    return Change(events=(Changed(at=at, job=job),), then=keep)


def _modified(order: Modify, asker: Asker, step: Step, at: int, ledger: Ledger) -> Change | _Refusal:
    job, waits = step.submitted.job, step.id in ledger.state.waiting
    running_only = (order.queue, order.account, order.begin, order.memory_per_task)
    if not waits and any(value is not None for value in running_only):
        return Done.NOT_NOW, say("batch.not_now", step=step.id, state=say(f"step_state.{step.state}"))
    longer = order.run_limit is not None and (job.run_limit is None or order.run_limit > job.run_limit)
    if (order.sysprio is not None or (longer and not waits)) and not asker.operator:
        return Done.NOT_YOURS, say("batch.operators_only")
    if step.submitted.notes.dialect == DIALECT:
        found = modified(step.submitted, order, ledger.site.loadleveler)
    else:
        found = _with_values(step.submitted, order)
    if isinstance(found, str):
        return Done.REFUSED, found

    rank = order.sysprio
    if rank is not None:
        found = replace(found, notes=replace(found.notes, favoured=rank))

    def keep() -> None:
        step.submitted = found
        ledger.change(step)

    events: tuple[Event, ...] = (Changed(at=at, job=found.job),)
    if rank is not None:
        events = (*events, Favoured(at=at, job=step.id, rank=rank))
    return Change(events=events, then=keep)


def _with_values(submitted: Submitted, order: Modify) -> Submitted:
    """Return a step of LSF's with the values that an order names."""
    job, notes = submitted.job, submitted.notes
    asked = (
        ("run_limit", order.run_limit),
        ("queue", order.queue),
        ("project", order.account),
        ("begin", order.begin),
    )
    fields: dict[str, Any] = {name: value for name, value in asked if value is not None}
    if order.memory_per_task is not None:
        per_task = {**job.demand.per_task, MEMORY: order.memory_per_task}
        fields["demand"] = replace(job.demand, per_task=per_task)
    if order.comment is not None:
        notes = replace(notes, comment=order.comment)
    return replace(submitted, job=replace(job, **fields), notes=notes)


def is_on_steps(order: Order) -> bool:
    """Tell whether an order is for steps which are there."""
    return isinstance(order, OnSteps)
