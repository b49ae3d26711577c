"""What is done to one step, by orders and by a site's expressions: events for the core, and what follows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from jobcast.batch import following
from jobcast.batch.action import Action, Verb
from jobcast.batch.intake.loadleveler import DIALECT
from jobcast.batch.intake.loadleveler_modified import modified
from jobcast.batch.ledger import Ledger
from jobcast.batch.order import Done, Modify, Prioritise
from jobcast.batch.record import HALTED_BY_OPERATOR, HALTED_WITH_MACHINE, Step, StepState, Submitted
from jobcast.batch.turned_away import never
from jobcast.decision import Cause
from jobcast.language import say
from jobcast.machine import CPUS, MEMORY
from jobcast.schedule.event import Cancelled, Changed, Event, Favoured

_USUAL_PRIORITY, _HIGHEST_PRIORITY = 50, 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What is done to one step."""

    events: tuple[Event, ...] = ()
    """For the core."""
    then: Callable[[], None] | None = None
    """Called once they are written down."""
    actions: tuple[Action, ...] = ()
    """For the executor."""


Refusal = tuple[Done, str]
"""What is answered where nothing is done."""


def favour(step: Step, at: int, ledger: Ledger, *, rank: int) -> Change:
    """Set a step's rank before all priorities."""

    def note() -> None:
        step.submitted = replace(step.submitted, notes=replace(step.submitted.notes, favoured=rank))
        ledger.change(step)

    return Change(events=(Favoured(at=at, job=step.id, rank=rank),), then=note)


def prioritised(order: Prioritise, step: Step, at: int, ledger: Ledger) -> Change:
    """Move the priority of a step among its owner's."""
    now = step.submitted.job.priority
    base = order.to if order.to is not None else (_USUAL_PRIORITY if now is None else now) + (order.by or 0)
    return changed(step, at, ledger, priority=min(max(base, 0), _HIGHEST_PRIORITY))


def cancelled(step: Step, at: int, ledger: Ledger) -> Change:
    """Take a step back: one that waits is over at once, one that runs is killed."""

    def over() -> None:
        following.taken_back(step, at)
        ledger.drop(step)

    waits = step.id in ledger.state.waiting
    return Change(events=(Cancelled(at=at, job=step.id),), then=over if waits else None)


def requeued(step: Step, at: int, ledger: Ledger) -> Change:
    """Kill a step's attempt; when it is gone, the step waits again, unless it may not be run twice."""
    if not step.submitted.job.restartable:
        return removed(step, at, ledger)
    return _leaving(step, at, ledger, following.REQUEUED, StepState.VACATE_PENDING)


def removed(step: Step, at: int, ledger: Ledger) -> Change:
    """Kill a step's attempt for good, so that others have its machines."""
    return _leaving(step, at, ledger, Cause.PREEMPTED, StepState.REMOVE_PENDING)


def _leaving(step: Step, at: int, ledger: Ledger, why: str, state: StepState) -> Change:
    def leave() -> None:
        step.killed_for = why
        following.put(step, state, at)
        ledger.change(step)

    kill = Action(verb=Verb.KILL, attempt=step.attempt_id, step=step.id)
    return Change(then=leave, actions=(kill,))


def halted(step: Step, ledger: Ledger, event: Event, by: str) -> Change:
    """Suspend a step by hand, or let it go on; remember who wanted it."""

    def note() -> None:
        step.halted_by = by
        ledger.change(step)

    return Change(events=(event,), then=note)


def is_halted_by_others(step: Step, ledger: Ledger) -> bool:
    """Tell whether an operator or an expression of the site suspended a step: its owner may not resume it."""
    return step.halted_by in {HALTED_BY_OPERATOR, HALTED_WITH_MACHINE} or step.id in ledger.stopped


def held(step: Step, at: int, ledger: Ledger, holds: set[str]) -> Change:
    """Let a waiting step be held by these."""
    hold = " ".join(name for name in ("user", "system") if name in holds)

    def put() -> None:
        if step.id in ledger.state.waiting and step.state is not StepState.VACATE_PENDING:
            following.put(step, following.waiting_state(hold), at)

    change = changed(step, at, ledger, hold=hold)

    def both() -> None:
        if change.then is not None:
            change.then()
        put()

    return replace(change, then=both)


def changed(step: Step, at: int, ledger: Ledger, **fields: object) -> Change:
    """Change what the scheduler knows of a step."""
    job = replace(step.submitted.job, **fields)  # type: ignore[arg-type]

    def keep() -> None:
        step.submitted = replace(step.submitted, job=job)
        ledger.change(step)

    return Change(events=(Changed(at=at, job=job),), then=keep)


def modify(order: Modify, step: Step, at: int, ledger: Ledger, *, operator: bool) -> Change | Refusal:
    """Give a step other values; what would keep it from ever starting is refused."""
    before, waits = step.submitted, step.id in ledger.state.waiting
    waiting_only = (order.queue, order.account, order.begin, order.memory_per_task, order.cpus_per_task)
    if not waits and any(value is not None for value in waiting_only):
        return Done.NOT_NOW, say("batch.not_now", step=step.id, state=say(f"step_state.{step.state}"))
    if (order.sysprio is not None or (not waits and _is_longer(order, before))) and not operator:
        return Done.NOT_YOURS, say("batch.operators_only")
    if before.notes.dialect == DIALECT:
        found = modified(before, order, ledger.site.loadleveler)
    else:
        found = _with_values(before, order)
    if isinstance(found, str):
        return Done.REFUSED, found
    if waits and (why := never(found, ledger.state)):
        return Done.REFUSED, why
    rank = order.sysprio
    if rank is not None:
        found = replace(found, notes=replace(found.notes, favoured=rank))
    relimited = not waits and _limits(found) != _limits(before)

    def keep() -> None:
        step.submitted, step.relimited = found, step.relimited or relimited
        ledger.change(step)

    events: tuple[Event, ...] = (Changed(at=at, job=found.job),)
    if rank is not None:
        events = (*events, Favoured(at=at, job=step.id, rank=rank))
    limit = Action(verb=Verb.LIMIT, attempt=step.attempt_id, step=step.id)
    return Change(events=events, then=keep, actions=(limit,) if relimited else ())


def _is_longer(order: Modify, than: Submitted) -> bool:
    """Tell whether an order lets a step run longer, or warns it later."""
    hard, soft = _limits(than)
    is_longer = order.run_limit is not None and (hard is None or order.run_limit > hard)
    return is_longer or (
        order.soft_run_limit is not None and soft is not None and order.soft_run_limit > soft
    )


def _limits(step: Submitted) -> tuple[int | None, int | None]:
    return step.job.run_limit, step.soft_run_limit


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
    amounts = {MEMORY: order.memory_per_task, CPUS: order.cpus_per_task}
    if wanted := {name: amount for name, amount in amounts.items() if amount is not None}:
        fields["demand"] = replace(job.demand, per_task={**job.demand.per_task, **wanted})
    if order.comment is not None:
        notes = replace(notes, comment=order.comment)
    soft = submitted.soft_run_limit if order.soft_run_limit is None else order.soft_run_limit
    return replace(submitted, job=replace(job, **fields), notes=notes, soft_run_limit=soft)
