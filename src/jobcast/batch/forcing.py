"""LoadLeveler's control expression KILL: what is being vacated on a machine of which it is true is ended at once.

While it is false a step may take its time, at most the grace that the executor gives it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from jobcast.batch.action import Action, Verb
from jobcast.batch.ledger import Ledger
from jobcast.batch.machine_facts import facts_of, is_true
from jobcast.batch.record import Step, StepState
from jobcast.decision import Cause
from jobcast.schedule.expression import Expression


def forced(actions: Iterable[Action], ledger: Ledger, moment: datetime) -> Iterator[Action]:
    """Yield what the executor is to be asked, kills of what is vacated at once where KILL is true.

    `moment` is in the site's zone.
    """
    tree = _expression(ledger)
    for action in actions:
        step = ledger.steps.get(action.step)
        is_kill = action.verb is Verb.KILL and step is not None and action.attempt == step.attempt_id
        if tree is not None and step is not None and is_kill and _is_forced(step, tree, ledger, moment):
            yield replace(action, at_once=True)
        else:
            yield action


def on_machines(machines: Iterable[str], ledger: Ledger, moment: datetime) -> tuple[Action, ...]:
    """Return kills of what is being vacated on one of these machines, and is to be ended by force now."""
    tree, names = _expression(ledger), frozenset(machines)
    if tree is None:
        return ()
    return tuple(
        Action(verb=Verb.KILL, attempt=step.attempt_id, step=step.id, at_once=True)
        for step in ledger.steps.values()
        if any(share.machine in names for share in step.allocation) and _is_forced(step, tree, ledger, moment)
    )


def _expression(ledger: Ledger) -> Expression | None:
    site = ledger.site
    return site.loadleveler.controls.get("kill") if site.dialect == "loadleveler" else None


def _is_forced(step: Step, tree: Expression, ledger: Ledger, moment: datetime) -> bool:
    """Tell whether a step is being vacated, for good or not, and KILL is true of one of its machines."""
    leaves = step.state is StepState.VACATE_PENDING
    leaves_for_good = step.state is StepState.REMOVE_PENDING and step.killed_for == Cause.PREEMPTED
    return (leaves or leaves_for_good) and any(
        is_true(
            tree,
            facts_of(share.machine, ledger, moment) | {"EnteredCurrentState": step.since},
            default=False,
        )
        for share in step.allocation
    )
