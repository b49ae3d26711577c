"""What went wrong with a step that is over, in the language of whoever asks."""

from collections.abc import Iterator, Mapping

from jobcast.act.executors.base import End
from jobcast.batch.record import Step, StepState
from jobcast.decision import Cause
from jobcast.language import say
from jobcast.schedule.sentence import sentence

_NOT_BY_ITSELF = frozenset({StepState.REMOVED, StepState.REJECTED, StepState.NOT_RUN})
_HOW = frozenset({End.OVER_MEMORY, End.OVER_CPU_TIME, End.LOST})
_EPILOGS = {"user_epilog": "JOB_USER_EPILOG", "epilog": "JOB_EPILOG"}


def why_over(step: Step) -> str:
    """Return why a step was refused, killed or failed, and which epilog did; empty where there is nothing to tell."""
    told, *more = dict.fromkeys(_parts(step)) or [""]
    for part in more:
        told = say("ending.and", one=told, other=part)
    return told


def _parts(step: Step) -> Iterator[str]:
    if step.reason is not None and step.state in _NOT_BY_ITSELF:
        yield sentence(step.reason)
    elif step.state is StepState.REMOVED and step.killed_for == Cause.PREEMPTED:
        yield say("ending.removed")
    if step.detail:
        yield step.detail
    elif step.how in _HOW:
        yield say(f"ending.{step.how}")
    yield from failed_epilogs(step.exits)


def failed_epilogs(exits: Mapping[str, int]) -> list[str]:
    """Return a sentence for each epilog that failed after a job; `exits` are exit codes by name."""
    return [
        say("ending.epilog", name=name, code=exits[key]) for key, name in _EPILOGS.items() if exits.get(key)
    ]
