"""A job step while the manager knows it: what was submitted, and what has become of it.

LoadLeveler's words: a job has one or more steps; LSF's job, and each element of its array, is a step of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jobcast.act.executors.base import Consumed
from jobcast.batch.foreseen import Foreseen
from jobcast.decision import Reason
from jobcast.machine import Allocation
from jobcast.program import Enforcement, Exits, Program
from jobcast.schedule.job import BatchJob


class StepState(StrEnum):
    """LoadLeveler's states of a job step; LSF's follow from them."""

    IDLE = "idle"
    NOT_QUEUED = "not_queued"
    """A limit of its user or group, or a dependency that isn't decided yet, keeps it out of the line."""
    DEFERRED = "deferred"
    """Its start date lies ahead, or it gave back what it held."""
    USER_HOLD = "user_hold"
    SYSTEM_HOLD = "system_hold"
    BOTH_HOLDS = "both_holds"
    PENDING = "pending"
    """It was given machines; its processes aren't there yet."""
    STARTING = "starting"
    """Its prologs run."""
    RUNNING = "running"
    PREEMPT_PENDING = "preempt_pending"
    PREEMPTED = "preempted"
    """Suspended: its processes are there and stand still."""
    RESUME_PENDING = "resume_pending"
    COMPLETE_PENDING = "complete_pending"
    """Its program is over, its epilogs run."""
    REMOVE_PENDING = "remove_pending"
    VACATE_PENDING = "vacate_pending"
    """It is being killed to run again later."""
    COMPLETED = "completed"
    REMOVED = "removed"
    """It was killed, by its limits or its machine's state, or for a preemptor."""
    CANCELED = "canceled"
    """Its owner or an administrator took it back."""
    NOT_RUN = "not_run"
    """Its dependency can't hold any more."""
    REJECTED = "rejected"
    """It could not be started."""

    @property
    def is_over(self) -> bool:
        """Tell whether nothing will happen to it any more."""
        return self in _OVER


_OVER = frozenset(
    {
        StepState.COMPLETED,
        StepState.REMOVED,
        StepState.CANCELED,
        StepState.NOT_RUN,
        StepState.REJECTED,
    }
)


HALTED_BY_OWNER, HALTED_BY_OPERATOR = "owner", "operator"
HALTED_WITH_MACHINE = "machine"
"""By an operator, with all that runs on its machine (``llctl suspend``)."""


class Notify(StrEnum):
    """When somebody is told of a step (``notification``)."""

    ALWAYS = "always"
    ERROR = "error"
    START = "start"
    NEVER = "never"
    COMPLETE = "complete"


@dataclass(frozen=True, kw_only=True, slots=True)
class Notes:
    """What people and accounting want to know of a step, and the scheduler doesn't."""

    dialect: str
    """``loadleveler`` or ``lsf``: whose commands submitted it."""
    name: str = ""
    """Of the job: ``job_name``, ``bsub -J``; empty where it has none."""
    step_name: str = ""
    """``step_name``."""
    command: str = ""
    """As its owner would write it: path of the executable, or the command line given to bsub."""
    comment: str = ""
    """LoadLeveler's ``comment`` (the site's model), LSF's ``-Jd``."""
    unix_group: str = ""
    """Of the owner."""
    host: str = ""
    """From where it was submitted."""
    notify: Notify = Notify.NEVER
    notify_user: str = ""
    """Address, or login name."""
    favoured: int = 0
    """Rank given by an operator (``llfavorjob``, ``btop``)."""
    keywords: Mapping[str, str] = field(default_factory=dict)
    """Further keywords of its job command file, or options of bsub, to value, for long listings."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Submitted:
    """One step, ready for the core and for an executor."""

    job: BatchJob
    program: Program
    notes: Notes
    exits: Exits = field(default_factory=Exits)
    enforcement: Enforcement = field(default_factory=Enforcement)
    told: Mapping[str, str] = field(default_factory=dict)
    """See `jobcast.act.executors.base.Attempt.told`; what is known only at the start is added then."""
    soft_run_limit: int | None = None
    """Seconds of running after which its processes are to be warned; None for never."""
    foreseen: Foreseen | None = None
    """What a forecast told of its failing; None where there was none."""

    def warned_after(self, run_limit: int | None) -> int | None:
        """Return the soft run limit where it comes before the other, hard one; None where it never comes."""
        soft = self.soft_run_limit
        return None if soft is None or (run_limit is not None and soft >= run_limit) else soft


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """An earlier attempt of a step that ran again after it (vacated, or retried)."""

    number: int
    """Which attempt, from 1."""
    dispatched: float
    """Second of the epoch at which it was decided."""
    began: float | None
    """Second at which its program began; None where it never did."""
    ended: float
    """Second at which it was over."""
    how: str
    """`jobcast.act.executors.base.End`."""
    exit_code: int
    """Of its program."""
    allocation: Allocation
    """Where."""
    consumed: Consumed = field(default_factory=Consumed)
    """By its processes."""


@dataclass(kw_only=True, slots=True)
class Step:
    """A step from its acceptance on. Not frozen: it is the state, and only `jobcast.batch.ledger` changes it."""

    submitted: Submitted
    """As it is now: `job` after all changes."""
    at: float
    """Second of the epoch at which it was accepted."""
    state: StepState
    since: float
    """Second of the epoch since which it is in that state."""
    attempt: int = 0
    """Number of its last attempt; 0 before the first."""
    dispatched: float | None = None
    """Second at which the last attempt was decided; None before the first."""
    began: float | None = None
    """Second at which the program of the last attempt began; None before."""
    ended: float | None = None
    """Second at which it was over for good; None before."""
    suspended: float = 0.0
    """Seconds that the last attempt stood still, up to the last resumption."""
    stopped: float | None = None
    """Second since which the last attempt stands still; None while it doesn't."""
    allocation: Allocation = ()
    """Of the last attempt."""
    exit_code: int | None = None
    """Of the last attempt's program; None before its end."""
    detail: str = ""
    """What went wrong, in words for the owner."""
    halted_by: str = ""
    """Who suspended the last attempt by hand: `HALTED_BY_OWNER`, `HALTED_BY_OPERATOR` or `HALTED_WITH_MACHINE`.

    Empty for nobody.
    """
    relimited: bool = False
    """Whether its run limits were changed since the last attempt was decided."""
    killed_for: str = ""
    """Why the last attempt is being killed, or was, `jobcast.decision.Cause`; empty where it isn't."""
    reason: Reason | None = None
    """Why the core turned it away, or killed its last attempt; None where it did neither."""
    how: str = ""
    """How the last attempt ended, `jobcast.act.executors.base.End`; empty before."""
    exits: Mapping[str, int] = field(default_factory=dict)
    """``prolog``, ``user_prolog``, ``user_epilog``, ``epilog`` to exit code, as far as they were run."""
    consumed: Consumed = field(default_factory=Consumed)
    """By the last attempt so far."""
    runs: tuple[Run, ...] = ()
    """Attempts before the last."""

    @property
    def id(self) -> str:
        """Return the id of its job in the core, e.g. ``n01.12.0``."""
        return self.submitted.job.id

    def stood_still(self, at: float) -> float:
        """Return the seconds that the last attempt had been suspended at a second."""
        return self.suspended + (0.0 if self.stopped is None else max(at - self.stopped, 0.0))

    @property
    def attempt_id(self) -> str:
        """Return the id of its last attempt."""
        return f"{self.id}@{self.attempt}"
