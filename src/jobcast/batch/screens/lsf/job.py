"""A step as LSF sees it: the number of its job, its state, its name, its hosts."""

import re

from jobcast.act.executors.base import End
from jobcast.batch.record import Step, StepState
from jobcast.batch.snapshot import Snapshot
from jobcast.decision import Cause
from jobcast.machine import Allocation
from jobcast.printable import printable
from jobcast.schedule.job import After, AllOf, AnyOf, Dependency, Ending, Not

UNFINISHED = ("PEND", "PSUSP", "RUN", "USUSP", "SSUSP")
FINISHED = ("DONE", "EXIT")

_STATES = {
    StepState.IDLE: "PEND",
    StepState.NOT_QUEUED: "PEND",
    StepState.DEFERRED: "PEND",
    StepState.USER_HOLD: "PSUSP",
    StepState.SYSTEM_HOLD: "PSUSP",
    StepState.BOTH_HOLDS: "PSUSP",
    StepState.PREEMPTED: "SSUSP",
    StepState.RESUME_PENDING: "SSUSP",
    StepState.REMOVED: "EXIT",
    StepState.CANCELED: "EXIT",
    StepState.NOT_RUN: "EXIT",
    StepState.REJECTED: "EXIT",
}
"""LSF's word; RUN from its start until nothing of it is left. WAIT is of chunk jobs, which there are none of here."""


def state(step: Step, snapshot: Snapshot) -> str:
    """Return LSF's word for the state of a step."""
    if step.state is StepState.COMPLETED:
        return "DONE" if step.exit_code == 0 and step.how in {"", End.EXITED} else "EXIT"
    if step.state is StepState.PREEMPTED and by_hand(step, snapshot):
        return "USUSP"
    return _STATES.get(step.state, "RUN")


def by_hand(step: Step, snapshot: Snapshot) -> bool:
    """Tell whether somebody suspended a running step, rather than a preemptor."""
    waits = snapshot.waits.get(step.id)
    return waits is not None and waits.cause == Cause.ASKED


def number(step: Step) -> str:
    """Return the id of its job, or array."""
    return printable(step.submitted.job.array or step.id)


def index(step: Step) -> int:
    """Return its index in an array; 0 without one."""
    found = re.search(r"\[([0-9]{1,12})\]$", step.id) if step.submitted.job.array else None
    return int(found[1]) if found else 0


def called(step: Step) -> str:
    """Return its number with the index in brackets, as LSF's messages name it."""
    return f"{number(step)}[{index(step)}]" if step.submitted.job.array else number(step)


def name(step: Step) -> str:
    """Return its name; without one that is its command."""
    given = printable(step.submitted.notes.name or step.submitted.notes.command)
    return f"{given}[{index(step)}]" if step.submitted.job.array else given


def hosts(allocation: Allocation) -> list[str]:
    """Return its hosts, ``n*host`` where more than one task runs there."""
    return [
        f"{share.tasks}*{printable(share.machine)}" if share.tasks > 1 else printable(share.machine)
        for share in allocation
    ]


def queue(step: Step, snapshot: Snapshot) -> str:
    """Return its queue, as the policy knows it."""
    return step.submitted.job.queue or snapshot.policy.default_queue


def run_limit(step: Step, snapshot: Snapshot) -> int | None:
    """Return the seconds after which it is killed, of its own or its queue's; None for no limit."""
    rules = snapshot.policy.queues.get(queue(step, snapshot))
    of_queue = (rules.run_limit or rules.run_limit_max) if rules else None
    return step.submitted.job.run_limit or of_queue


_ENDINGS = {
    Ending.DONE: "done",
    Ending.ENDED: "ended",
    Ending.FAILED: "exit",
    Ending.STARTED: "started",
}


def dependency(condition: Dependency) -> str:
    """Return a condition as bsub -w takes it, with numbers of jobs."""
    match condition:
        case After():
            code = f",{condition.operator}{condition.exit_code}" if condition.operator else ""
            return f"{_ENDINGS[condition.ending]}({printable(condition.job)}{code})"
        case Not():
            return f"!{dependency(condition.part)}"
        case AllOf() | AnyOf():
            joint = " && " if isinstance(condition, AllOf) else " || "
            return f"({joint.join(map(dependency, condition.parts))})"


def ran_for(step: Step, now: float) -> float:
    """Return the seconds that its last attempt ran, without those that it stood still."""
    if step.began is None:
        return 0.0
    end = step.ended if step.ended is not None else now
    return max(end - step.began - step.stood_still(end), 0.0)


def cpu_time(step: Step) -> float:
    """Return the seconds of CPU time that its last attempt took, as far as measured."""
    return (step.consumed.user_cpu or 0.0) + (step.consumed.system_cpu or 0.0)
