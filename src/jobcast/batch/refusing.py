"""Why the core would turn a submission away, with what it asks too much of, how much there is, and where it says so."""

from collections.abc import Mapping, Sequence

from jobcast.batch.intake.base import Place, Places
from jobcast.batch.ledger import Ledger
from jobcast.batch.record import Submitted
from jobcast.decision import Cause, Reason
from jobcast.language import say
from jobcast.machine import CPUS, MEMORY
from jobcast.schedule.admission import admit
from jobcast.schedule.beyond import Beyond, Kind, beyond
from jobcast.schedule.happening import queue_of
from jobcast.schedule.sentence import sentence
from jobcast.systems.loadleveler.resources import IN_BYTES, theirs
from jobcast.units import format_memory

_LSF = {CPUS: "slots", MEMORY: "mem"}
_TASKS = ("total_tasks", "tasks_per_node", "task_geometry", "node")
_AMOUNTS = ("resources", "task_affinity", "node_resources")
_SAID_BY: Mapping[Kind, Sequence[str]] = {
    Kind.NOBODY: _AMOUNTS,
    Kind.FLOATING: ("step_resources", "resources"),
    Kind.ONE_TASK: _AMOUNTS,
    Kind.ONE_MACHINE: (*_TASKS, *_AMOUNTS),
    Kind.TOGETHER: (*_TASKS, *_AMOUNTS),
    Kind.TASKS: (*_TASKS, *_AMOUNTS),
    Kind.MACHINES: ("node", "task_geometry", *_TASKS),
}
"""Keywords of a job command file by which it may be asked for, the likeliest first."""


def refusals(submissions: Sequence[Submitted], ledger: Ledger, places: Places) -> list[str]:
    """Return why the core would turn steps away, each reason once."""
    found: dict[str, None] = {}
    for each in submissions:
        queue = queue_of(each.job, ledger.site.policy)
        reason = admit(each.job, queue, ledger.state)
        if not isinstance(reason, Reason):
            continue
        much = None
        if queue is not None and reason.cause in {Cause.TOO_LARGE, Cause.NO_MACHINE}:
            much = beyond(each.job, queue, ledger.state.grid)
        said = sentence(reason) if much is None else _told(much, each.notes.dialect)
        keys = _SAID_BY[much.kind] if much else ("requirements",) if reason.cause is Cause.NO_MACHINE else ()
        found[_placed(said, keys, places.get(each.job.id, {}))] = None
    return list(found)


def _told(much: Beyond, dialect: str) -> str:
    asked, most = (
        format_memory(amount) if much.resource in IN_BYTES else str(amount)
        for amount in (much.asked, much.most)
    )
    name = _LSF.get(much.resource, much.resource) if dialect == "lsf" else theirs(much.resource)
    values = {"resource": name, "asked": asked, "most": most, "machine": much.machine}
    return say(f"beyond.{much.kind}", **values)


def _placed(said: str, keys: Sequence[str], places: Mapping[str, Place]) -> str:
    """Say where a submission asks for it, where that is known."""
    for key in keys:
        if (place := places.get(key)) is not None:
            return say(
                "loadleveler.at_place",
                file=place.file,
                line=place.line,
                column=place.column,
                name=place.name,
                reason=said,
            )
    return said
