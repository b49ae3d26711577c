"""A policy: every rule of a site, wherever it came from; the core knows no batch system.

Readers of configuration files (`jobcast.systems`) make one out of lsb.queues, LoadL_config or slurm.conf;
`jobcast.schedule.policies` makes those of the literature.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jobcast.schedule.expression import Expression
from jobcast.schedule.failing import NOTHING, Failing

COUNTED_NAMES = frozenset({"fair_share"}) | {
    f"{who}_{what}"
    for who in ("user", "group")
    for what in ("queued", "running", "total", "total_shares", "used_shares", "has_shares")
}
"""What the order of jobs may ask of all jobs of the same user or group; shares are CPU seconds."""

JOB_NAMES = COUNTED_NAMES | {
    "queue_priority",
    "user_stanza_priority",
    "group_stanza_priority",
    "user_priority",
    "queued_at",
    "wait",
    "now",
    "estimate",
    "run_limit",
    "cores",
    "memory",
    "gpus",
}
"""What the order of jobs may ask. `queued_at` and `now` are seconds of the caller's clock, `memory` bytes."""

MACHINE_NAMES = frozenset(
    [
        "load",
        "started",
        "speed",
        "priority",
        "cpus",
        "memory",
        "gpus",
        "free_cpus",
        "free_memory",
        "free_gpus",
        "hour",
        "minute",
        "weekday",
    ]
)
"""What the order of machines may ask, beside their own facts and resources (`NAME` and `free_NAME`).

`load` is what the machine last told plus `Policy.load_per_start` for every task started since; of a machine that has
told none, the number of its busy CPUs.
"""


class Blocked(StrEnum):
    """What a job that can't start does to those behind it."""

    STOP = "stop"
    """Nobody behind it starts: strict first come, first served."""
    SKIP = "skip"
    """Others go on, and nothing is kept for it unless its queue holds."""
    PLAN = "plan"
    """It gets a planned start that nobody may delay, as one of the first `Policy.depth`: backfill."""


class Extent(StrEnum):
    """How many are preempted."""

    ENOUGH = "enough"
    """As few as needed."""
    ALL = "all"
    """Every running job of those queues on the machines that are taken."""


class Method(StrEnum):
    """What happens to a preempted job."""

    SUSPEND = "suspend"
    REQUEUE = "requeue"
    REMOVE = "remove"
    SYSTEM_HOLD = "system_hold"
    USER_HOLD = "user_hold"


class VictimOrder(StrEnum):
    """Who is preempted first, after the lowest queue priority."""

    LATEST_START = "latest_start"
    """Who started last."""
    LEAST_RUN_TIME = "least_run_time"
    """Who ran the shortest time in all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PreemptRule:
    """Jobs of one queue may take the place of running jobs of others; rules are tried in their order."""

    queue: str
    """Whose jobs preempt."""
    victims: tuple[str, ...]
    """Whose jobs are preempted, those named first before others."""
    extent: Extent = Extent.ENOUGH
    """How many."""
    method: Method = Method.SUSPEND
    """What happens to them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """A waiting job keeps free resources empty until it has enough (SLOT_RESERVE, LL_DEFAULT)."""

    resources: frozenset[str]
    """Which ones, e.g. `CPUS` alone, or `CPUS` and `MEMORY`."""
    longest: int
    """Seconds, from the first one held; then it gives all back."""
    pause: int
    """Seconds after that in which it may not hold."""
    sequential: frozenset[str] = frozenset()
    """Resources that jobs of one task hold too; parallel jobs hold all of `resources`."""


