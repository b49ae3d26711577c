"""Which orders a page offers for a step: those that its reader may give, and that can be carried out now."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from jobcast.batch.ledger import Ledger
from jobcast.batch.orders import Asker
from jobcast.batch.record import Step, StepState
from jobcast.language import say


@dataclass(frozen=True, kw_only=True, slots=True)
class Button:
    """One order."""

    label: str
    order: str
    """As JSON."""
    sure: str = ""
    """What is asked before; empty for nothing."""


def buttons(step: Step, asker: Asker | None, ledger: Ledger, *, all_of_them: bool) -> list[Button]:
    """Return what somebody may do to a step; in listings not `all_of_them`."""
    if asker is None or not asker.may(step) or step.state.is_over:
        return []
    found = [
        Button(label=say(f"batch_page_order.{name}"), order=_order(step, **order))
        for name, order in _orders(step, asker, ledger, all_of_them=all_of_them)
    ]
    if step.state is StepState.REMOVE_PENDING:
        return found
    sure = say("batch_page.sure", step=step.id)
    return [
        *found,
        Button(label=say("batch_page_order.cancel"), order=_order(step, kind="Cancel"), sure=sure),
    ]


def _order(step: Step, **fields: object) -> str:
    return json.dumps({**fields, "steps": [step.id]})


def _orders(
    step: Step, asker: Asker, ledger: Ledger, *, all_of_them: bool
) -> Iterator[tuple[str, dict[str, object]]]:
    state = ledger.state
    if (waiting := state.waiting.get(step.id)) is not None:
        holds = step.submitted.job.hold.split()
        if "user" in holds:
            yield "release", {"kind": "Release"}
        else:
            yield "hold", {"kind": "Hold"}
        if "system" in holds and asker.operator:
            yield "release_system", {"kind": "Release", "by": "system"}
        if asker.operator and all_of_them:
            favoured = waiting.rank > 0
            yield "unfavour" if favoured else "favour", {"kind": "Favour", "favoured": not favoured}
    elif step.id in state.running:
        yield "suspend", {"kind": "Suspend"}
    elif step.id in state.suspended:
        yield "resume", {"kind": "Resume"}
