"""What bsub, bkill, bstop, bresume and btop say, in LSF's words."""

from collections.abc import Mapping
from enum import StrEnum

from jobcast.batch.order import Done, Outcome
from jobcast.printable import printable


class Deed(StrEnum):
    """What is done to a job."""

    KILL = "kill"
    STOP = "stop"
    RESUME = "resume"
    TOP = "top"


_DONE: Mapping[Deed, str] = {
    Deed.KILL: "is being terminated",
    Deed.STOP: "is being stopped",
    Deed.RESUME: "is being resumed",
    Deed.TOP: "has been moved to position 1 from top.",
}
_NOT_NOW: Mapping[Deed, str] = {
    Deed.KILL: "Job has already finished",
    Deed.STOP: "Job has already finished",
    Deed.RESUME: "Job was not suspended by bstop",
    Deed.TOP: "Job has already started or finished",
}


def done(deed: Deed, outcome: Outcome) -> tuple[str, bool]:
    """Return what is said of one job, and whether it was done."""
    name = printable(outcome.name)
    match outcome.done:
        case Done.YES:
            return f"Job <{name}> {_DONE[deed]}", True
        case Done.NO_SUCH:
            return f"Job <{name}>: No matching job found", False
        case Done.NOT_YOURS:
            return f"Job <{name}>: User permission denied", False
        case Done.NOT_NOW:
            return f"Job <{name}>: {_NOT_NOW[deed]}", False
        case Done.REFUSED:
            return f"Job <{name}>: {printable(outcome.said) or 'Bad request'}", False


def submitted(job: str, queue: str, *, chosen: bool) -> str:
    """Return what bsub prints of a job that was taken; `chosen` where its user named the queue."""
    return f"Job <{printable(job)}> is submitted to {'' if chosen else 'default '}queue <{printable(queue)}>."


NOT_SUBMITTED = "Job not submitted."
_FULL_STOP = "\u3002"
"""The Chinese one."""


def refused(said: str) -> str:
    """Return what bsub prints of a job that wasn't taken; its last words are always the same."""
    text = "\n".join(map(printable, said.strip().split("\n")))
    if text.endswith(NOT_SUBMITTED):
        return text
    if not text:
        return NOT_SUBMITTED
    stop = ". " if text.isascii() else _FULL_STOP  # a sentence ends in its own language
    return f"{text.rstrip('.' + _FULL_STOP)}{stop}{NOT_SUBMITTED}"
