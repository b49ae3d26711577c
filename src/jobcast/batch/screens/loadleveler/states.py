"""LoadLeveler's abbreviations and words for the states of a step, and which group each counts in.

"LoadLeveler job states" in Using and Administering LoadLeveler.
"""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from jobcast.batch.record import Step, StepState


class Group(StrEnum):
    """What the last line of ``llq`` counts; the order is that of the line."""

    WAITING = "waiting"
    PENDING = "pending"
    RUNNING = "running"
    HELD = "held"
    PREEMPTED = "preempted"
    OVER = "over"
    """Counted only among all."""


_STATES = {
    StepState.IDLE: ("I", "Idle", Group.WAITING),
    StepState.NOT_QUEUED: ("NQ", "NotQueued", Group.WAITING),
    StepState.DEFERRED: ("D", "Deferred", Group.WAITING),
    StepState.USER_HOLD: ("H", "User Hold", Group.HELD),
    StepState.SYSTEM_HOLD: ("S", "System Hold", Group.HELD),
    StepState.BOTH_HOLDS: ("HS", "User & System Hold", Group.HELD),
    StepState.PENDING: ("P", "Pending", Group.PENDING),
    StepState.STARTING: ("ST", "Starting", Group.PENDING),
    StepState.RUNNING: ("R", "Running", Group.RUNNING),
    StepState.PREEMPT_PENDING: ("EP", "Preempt Pending", Group.RUNNING),
    StepState.PREEMPTED: ("E", "Preempted", Group.PREEMPTED),
    StepState.RESUME_PENDING: ("MP", "Resume Pending", Group.PREEMPTED),
    StepState.COMPLETE_PENDING: ("CP", "Complete Pending", Group.RUNNING),
    StepState.REMOVE_PENDING: ("RP", "Remove Pending", Group.RUNNING),
    StepState.VACATE_PENDING: ("VP", "Vacate Pending", Group.RUNNING),
    StepState.COMPLETED: ("C", "Completed", Group.OVER),
    StepState.REMOVED: ("RM", "Removed", Group.OVER),
    StepState.CANCELED: ("CA", "Canceled", Group.OVER),
    StepState.NOT_RUN: ("NR", "NotRun", Group.OVER),
    StepState.REJECTED: ("X", "Rejected", Group.OVER),
}


def short(state: StepState) -> str:
    """Return the abbreviation, e.g. ``R``."""
    return _STATES[state][0]


def word(state: StepState) -> str:
    """Return the word of long listings, e.g. ``Running``."""
    return _STATES[state][1]


def group(state: StepState) -> Group:
    """Return what it counts as in the last line."""
    return _STATES[state][2]


def has_machines(step: Step) -> bool:
    """Tell whether its processes are on machines now, or will be at once."""
    return group(step.state) in {Group.PENDING, Group.RUNNING, Group.PREEMPTED}


def counted(steps: Iterable[Step]) -> str:
    """Return the last line of ``llq``."""
    counts = Counter(group(step.state) for step in steps)
    told = ", ".join(f"{counts[each]} {each}" for each in Group if each is not Group.OVER)
    return f"{counts.total()} job step(s) in query, {told}"
