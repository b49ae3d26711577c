"""Why a job waits, stands still or has ended badly, in LSF's words.

Source: specification of the texts in the documentation of bjobs -l and -p. LSF knows more reasons; where it has no
sentence for one of ours, it is told in plain words.
"""

from collections.abc import Mapping

from jobcast.act.executors.base import End
from jobcast.batch.record import Step, StepState
from jobcast.batch.screens.lsf.job import by_hand, ran_for, run_limit, state
from jobcast.batch.snapshot import Snapshot, Waits
from jobcast.decision import Cause
from jobcast.machine import CPUS, MEMORY
from jobcast.printable import printable

_SLOTS = "Not enough job slot(s)"
_NO_TIME = "Not enough slots or resources for whole duration of the job"
_SENTENCES = {
    Cause.NEW: "New job is waiting for scheduling",
    Cause.FITS: "New job is waiting for scheduling",
    Cause.SPAN: "Not enough processors to meet the job's spanning requirement",
    Cause.NO_MACHINE: "There are no suitable hosts for the job",
    Cause.AWAY: "There are no suitable hosts for the job",
    Cause.RESERVED: _NO_TIME,
    Cause.RESERVED_NO_BACKFILL: _NO_TIME,
    Cause.RESERVED_ENDLESS: _NO_TIME,
    Cause.BEHIND: "Jobs before it in the queue are still waiting",
    Cause.WINDOW: "The queue is inactivated by its time windows",
    Cause.QUEUE_CLOSED: "The queue is inactivated by the administrator",
    Cause.BEGIN: "The job has a specified start time",
    Cause.DEPENDENCY: "Job dependency condition not satisfied",
    Cause.NEVER: "Dependency condition invalid or never satisfied",
    Cause.PAUSE: "The job has reserved slots for the longest time allowed",
    Cause.BOOKED: "The advance reservation of the job is not active",
    Cause.SUSPENDED: "The job was preempted by a job of higher priority",
    Cause.ASKED: "The job was suspended by user",
}
_LIMITS = {
    "QJOB_LIMIT": "The queue has reached its job slot limit",
    "UJOB_LIMIT": "The user has reached the per-user job slot limit of the queue",
}
_ON_HOSTS = frozenset(
    {
        Cause.RESOURCES,
        Cause.SPAN,
        Cause.AWAY,
        Cause.RESERVED,
        Cause.RESERVED_NO_BACKFILL,
        Cause.RESERVED_ENDLESS,
    }
)
"""Reasons that lie with hosts, not with the job as a whole."""


def pending(step: Step, snapshot: Snapshot) -> str:
    """Return why a step waits, without a full stop."""
    waits = snapshot.waits.get(step.id)
    if waits is None:
        return _SENTENCES[Cause.NEW]
    if waits.cause == Cause.HELD:
        who = "user" if step.state in {StepState.USER_HOLD, StepState.BOTH_HOLDS} else "administrator"
        return f"The job was suspended by the {who} while pending"
    return _sentence(waits.cause, waits.values) or printable(waits.sentence)


def _sentence(cause: str, values: Mapping[str, str | int]) -> str:
    resource = str(values.get("resource", ""))
    if cause == Cause.RESOURCES and resource in {CPUS, ""}:
        return _SLOTS
    if cause in {Cause.RESOURCES, Cause.FLOATING}:
        called = "mem" if resource == MEMORY else printable(resource)
        return f"Job's requirements for reserving resource ({called}) not satisfied"
    if cause == Cause.LIMIT:
        limit = str(values.get("limit", ""))
        return next((text for keyword, text in _LIMITS.items() if keyword in limit), "Job slot limit reached")
    return _SENTENCES.get(Cause(cause), "") if cause in set(Cause) else ""


def with_hosts(step: Step, snapshot: Snapshot, *, all_hosts: bool) -> list[str]:
    """Return why a step waits with how many hosts that holds for; with `all_hosts` also those that can't be used."""
    waits = snapshot.waits.get(step.id)
    found = [pending(step, snapshot)]
    usable = [each for each in snapshot.machines if each.takes]
    if waits is None or waits.cause not in _ON_HOSTS:
        return found
    if usable and waits.cause != Cause.AWAY:
        found = [f"{found[0]}: {_hosts(len(usable))}"]
    if all_hosts:
        down = sum(not each.up for each in snapshot.machines)
        closed = sum(each.up and not each.takes for each in snapshot.machines)
        found += [f"Unable to reach slave batch server: {_hosts(down)}"] if down else []
        found += [f"Closed by LSF administrator: {_hosts(closed)}"] if closed else []
    return found


def _hosts(count: int) -> str:
    return f"{count} host" if count == 1 else f"{count} hosts"


def suspended(step: Step, snapshot: Snapshot) -> str:
    """Return why a running step stands still."""
    return _SENTENCES[Cause.ASKED if by_hand(step, snapshot) else Cause.SUSPENDED]


_TERMINATIONS = {
    End.OVER_MEMORY: "TERM_MEMLIMIT: job killed after reaching LSF memory usage limit",
    End.OVER_CPU_TIME: "TERM_CPULIMIT: job killed after reaching LSF CPU usage limit",
    End.LOST: "TERM_ZOMBIE: job exited while LSF is not available",
    End.NOT_BEGUN: "TERM_PRE_EXEC_FAIL: job killed because it could not be started",
}


def termination(step: Step, snapshot: Snapshot) -> str:
    """Return why a job was ended, e.g. ``TERM_RUNLIMIT: ...``; empty where it ended by itself, or isn't over."""
    if state(step, snapshot) != "EXIT":
        return ""
    if step.state is StepState.CANCELED:
        return "TERM_OWNER: job killed by owner"
    if step.how in _TERMINATIONS:
        return _TERMINATIONS[End(step.how)]
    if step.state is StepState.REMOVED or step.how == End.KILLED:
        limit = run_limit(step, snapshot)
        if limit is not None and ran_for(step, snapshot.at) >= limit:
            return "TERM_RUNLIMIT: job killed after reaching LSF run time limit"
        return "TERM_PREEMPT: job killed after preemption"
    return ""


def reserved(waits: Waits) -> tuple[int, list[str]]:
    """Return the slots kept for a job now, in all and as ``n*host``."""
    slots = {machine: held[CPUS] for machine, held in waits.holds.items() if held.get(CPUS)}
    return sum(slots.values()), [f"{count}*{printable(machine)}" for machine, count in slots.items()]
