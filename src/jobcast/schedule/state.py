"""What the scheduler knows at one moment. One writer: `jobcast.schedule.step.step`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobcast.decision import Cause, Reason, Reserve
from jobcast.machine import AdvanceReservation, Cluster, Fact
from jobcast.schedule.grid import Amounts, Grid, Mask, Needs, Taken
from jobcast.schedule.job import BatchJob
from jobcast.schedule.line import Line, Noted, Standing
from jobcast.schedule.moments import NEVER
from jobcast.schedule.policy import Limit, Policy, Queue
from jobcast.schedule.shapes import Shapes

if TYPE_CHECKING:
    from jobcast.schedule.machines import Machines
    from jobcast.schedule.order import Order

NEW = Reason(cause=Cause.NEW)


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """One limit that counts a job."""

    limit: Limit
    """Which one."""
    key: tuple[str, ...]
    """Whose use of it grows: its name, and the user, group, ... for whom it is counted."""
    amount: int
    """How much the job adds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What of a job stays the same while it and the rules do."""

    shape: int
    """Equal for jobs of one queue that ask for exactly the same of the same machines."""
    who: int
    """Equal for jobs that limits treat alike."""
    plain: bool
    """Whether nothing but its queue, a limit, or lack of room can keep it waiting."""
    reckoned: int | None
    """Seconds that plans reckon it to run in all; None for without end."""
    counts: tuple[Count, ...]
    """Limits that count it."""


# The entries below are not frozen: they are the state, and only the core changes them.
@dataclass(kw_only=True, slots=True, eq=False)
class Entry:
    """One job that has not ended."""

    job: BatchJob
    """As it was last told."""
    queue: Queue
    """Its queue."""
    needs: Needs
    """What it asks for, in columns."""
    submitted: int
    """Second at which it came."""
    arrival: int
    """Which one it was; later ones have higher numbers."""
    rank: int = 0
    """Given by an operator; higher goes first."""
    values: tuple[float, ...] = ()
    """Of the policy's order, higher first; maybe those of another job of the same user."""
    own_values: tuple[float, ...] = ()
    """Its own ones."""
    backfill_values: tuple[float, ...] = ()
    """Of its order among those behind the first that waits."""
    valued_at: int | None = None
    """When these were worked out; None for not yet."""
    key: tuple[object, ...] = ()
    """By which the line is sorted; smaller goes first."""
    lowered: bool = False
    """Whether it stands behind the others of its queue, since it will probably fail."""
    kind: Kind | None = None
    """What stays the same of it; None where that must be worked out."""
    lasts: int = 0
    """Seconds that its kind is reckoned to run; `NEVER` for without end."""
    reason: Reason = NEW
    """Why it waits, as of the last pass."""
    held: Amounts | None = None
    """[machines, resources] that are kept empty for it; None where it holds nothing."""
    held_since: int | None = None
    """Second from which it has been holding."""
    predicted: int | None = None
    """Second at which one who holds something is reckoned to start; None where nobody can tell."""
    paused_until: int = 0
    """It may not hold before that second."""
    # From here on: of a job that has started.
    taken: Taken | None = None
    """Where it runs, or is suspended; None while it waits."""
    gave: Amounts | None = None
    """[those machines, resources] that it gave up when it was suspended; None while it isn't."""
    started: int = 0
    """Second at which it last began to run or went on."""
    ran: int = 0
    """Seconds that it had run before that."""
    lent: bool = False
    """Whether it runs on what was held for others."""
    gap_end: int | None = None
    """Second at which an interruptible job has to go; None for others."""
    by_hand: bool = False
    """Whether an operator suspended it."""
    killed: bool = False
    """Whether it has been told to end."""

    def reckoned(self, policy: Policy) -> int | None:
        """Return the seconds that plans reckon it to run in all; None for without end."""
        if self.kind is not None:
            return self.kind.reckoned
        return self.run_limit if policy.protected == "run_limit" else self.estimated

    @property
    def estimated(self) -> int | None:
        """Seconds that it is estimated to run in all, at most its run limit; None for without end."""
        known = [
            each for each in (self.job.estimate or self.queue.estimate, self.run_limit) if each is not None
        ]
        return min(known) if known else None

    @property
    def run_limit(self) -> int | None:
        """Seconds of running after which it is killed; None for never."""
        return self.job.run_limit or self.queue.run_limit or self.queue.run_limit_max

    def amount(self, resource: str) -> int:
        """Return how much of a resource it asks for, over all machines."""
        demand = self.job.demand
        each = demand.per_task.get(resource, self.queue.default_resources.get(resource, 0))
        return demand.tasks * each + demand.layout.machines_min * demand.per_machine.get(resource, 0)

    def forget(self) -> None:
        """Let everything be worked out anew that was taken from its job, its queue and the rules."""
        self.valued_at, self.lowered = None, False
        self.is_of(None)

    def is_of(self, kind: Kind | None) -> None:
        """Let it be of a kind; None where that must be worked out."""
        self.kind, self.lasts = kind, 0
        if kind is not None:
            self.lasts = NEVER if kind.reckoned is None else kind.reckoned

    def left(self, policy: Policy) -> int | None:
        """Return the seconds that a job that isn't running now is reckoned to run yet."""
        reckoned = self.reckoned(policy)
        return None if reckoned is None else max(reckoned - self.ran, 1)

    def end(self, now: int, policy: Policy) -> int | None:
        """Return the second after `now` at which a running job is reckoned to end; None for never.

        One that has outrun its estimate ends at its run limit, and without one the next second.
        """
        reckoned, limit = self.reckoned(policy), self.run_limit
        if reckoned is None:
            return None
        begun = self.started - self.ran
        if begun + reckoned <= now and limit is not None:
            reckoned = limit
        return max(begun + reckoned, now + 1)


