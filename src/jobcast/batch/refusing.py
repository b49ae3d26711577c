"""Why the core would turn a submission away, with what it asks too much of, how much there is, and where it says so."""

from collections.abc import Mapping, Sequence

from jobcast.batch.intake.base import Place, Places
from jobcast.batch.ledger import Ledger
from jobcast.batch.record import Submitted
from jobcast.batch.turned_away import turned_away
from jobcast.decision import Cause, Reason
from jobcast.language import say
from jobcast.schedule.admission import admit
from jobcast.schedule.beyond import Kind
from jobcast.schedule.happening import queue_of

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
        reason = admit(each.job, queue_of(each.job, ledger.site.policy), ledger.state)
        if not isinstance(reason, Reason):
            continue
        said, kind = turned_away(each, reason, ledger.state)
        keys = _SAID_BY[kind] if kind else ("requirements",) if reason.cause is Cause.NO_MACHINE else ()
        found[_placed(said, keys, places.get(each.job.id, {}))] = None
    return list(found)


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
