"""How a submission comes in: numbered, read, and accepted or refused."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from jobcast.batch.accepting import NUMBER, accept
from jobcast.batch.intake.base import Submitter
from jobcast.batch.ledger import Ledger
from jobcast.batch.living import job_of
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
        told = replace(told, job=str(number), named=partial(_named, ledger, who.user, at))
    intake = around.read(ledger, order, told)
    return accept(intake, number, ledger, at, around.complete)


def _named(ledger: Ledger, user: str, at: int) -> dict[str, list[str]]:
    """Return the names of a user's jobs of LSF's that are alive, or were a while ago, with the ids of those jobs."""
    found: dict[str, set[str]] = {}
    for name, number in ledger.journal.names(user, at - ledger.site.lsf.params.clean_period):
        found.setdefault(name, set()).add(number)
    for step in ledger.steps.values():
        job, notes = step.submitted.job, step.submitted.notes
        if notes.dialect == "lsf" and job.user == user and notes.name:
            found.setdefault(notes.name, set()).add(job_of(step) or step.id)
    return {name: sorted(jobs, key=int) for name, jobs in found.items()}
