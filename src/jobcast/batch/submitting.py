"""How a submission comes in: numbered, read, and accepted or refused."""

from dataclasses import replace
from datetime import datetime

from jobcast.batch.accepting import NUMBER, accept
from jobcast.batch.intake.base import Submitter
from jobcast.batch.ledger import Ledger, job_of
from jobcast.batch.order import SubmitCommand, SubmitCommandFile
from jobcast.batch.orders import Carried
from jobcast.batch.surroundings import Surroundings


def submit(
    order: SubmitCommandFile | SubmitCommand, who: Submitter, at: int, ledger: Ledger, around: Surroundings
) -> Carried:
    """Carry out a submission; raises FullError where it can't be written down."""
    number = int(ledger.journal.meta(NUMBER) or 0) + 1
    told = replace(who, job=f"{who.host}.{number}", at=datetime.fromtimestamp(at, around.zone))
    if isinstance(order, SubmitCommand):
        told = replace(told, job=str(number), named=_named(ledger))
    intake = around.read(ledger, order, told)
    return accept(intake, number, ledger, at, around.complete)


def _named(ledger: Ledger) -> dict[str, list[str]]:
    """Return the names of jobs that are alive, with the ids of those that bear them."""
    found: dict[str, dict[str, None]] = {}
    for step in ledger.steps.values():
        found.setdefault(step.submitted.notes.name, {})[job_of(step) or step.id] = None
    return {name: list(ids) for name, ids in found.items() if name}
