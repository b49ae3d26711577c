"""Starts steps where the site's own scheduler wants them (SCHEDULER_TYPE = API)."""

from jobcast.batch.ledger import Ledger
from jobcast.batch.order import Answer, Dispatch, Done, Outcome
from jobcast.batch.orders import Asker, Carried, found
from jobcast.batch.record import Step
from jobcast.decision import Cause, Reason, Start
from jobcast.language import say
from jobcast.schedule import event as events
from jobcast.schedule.sentence import sentence


def dispatch(order: Dispatch, asker: Asker, ledger: Ledger, at: int) -> Carried:
    """Start a waiting step on just these machines, or tell why it can't; raises FullError."""
    outcomes: list[Outcome] = []
    steps = [step for _, step in found((order.step,), ledger, outcomes) if step.id == order.step]
    if not steps:
        return Carried(answer=Answer(outcomes=tuple(outcomes) or (_no_such(order.step),)))
    refused = _refused(order, asker, steps[0], ledger)
    if refused is not None:
        return Carried(answer=Answer(outcomes=(refused,)))
    event = events.Dispatch(at=at, job=order.step, allocation=order.allocation)
    turned = ledger.turn(at, [event])
    if any(isinstance(each, Start) and each.job == order.step for each in turned.decisions):
        outcome = Outcome(name=order.step, done=Done.YES)
    else:
        entry = ledger.state.waiting.get(order.step)
        said = "" if entry is None else sentence(entry.reason)
        outcome = Outcome(name=order.step, done=Done.REFUSED, said=said)
    return Carried(answer=Answer(outcomes=(outcome,)), actions=turned.actions)


def _no_such(step: str) -> Outcome:
    """Tell that a name stands for a whole job or array: each step is placed by itself."""
    return Outcome(name=step, done=Done.NO_SUCH, said=say("batch.no_step", step=step))


def _refused(order: Dispatch, asker: Asker, step: Step, ledger: Ledger) -> Outcome | None:
    """Return why the core needn't be asked."""
    if not asker.operator:
        return Outcome(name=step.id, done=Done.NOT_YOURS, said=say("batch.operators_only"))
    if not ledger.site.policy.external:
        return Outcome(name=step.id, done=Done.REFUSED, said=say("batch.not_external"))
    if step.id not in ledger.state.waiting:
        state = say(f"step_state.{step.state}")
        said = say("batch.not_now", step=step.id, state=state)
        return Outcome(name=step.id, done=Done.NOT_NOW, said=said)
    said = _misplaced(order, step, ledger)
    return Outcome(name=step.id, done=Done.REFUSED, said=said) if said else None


def _misplaced(order: Dispatch, step: Step, ledger: Ledger) -> str:
    """Return why a step can't be where it is wanted, whatever else runs; empty where it may."""
    if not order.allocation:
        return say("batch.nowhere", step=step.id)
    for share in order.allocation:
        if share.machine not in ledger.state.grid.rows:
            return say("batch.no_machine", machine=share.machine)
    tasks = [share.tasks for share in order.allocation]
    if min(tasks) < 1 or sum(tasks) != step.submitted.job.demand.tasks:
        names = ", ".join(share.machine for share in order.allocation)
        return sentence(Reason(cause=Cause.NOT_THERE, values={"machines": names}))
    return ""
