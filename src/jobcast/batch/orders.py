"""Orders on living steps: who may give them, what events they become, and what is answered."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from jobcast.batch.action import Action
from jobcast.batch.changing import (
    Change,
    Refusal,
    cancelled,
    favour,
    halted,
    held,
    is_halted_by_others,
    modify,
    prioritised,
    removed,
    requeued,
)
from jobcast.batch.confirming import confirming
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
    Remove,
    Requeue,
    Resume,
    Suspend,
)
from jobcast.batch.record import HALTED_BY_OPERATOR, HALTED_BY_OWNER, Step, StepState
from jobcast.batch.service import Past
from jobcast.language import say
from jobcast.schedule.event import (
    ResumeAsked,
    SuspendAsked,
)


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


OnSteps = Hold | Release | Cancel | Suspend | Resume | Requeue | Remove | Favour | Prioritise | Modify
"""Orders that are for steps which are there."""
_FOR_OPERATORS = (Favour,)
_MOST_NAMES = 20_000
"""That one order may hold: each is looked up, in the journal too, while others wait."""


def carry_out(order: OnSteps, asker: Asker, ledger: Ledger, at: int) -> Carried:
    """Carry out an order; raises FullError where it can't be written down, and then nothing has happened."""
    names = (order.step,) if isinstance(order, Modify) else tuple(dict.fromkeys(order.steps))
    if len(names) > _MOST_NAMES:
        said = say("batch.too_many_names", most=f"{_MOST_NAMES:,}")
        return Carried(answer=Answer(outcomes=(Outcome(name="", done=Done.REFUSED, said=said),)))
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
            outcomes.append(_not_alive(name, ledger))
    return list(living.values())


def _not_alive(name: str, ledger: Ledger) -> Outcome:
    if ledger.journal.step(name) is not None:
        return Outcome(name=name, done=Done.NOT_NOW, said=say("batch.over", step=name))
    if next(ledger.journal.past(Past(job=name)), None) is not None:
        return Outcome(name=name, done=Done.NOT_NOW, said=say("batch.job_over", job=name))
    return Outcome(name=name, done=Done.NO_SUCH, said=say("batch.no_step", step=name))


def _forbidden(order: OnSteps, asker: Asker, step: Step) -> Refusal | None:
    if not asker.may(step):
        return Done.NOT_YOURS, say("batch.not_yours", step=step.id, user=step.submitted.job.user)
    system = isinstance(order, (Hold, Release)) and order.by is HoldKind.SYSTEM
    if (system or isinstance(order, _FOR_OPERATORS)) and not asker.operator:
        return Done.NOT_YOURS, say("batch.operators_only")
    return None


def _change(order: OnSteps, asker: Asker, step: Step, at: int, ledger: Ledger) -> Change | Refusal:
    match order:
        case Cancel():
            return cancelled(step, at, ledger)
        case Prioritise():
            return prioritised(order, step, at, ledger)
        case Modify():
            return modify(order, step, at, ledger, operator=asker.operator)
    theirs = asker.user != step.submitted.job.user
    if step.id in ledger.state.waiting:
        change = _of_waiting(order, step, at, ledger, by=HoldKind.SYSTEM if theirs else HoldKind.USER)
    elif isinstance(order, Resume) and not asker.operator and is_halted_by_others(step, ledger):
        return Done.NOT_YOURS, say("batch.not_by_you", step=step.id)
    else:
        change = _of_started(order, step, at, ledger, by=HALTED_BY_OPERATOR if theirs else HALTED_BY_OWNER)
    if change is not None and isinstance(order, Release | Resume):
        change = confirming(change, step, asker.user, at, ledger)
    return change or (Done.NOT_NOW, say("batch.not_now", step=step.id, state=say(f"step_state.{step.state}")))


def _of_waiting(order: OnSteps, step: Step, at: int, ledger: Ledger, *, by: HoldKind) -> Change | None:
    holds = {*step.submitted.job.hold.split()}
    match order:
        case Hold(by=kind):
            return held(step, at, ledger, holds | {str(kind)})
        case Release(by=kind):
            return held(step, at, ledger, holds - {str(kind)})
        case Suspend(waiting_too=True):
            return held(step, at, ledger, holds | {str(by)})
        case Resume():
            return held(step, at, ledger, holds - {"user", str(by)})
        case Favour(favoured=favoured):
            return favour(step, at, ledger, rank=int(favoured))
    return None


def _of_started(order: OnSteps, step: Step, at: int, ledger: Ledger, *, by: str) -> Change | None:
    holds = {*step.submitted.job.hold.split()}
    match order:
        case Suspend() if step.id in ledger.state.running or step.id in ledger.state.suspended:
            return halted(step, ledger, SuspendAsked(at=at, job=step.id), by)
        case Resume() if step.id in ledger.state.suspended:
            return halted(step, ledger, ResumeAsked(at=at, job=step.id), "")
        case Hold(by=kind):  # it counts as soon as the step waits again
            return held(step, at, ledger, holds | {str(kind)})
        case Release(by=kind):
            return held(step, at, ledger, holds - {str(kind)})
        case Requeue() | Remove() if step.state is not StepState.REMOVE_PENDING:
            leave = requeued if isinstance(order, Requeue) else removed
            return leave(step, at, ledger)
    return None


def is_on_steps(order: Order) -> bool:
    """Tell whether an order is for steps which are there."""
    return isinstance(order, OnSteps)