Windows = tuple[tuple[int, int], ...]
"""Spans of a week in which something is open, as seconds from Monday 00:00, each start before its end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """A queue, class or partition."""

    name: str
    """Its own."""
    priority: int = 0
    """Higher goes first, where the order asks for it; and `PREEMPTION` by priority."""
    open: bool = True
    """Whether its jobs start at all; they are accepted all the same."""
    backfill: bool = True
    """Whether its jobs may run on what is reserved for others, if they end in time."""
    reserves: bool = True
    """Whether its jobs are given planned starts, where the policy plans."""
    hold: Hold | None = None
    """How its waiting jobs keep free resources empty; None where they don't."""
    interruptible: int | None = None
    """Its jobs run in gaps of at least so many seconds and are killed when the gap ends; None where not."""
    requeue_interrupted: bool = True
    """Whether a job killed at the end of its gap waits again."""
    run_limit: int | None = None
    """Seconds, for jobs that ask for none; None where they get none."""
    run_limit_max: int | None = None
    """Jobs that ask for more are refused; others without limit are killed then. None for no limit."""
    estimate: int | None = None
    """Seconds that jobs are reckoned to run that tell no estimate; None to take their run limit."""
    default_resources: Mapping[str, int] = field(default_factory=dict)
    """Resource to amount for each task of a job that doesn't name that resource."""
    max_tasks: int | None = None
    """Jobs that ask for more tasks are refused; None for no limit."""
    max_machines: int | None = None
    """Jobs that ask for more machines are refused; None for no limit."""
    machines: frozenset[str] = frozenset()
    """Machines or groups that its jobs may use; empty for all."""
    users: frozenset[str] = frozenset()
    """Users or groups who may submit; empty for everybody."""
    refused_users: frozenset[str] = frozenset()
    """Users or groups who may not."""
    windows: Windows = ()
    """When its jobs may start; empty for always."""
    start_if: Expression | None = None
    """A machine takes one of its jobs only while this is true of the jobs there (START_CLASS): names are queues,
    their values the tasks of that queue running on the machine."""
    exclusive: bool = False
    """Whether its jobs have their machines for themselves, also where they don't ask for that."""
    max_planned: int | None = None
    """How many of its jobs may have a planned start at once; None for no limit of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """No more than an amount may run at once."""

    name: str
    """As the site knows it, e.g. ``UJOB_LIMIT of queue normal``; users read it. No two have the same."""
    amount: int
    """The most."""
    counts: str = "jobs"
    """``jobs``, or a resource."""
    per: tuple[str, ...] = ()
    """Counted for each one of these: ``user``, ``group``, ``project``, ``queue``, ``machine``; empty: all together."""
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Counts only jobs of these: ``user``, ``group``, ``project``, ``queue`` to names; ``machine`` where it is counted
    for each machine."""
    but: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Counts no jobs of these; goes before `only`."""
    lent_are_free: bool = False
    """Whether jobs on lent resources pass it (LSF's limits by host and processor)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FairShare:
    """Who used less than his share goes first."""

    shares: Mapping[str, float] = field(default_factory=dict)
    """User or group to share."""
    others: float = 1.0
    """Share of each user who isn't named."""
    half_life: int = 5 * 3600
    """Seconds after which what was used counts half."""
    by: str = "user"
    """``user``, ``group`` or ``project``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """All rules of a site."""

    name: str
    """E.g. ``easy``, or the files it was read from."""
    queues: Mapping[str, Queue] = field(default_factory=dict)
    """Name to queue; empty where any queue will do, with the rules of a plain `Queue`."""
    default_queue: str = ""
    """For jobs that name none."""
    order: tuple[Expression, ...] = ()
    """Higher goes first, the second decides where the first is equal, ...; then submission, then arrival."""
    recalculate: int | None = 0
    """Seconds after which the order is worked out anew: 0 at each decision, None never again."""
    backfill_order: tuple[Expression, ...] = ()
    """Order among those behind the first that waits; empty for the same."""
    blocked: Blocked = Blocked.PLAN
    """What a job that can't start does to those behind it."""
    depth: int | None = 1
    """How many waiting jobs get planned starts: 1 is EASY, None all (conservative)."""
    depth_per_user: int | None = None
    """How many of one user; None for no limit."""
    window: int | None = None
    """Seconds; later starts aren't planned. None for no end."""
    protected: str = "estimate"
    """What planned starts reckon with: ``estimate``, or ``run_limit`` for a start that holds whatever happens."""
    machine_order: Expression | None = None
    """Machines with a higher value take jobs first; None for the cluster's order."""
    busy_first: bool = True
    """Whether planned jobs are put on machines that are busy now, so that idle ones stay usable for others."""
    load_per_start: float = 0.0
    """Added to a machine's load for each task started since it last told."""
    preemption: tuple[PreemptRule, ...] = ()
    """Who may preempt whom; without cycles."""
    victim_order: VictimOrder = VictimOrder.LATEST_START
    """Who is preempted first."""
    released_by_suspension: frozenset[str] = frozenset({"cpus"})
    """Resources that a suspended job gives up; slots of its queue always."""
    preempt_backfilled: bool = True
    """Whether a job that runs on lent resources may be preempted."""
    limits: tuple[Limit, ...] = ()
    """Of what may run at once."""
    fair_share: FairShare | None = None
    """Who goes first by past use; None where `fair_share` isn't asked for."""
    user_priorities: Mapping[str, int] = field(default_factory=dict)
    """User to `user_stanza_priority`; 0 for others."""
    group_priorities: Mapping[str, int] = field(default_factory=dict)
    """Group to `group_stanza_priority`; 0 for others."""
    cycle: int = 0
    """Seconds between decisions; 0 to decide whenever something happens."""
    failing: Failing = NOTHING
    """What is done with jobs that will probably fail, or have failed."""
    external: bool = False
    """Whether a program of the site decides who starts (SCHEDULER_TYPE = API): nobody starts but by a `Dispatch`."""
