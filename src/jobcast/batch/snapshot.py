"""What the manager shows at one moment: the one value from which every listing, page and answer is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobcast.batch.record import Step
from jobcast.machine import Allocation, Fact, Machine
from jobcast.schedule.policy import Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class Waits:
    """Why a step waits."""

    sentence: str
    """In the asker's language."""
    cause: str
    """`jobcast.decision.Cause`."""
    values: Mapping[str, str | int] = field(default_factory=dict)
    """Figures of that cause."""
    start: int | None = None
    """Second of the epoch of its reservation: it starts no later than that if nobody outruns his estimate."""
    machines: Allocation = ()
    """Where it is planned to run; empty where that isn't settled."""
    holds: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Machine to resource to amount that is kept empty for it now."""
    before: tuple[str, ...] = ()
    """Ids of those looked at before it; filled in only where few waiting steps are asked for by name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineStanding:
    """One machine now."""

    machine: Machine
    up: bool
    draining: bool = False
    """Whether an operator lets it run out (``llctl drain``)."""
    halted: bool = False
    """Whether an operator lets all on it stand still (``llctl suspend``); it is draining too."""
    closed: bool = False
    """Whether LoadLeveler's START or SUSPEND keeps it from taking steps."""
    used: Mapping[str, int] = field(default_factory=dict)
    """Resource to amount taken by running, and kept by suspended jobs."""
    held: Mapping[str, int] = field(default_factory=dict)
    """Resource to amount kept empty for waiting jobs."""
    tasks_by_queue: Mapping[str, int] = field(default_factory=dict)
    """Queue to running tasks."""
    suspended_by_queue: Mapping[str, int] = field(default_factory=dict)
    """Queue to suspended tasks."""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """What it last told: ``load``, ``idle``, ``arch``, ``opsys``, ..."""

    @property
    def takes(self) -> bool:
        """Whether steps may start on it."""
        return self.up and not self.draining and not self.closed


@dataclass(frozen=True, kw_only=True, slots=True)
class Backfill:
    """So many slots are free for so long for jobs that may be backfilled."""

    slots: int
    seconds: int | None
    """None for without end."""
    by_machine: Mapping[str, int] = field(default_factory=dict)
    """Machine to slots of these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueNotes:
    """What people are told of a queue beside its rules."""

    comment: str = ""
    """What it is for, as the site says it."""
    limits: Mapping[str, tuple[int | None, int | None]] = field(default_factory=dict)
    """LoadLeveler's keyword, such as ``job_cpu_limit``, to soft and hard limit of its jobs; None for unlimited."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """All that is known at one moment."""

    at: int
    """Second of the epoch."""
    cluster: str
    """Name of the cluster."""
    host: str
    """Where the manager runs."""
    executor: str
    """``local`` or ``slurm``: who starts processes."""
    policy: Policy
    """The rules in force."""
    dialect: str
    """``loadleveler``, ``lsf``, ``slurm`` or ``""``: whose files they were read from."""
    machines: tuple[MachineStanding, ...]
    steps: tuple[Step, ...] = ()
    """In the order of the line: running and suspended ones first, then those that wait, then those that are over and
    still shown."""
    waits: Mapping[str, Waits] = field(default_factory=dict)
    """Id of each waiting or suspended step to why; empty where that isn't asked for."""
    floating: Mapping[str, int] = field(default_factory=dict)
    """Floating resource to how much there is."""
    floating_used: Mapping[str, int] = field(default_factory=dict)
    """And how much of it is taken."""
    backfill: tuple[Backfill, ...] = ()
    """Gaps that backfill may use, longest last; filled in only where asked for."""
    queue_notes: Mapping[str, QueueNotes] = field(default_factory=dict)
    """Queue to what people are told of it, of those of which there is something to tell."""
    remove_completed: int = 0
    """Seconds for which LoadLeveler's listings keep steps that are over (``NEGOTIATOR_REMOVE_COMPLETED``)."""
    zone: str = "UTC"
    """Time zone of the site, in which listings tell times."""
