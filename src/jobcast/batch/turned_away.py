"""Why the core turns a step away, in words: what it asks too much of, and how much of that there is."""

from typing import NamedTuple

from jobcast.batch.record import Submitted
from jobcast.decision import Cause, Reason
from jobcast.language import say
from jobcast.machine import CPUS, MEMORY
from jobcast.schedule.admission import readmit
from jobcast.schedule.beyond import Beyond, Kind, beyond
from jobcast.schedule.happening import queue_of
from jobcast.schedule.sentence import sentence
from jobcast.schedule.state import State
from jobcast.systems.loadleveler.resources import IN_BYTES, theirs
from jobcast.units import format_memory

_LSF = {CPUS: "slots", MEMORY: "mem"}


class TurnedAway(NamedTuple):
    """A reason in words."""

    said: str
    """In the language spoken now."""
    kind: Kind | None
    """Where it is too much; None where it isn't that, or where that can't be named."""


def turned_away(step: Submitted, reason: Reason, state: State) -> TurnedAway:
    """Put into words why the core turns a step away."""
    queue, much = queue_of(step.job, state.policy), None
    if queue is not None and reason.cause in {Cause.TOO_LARGE, Cause.NO_MACHINE}:
        much = beyond(step.job, queue, state.grid)
    if much is None:
        return TurnedAway(sentence(reason), None)
    return TurnedAway(_told(much, step.notes.dialect), much.kind)


def never(step: Submitted, state: State) -> str:
    """Return why the core would turn a step away that it knows already, if it were so; empty where it wouldn't."""
    queue = queue_of(step.job, state.policy)
    if queue is None:
        return sentence(Reason(cause=Cause.UNKNOWN_QUEUE, values={"queue": step.job.queue}))
    found = readmit(step.job, queue, state)
    return turned_away(step, found, state).said if isinstance(found, Reason) else ""


def _told(much: Beyond, dialect: str) -> str:
    asked, most = (
        format_memory(amount) if much.resource in IN_BYTES else str(amount)
        for amount in (much.asked, much.most)
    )
    name = _LSF.get(much.resource, much.resource) if dialect == "lsf" else theirs(much.resource)
    values = {"resource": name, "asked": asked, "most": most, "machine": much.machine}
    return say(f"beyond.{much.kind}", **values)