@dataclass(kw_only=True, slots=True)
class State:
    """The whole cluster at one moment."""

    cluster: Cluster
    """Its machines as last told."""
    policy: Policy
    """The rules that the grid was laid out for."""
    order: "Order"
    """Its order, ready to be asked."""
    grid: Grid
    """The machines in rows and columns."""
    free: Amounts
    """[machines, resources]: neither taken by running nor kept by suspended jobs."""
    up: Mask
    """[machines]: whether they take jobs."""
    monday: int
    """A second that was Monday 00:00 at the site; windows are counted from it."""
    now: int = 0
    """Second of the last events."""
    arrivals: int = 0
    """How many jobs have come, those that were turned away too."""
    moved: set[str] = field(default_factory=set)
    """Ids of those who have come into the line or left it, or may have another place there, since the last pass."""
    shifted: set[str] = field(default_factory=set)
    """Ids of others of whom nothing is new but their place in the line."""
    waiting: Standing = field(init=False)
    """Id to job."""
    running: dict[str, Entry] = field(default_factory=dict)
    """Likewise."""
    suspended: Standing = field(init=False)
    """Likewise."""
    stirred: set[str] = field(default_factory=set)
    """Ids of those who have come, started or ended since it was last asked who waits for them."""
    awaited: dict[str, set[str]] = field(default_factory=dict)
    """Id, of an array too, to those who wait for it and aren't looked at meanwhile."""
    ended: Noted[int | None] = field(init=False)
    """Id to exit code; None where it never ran to its end. The last ones, and those that somebody waits for."""
    arrays: dict[str, list[str]] = field(default_factory=dict)
    """Id of an array to those of its elements."""
    machines: "Machines | None" = None
    """Their order, as far as it is known; None where machines have changed."""
    holding: dict[str, Entry] = field(default_factory=dict)
    """Id to job that holds something; maybe to one that has left the line since."""
    reservations: dict[str, Reserve] = field(default_factory=dict)
    """Id of a waiting job to what it was last promised."""
    marks: dict[str, tuple[int, bytes, bytes] | None] = field(default_factory=dict)
    """Likewise to something that is equal where that is the same."""
    told: dict[str, Mapping[str, Fact]] = field(default_factory=dict)
    """Machine to what it last told of itself."""
    started_there: dict[str, int] = field(default_factory=dict)
    """Machine to tasks started since then."""
    used: dict[str, float] = field(default_factory=dict)
    """User (or what fair share goes by) to CPU seconds used, older ones counting less."""
    charged_at: int = 0
    """Second up to which `used` is counted."""
    possible: dict[tuple[int, str], bool] = field(default_factory=dict)
    """Whether the machines that are there could take jobs of a shape (of a user, where limits by machine ask that) if
    nobody ran; forgotten when they change."""
    shapes: Shapes = field(default_factory=Shapes)
    """Numbers for `Kind`."""
    queued: Line = field(default_factory=Line)
    """Waiting and suspended jobs in the order of the last pass."""

    def __post_init__(self) -> None:
        self.waiting, self.suspended = (Standing(self.moved, self.stirred) for _ in range(2))
        self.ended = Noted(self.stirred)

    @property
    def line(self) -> tuple[str, ...]:
        """Ids of waiting jobs in the order of the last pass; some may have started since."""
        return tuple(entry.job.id for entry in self.queued.entries if entry.gave is None)

    def bookings(self) -> Iterator[AdvanceReservation]:
        """Yield the advance reservations that aren't over."""
        return (each for each in self.cluster.bookings if each.end > self.now)

    def everybody(self) -> Iterator[Entry]:
        """Yield the jobs that have not ended."""
        for those in (self.waiting, self.running, self.suspended):
            yield from those.values()

    def standing(self) -> Iterator[Entry]:
        """Yield those who stand in line, in no order that matters."""
        yield from self.waiting.values()
        yield from self.suspended.values()

    def in_line(self, job: str) -> Entry | None:
        """Return a job that stands in line; None where it doesn't."""
        return self.waiting.get(job) or self.suspended.get(job)

    def alive(self, job: str) -> Entry | None:
        """Return a job that has not ended, wherever it is."""
        return self.waiting.get(job) or self.running.get(job) or self.suspended.get(job)

    def take(self, entry: Entry, taken: Taken) -> None:
        """Let a job have what it takes."""
        self.free[taken.rows] -= taken.amounts
        entry.taken = taken

    def hold(self, entry: Entry, held: Amounts | None) -> None:
        """Let a job hold so much, or nothing any more."""
        entry.held = held
        if held is None:
            self.holding.pop(entry.job.id, None)
        else:
            self.holding[entry.job.id] = entry
        self.queued.facts.note(entry)

    def holders(self) -> list[Entry]:
        """Return the waiting jobs that hold something, in the order in which they came to wait."""
        if not self.holding:
            return []
        return [entry for entry in self.waiting.values() if entry.held is not None]

    def stands(self, entry: Entry) -> bool:
        """Tell whether a job stands in line: it waits, or is suspended."""
        name = entry.job.id
        return self.waiting.get(name) is entry or self.suspended.get(name) is entry

    def line_up(self) -> None:
        """Put everybody who stands in line in order."""
        self.queued.put_in_order(self.moved, self.shifted, (self.waiting, self.suspended))
        self.queued.facts.tidy()
        self.moved.clear()
        self.shifted.clear()

    def give_back(self, entry: Entry) -> None:
        """Take back all that a job has, less what it gave up when it was suspended."""
        if entry.taken is not None:
            gave = 0 if entry.gave is None else entry.gave
            self.free[entry.taken.rows] += entry.taken.amounts - gave
            entry.taken = entry.gave = None
