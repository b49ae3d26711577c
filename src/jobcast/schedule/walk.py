"""What one walk along the line knows and has done so far."""

from collections import Counter
from dataclasses import dataclass, field
from operator import attrgetter

from jobcast.decision import Decision
from jobcast.schedule import holding
from jobcast.schedule.fates import Fates
from jobcast.schedule.finding import Finder
from jobcast.schedule.grid import Amounts
from jobcast.schedule.policy import Policy
from jobcast.schedule.promises import Promises
from jobcast.schedule.state import Entry, State


@dataclass(kw_only=True, slots=True)
class Walk:
    """Grows while the line is walked once."""

    state: State
    """The cluster, which is changed."""
    policy: Policy
    """The rules."""
    finder: Finder
    """Tells where jobs could start."""
    promises: Promises
    """What is promised."""
    decisions: list[Decision]
    """What was decided, in this walk and before it."""
    line: list[Entry]
    """Everybody in line, in its first order."""
    in_queues: dict[frozenset[str], list[Entry]] = field(default_factory=dict)
    """Some queues to everybody in line who is in one of them, as far as that was asked."""
    first_waiting: str = ""
    """The first that found no room; empty where there is none yet."""
    planned: int = 0
    """How many have planned starts."""
    planned_of: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Likewise of each user, and of each queue."""
    looked_at: set[str] = field(default_factory=set)
    """Suspended jobs that have had their turn."""
    dependent: list[Entry] = field(default_factory=list)
    """Jobs that were passed over because they wait for others."""
    missed: bool = False
    """Whether somebody let go who comes after others that could have it."""
    preempted_at: dict[str, int] = field(default_factory=dict)
    """Queue to the count of changes at which all who may preempt it were last tried in vain."""
    vain: dict[int, int] = field(default_factory=dict)
    """`Kind.alike` to the seconds: who of these is reckoned to run for as long or longer needn't be tried before a
    suspended one, as long as nothing changes."""
    changes: int = 0
    """How often somebody has started, gone on, or let go."""
    crowd_noted_at: tuple[int, ...] = ()
    """Changes, holds and planned starts when those were last noted for whom too little is free in all."""
    foretold: set[str] = field(default_factory=set)
    """Those who hold by their queue's rule and have been told in this walk when they will start."""
    holds: int = 0
    """How often somebody has come to hold something."""
    fates: Fates = field(default_factory=Fates)
    """Why jobs wait, as long as nothing changes."""

    def of_queues(self, queues: frozenset[str]) -> list[Entry]:
        """Return those in line who are in some queues."""
        found = self.in_queues.get(queues)
        if found is None:
            found = self.in_queues[queues] = [entry for entry in self.line if entry.queue.name in queues]
        return found

    def changed(self) -> None:
        """Note that somebody has started, gone on, or let go."""
        self.changes += 1
        self.vain.clear()
        self.fates.forget()

    def hold(self, entry: Entry, held: Amounts | None) -> None:
        """Let a job hold so much, in the place of what it held before."""
        self.holds += 1
        if entry.held is not None:
            self.changed()
            self.finder.forget_hopeless()
        self.state.hold(entry, held)

    def clip_holders(self) -> None:
        """Let those who hold lose what has just been taken."""
        state = self.state
        waiting = sorted(state.holders(), key=attrgetter("key"))
        if waiting:
            before = [entry for entry in state.suspended.values() if entry.held is not None]
            holding.clip([*before, *waiting], state.free)
