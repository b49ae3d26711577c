"""What one walk along the line knows and has done so far."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter

import numpy as np

from jobcast.decision import Decision
from jobcast.schedule import holding
from jobcast.schedule.facts import LASTS, LOOK, QUEUE, SHAPE, SLEEP, WHO
from jobcast.schedule.fates import Fates
from jobcast.schedule.finding import Finder
from jobcast.schedule.grid import Amounts, Mask, Rows
from jobcast.schedule.line import Course
from jobcast.schedule.moments import FOREVER, NEVER
from jobcast.schedule.policy import Blocked, Policy
from jobcast.schedule.promises import Promises
from jobcast.schedule.shapes import Numbers
from jobcast.schedule.sleepers import wake
from jobcast.schedule.state import Entry, State

_TOGETHER = 2048
"""So many are looked at together."""


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
    fates: Fates
    """Why jobs wait, as long as nothing changes."""
    course: Course
    """In which order everybody is looked at."""
    place: int = 0
    """How many of these have been."""
    in_queues: dict[frozenset[str], Rows] = field(default_factory=dict)
    """Some queues to the places in line of everybody who is in one of them, as far as that was asked."""
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
    changes: int = 0
    """How often somebody has started, gone on, or let go."""
    crowd_noted_at: tuple[int, ...] = ()
    """Changes, holds and planned starts when those were last noted for whom too little is free in all."""
    foretold: set[str] = field(default_factory=set)
    """Those who hold by their queue's rule and have been told in this walk when they will start."""
    holds: int = 0
    """How often somebody has come to hold something."""

    @property
    def nobody_passes(self) -> bool:
        """Whether all others wait for the first that found no room."""
        return bool(self.first_waiting) and self.policy.blocked is Blocked.STOP

    def ask_rules_for_all(self) -> None:
        """Find out at once of whom it isn't known yet whether a rule keeps them waiting."""
        if not self.nobody_passes:
            for owner, reason in self.finder.limits.met_by_all(self.fates.unknown()):
                self.fates.note_rule(owner, reason)

    def of_queues(self, queues: frozenset[str]) -> Rows:
        """Return the places in line of those who are in some queues."""
        found = self.in_queues.get(queues)
        if found is None:
            line = self.state.queued
            numbers = [line.facts.queue(queue) for queue in queues]
            found = np.flatnonzero(np.isin(line.facts.table[QUEUE][line.rows], numbers))
            self.in_queues[queues] = found
        return found

    def to_try(self, queues: frozenset[str]) -> Iterator[int]:
        """Yield the places in line of those in some queues who may be able to start, or are suspended, as of then."""
        places, entries = self.of_queues(queues), self.state.queued.entries
        while len(places):
            some, places = places[:_TOGETHER], places[_TOGETHER:]
            while len(some):
                trying = some[~self._needs_no_try(some, self.finder.failures.vain_by_shape(queues))]
                last = some[-1]
                for place in trying.tolist():
                    is_vain = self._is_vain(entries[place])  # now, by what came of those before it
                    if not is_vain:
                        yield place
                    if is_vain or self.wake():
                        last = place
                        break
                some = some[some > last]

    def _is_vain(self, entry: Entry) -> bool:
        """Tell whether a job that waits needn't be tried."""
        if entry.gave is not None:
            return False
        return self.fates.rule(entry) is not None or self.finder.failures.is_vain(entry)

    def _needs_no_try(self, places: Rows, vain: Numbers) -> Mask:
        """Tell of those at some places whether they needn't be tried; `vain` is from `Failures.vain_by_shape`."""
        line = self.state.queued
        table, rows = line.facts.table, line.rows[places]
        who = table[WHO][rows]
        seconds = np.minimum(table[LASTS][rows], FOREVER) >= vain[table[SHAPE][rows]]
        known = (who >= 0) & (table[LOOK][rows] < NEVER) & (seconds | self.fates.ruled_out(who))
        return np.asarray(known | (table[SLEEP][rows] > self.state.now))

    def wake(self) -> bool:
        """Let those be looked at again for whom somebody has started or ended; returns whether there are any."""
        woken, facts = wake(self.state) if self.state.stirred else [], self.state.queued.facts
        passed = self.course.rows[: self.place]
        self.dependent += [entry for entry in woken if (passed == facts.row_of.get(entry.job.id, -1)).any()]
        return bool(woken)

    def changed(self) -> None:
        """Note that somebody has started, gone on, or let go."""
        self.changes += 1
        self.fates.forget()

    def hold(self, entry: Entry, held: Amounts | None) -> None:
        """Let a job hold so much, in the place of what it held before."""
        self.holds += 1
        if entry.held is not None:
            self.changed()
            self.finder.failures.forget_hopeless()
        self.state.hold(entry, held)

    def clip_holders(self) -> None:
        """Let those who hold lose what has just been taken."""
        state = self.state
        waiting = sorted(state.holders(), key=attrgetter("key"))
        if waiting:
            before = [entry for entry in state.suspended.values() if entry.held is not None]
            holding.clip([*before, *waiting], state.free)
