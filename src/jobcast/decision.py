"""What the scheduler decides, and why.

Jobs and machines are named, times are whole seconds of the caller's clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jobcast.machine import Allocation


class Cause(StrEnum):
    """Why something was decided, or why a job waits; each has its text, ``schedule.CAUSE``."""

    # Why a job starts.
    FITS = "fits"
    BACKFILL = "backfill"
    OVERTAKES = "overtakes"
    BACKFILL_LENT = "backfill_lent"
    INTERRUPTIBLE = "interruptible"
    PREEMPTS = "preempts"
    DISPATCHED = "dispatched"
    # Why a job waits.
    NEW = "new"
    RESOURCES = "resources"
    SPAN = "span"
    FLOATING = "floating"
    NO_MACHINE = "no_machine"
    AWAY = "away"
    AVOIDS = "avoids"
    RESERVED = "reserved"
    RESERVED_NO_BACKFILL = "reserved_no_backfill"
    RESERVED_ENDLESS = "reserved_endless"
    BEHIND = "behind"
    LIMIT = "limit"
    WINDOW = "window"
    BEGIN = "begin"
    DEPENDENCY = "dependency"
    HELD = "held"
    UNCONFIRMED = "unconfirmed"
    PAUSE = "pause"
    SUSPENDED = "suspended"
    BOOKED = "booked"
    QUEUE_CLOSED = "queue_closed"
    EXTERNAL = "external"
    NOT_THERE = "not_there"
    # Why a job is turned away at submission, or never runs.
    UNKNOWN_QUEUE = "unknown_queue"
    NOT_ALLOWED = "not_allowed"
    TOO_LARGE = "too_large"
    RUN_LIMIT_TOO_LONG = "run_limit_too_long"
    CYCLE = "cycle"
    NEVER = "never"
    BAD_REQUEST = "bad_request"
    # Why a running job is stopped or goes on.
    RUN_LIMIT = "run_limit"
    WINDOW_OVER = "window_over"
    PREEMPTED = "preempted"
    ASKED = "asked"
    PREEMPTOR_ENDED = "preemptor_ended"
    CANCELLED = "cancelled"
    # Why a reservation is made or given back.
    HEAD = "head"
    HOLDS = "holds"
    EXPIRED = "expired"
    NOT_FIRST = "not_first"
    LENT = "lent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One cause with the figures and names that make it understood."""

    cause: Cause
    """Which text tells it."""
    values: Mapping[str, str | int] = field(default_factory=dict)
    """What stands in the places of that text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """The job begins to run."""

    job: str
    """Its id."""
    allocation: Allocation
    """Where."""
    reason: Reason
    """`Cause.FITS`, `BACKFILL`, `OVERTAKES`, `BACKFILL_LENT`, `INTERRUPTIBLE`, `PREEMPTS` or
    `DISPATCHED`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reserve:
    """The job is promised a start, or holds what is free, or both; replaces what it was promised before."""

    job: str
    """Its id."""
    start: int | None
    """No later than that second it starts if nobody runs longer than estimated; None where nobody can tell."""
    allocation: Allocation
    """Where it is planned to run; empty where that isn't settled yet."""
    holds: Mapping[str, Mapping[str, int]]
    """Machine to resource to amount that stays empty for it now; empty for a mere plan."""
    reason: Reason
    """`Cause.HEAD`, `HOLDS` or `LENT`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreserve:
    """The job loses what it was promised, without starting."""

    job: str
    """Its id."""
    reason: Reason
    """`Cause.EXPIRED`, `CANCELLED`, or why it is no longer among the first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspend:
    """The running job stops and keeps its image on its machines."""

    job: str
    """Its id."""
    reason: Reason
    """Who takes its place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Resume:
    """The suspended job goes on, on the same machines."""

    job: str
    """Its id."""
    reason: Reason
    """`Cause.PREEMPTOR_ENDED` or `ASKED`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Requeue:
    """The running job is killed and waits again, from its beginning; in hold if `hold`."""

    job: str
    """Its id."""
    hold: str
    """``""``, ``"user"`` or ``"system"``."""
    reason: Reason
    """Who takes its place, or `Cause.WINDOW_OVER`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kill:
    """The running job is ended for good."""

    job: str
    """Its id."""
    reason: Reason
    """`Cause.RUN_LIMIT`, `PREEMPTED` or `CANCELLED`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refuse:
    """The job is turned away at submission, or will never run."""

    job: str
    """Its id."""
    reason: Reason
    """What it would have to change."""


Decision = Start | Reserve | Unreserve | Suspend | Resume | Requeue | Kill | Refuse
