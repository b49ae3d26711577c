"""What events of a turn did to steps, noted again where the manager was killed before that was written down.

Turns are on the disk before steps are; what was decided takes effect again by itself, but what whoever told of an event
noted at steps was only in memory. Of an attempt that is over the executor tells once more, with all of its figures.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from jobcast.batch import following
from jobcast.batch.record import Step, StepState
from jobcast.schedule.event import Cancelled, Changed, Event, Favoured, Vacated
from jobcast.schedule.job import BatchJob

if TYPE_CHECKING:
    from jobcast.batch.ledger import Ledger

_WAITS = frozenset(
    {
        StepState.IDLE,
        StepState.NOT_QUEUED,
        StepState.DEFERRED,
        StepState.USER_HOLD,
        StepState.SYSTEM_HOLD,
        StepState.BOTH_HOLDS,
    }
)


def note_again(event: Event, ledger: "Ledger") -> None:
    """Note at its step what an event did, before it is decided."""
    match event:
        case Changed(job=job) if job.id in ledger.steps:
            step = ledger.steps[job.id]
            _changed(step, job, event.at)
            ledger.change(step)
        case Vacated(job=name, hold=hold) if name in ledger.steps:
            step = ledger.steps[name]
            following.vacate(step, event.at, hold, "")
            ledger.change(step)
        case Favoured(job=name, rank=rank) if name in ledger.steps:
            step = ledger.steps[name]
            notes = replace(step.submitted.notes, favoured=rank)
            step.submitted = replace(step.submitted, notes=notes)
            ledger.change(step)
        case Cancelled(job=name) if name in ledger.state.waiting and name in ledger.steps:
            step = ledger.steps[name]
            following.taken_back(step, event.at)
            ledger.drop(step)
        case _:
            pass


def _changed(step: Step, job: BatchJob, at: int) -> None:
    foreseen = step.submitted.foreseen
    if foreseen is not None and foreseen.waits and "user" not in job.hold.split():
        foreseen = replace(foreseen, confirmed_at=at)  # by whom isn't known any more
    step.submitted = replace(step.submitted, job=job, foreseen=foreseen)
    if step.state in _WAITS:
        following.put(step, following.waiting_state(job.hold), at)
