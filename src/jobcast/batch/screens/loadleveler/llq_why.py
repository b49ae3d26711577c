"""``llq -s``: why a step doesn't run; the sentences are jobcast's own, in the asker's language."""

from collections.abc import Iterator

from jobcast.batch.ending import why_over
from jobcast.batch.record import Step
from jobcast.batch.screens.loadleveler import llq, states
from jobcast.batch.screens.loadleveler.amounts import long_date
from jobcast.batch.screens.loadleveler.llclass import slots
from jobcast.batch.snapshot import Snapshot, Waits
from jobcast.language import say
from jobcast.printable import printable
from jobcast.zone import read_zone

_NAMED = 10
"""Steps before it that are named; the others are counted."""


def why(step: Step, snapshot: Snapshot) -> list[str]:
    """Return why a step doesn't run, when it will at the latest, and who goes before it."""
    title = f"EVALUATIONS FOR JOB STEP {printable(step.id)}"
    waits = snapshot.waits.get(step.id)
    if waits is None:
        told = say("llq_why.not_waiting", status=states.word(step.state))
        over = printable(why_over(step))
        return [f"{'=' * 20} {title} {'=' * 20}", told, *([over] if over else [])]
    told_lines = [printable(line) for line in _told(step, waits, snapshot)]
    return [f"{'=' * 20} {title} {'=' * 20}", *told_lines]


def _told(step: Step, waits: Waits, snapshot: Snapshot) -> Iterator[str]:
    queue = step.submitted.job.queue
    free, _ = slots(queue, snapshot)
    yield f'The class of this job step is "{queue}".'
    yield f"Total number of available initiators of this class on all machines in the cluster: {free}"
    yield f"Minimum number of initiators of this class required by job step: {step.submitted.job.demand.tasks}"
    yield waits.sentence
    if waits.start is not None:
        where = " ".join(share.machine for share in waits.machines)
        when = long_date(waits.start, read_zone(snapshot.zone))
        yield say("llq_why.start_on", when=when, machines=where) if where else say("llq_why.start", when=when)
    if waits.before:
        yield say("llq_why.before", steps=len(waits.before), names=", ".join(waits.before[:_NAMED]))
    yield f"User Priority: {llq.user_priority(step)}"
