"""What became of those looked at before in this walk who are treated alike, so that thousands are looked at quickly."""

from collections.abc import Iterable, Iterator

import numpy as np

from jobcast.decision import Cause, Reason
from jobcast.schedule.facts import LASTS, LOOK, SHAPE, SLEEP, TOLD, WHO, Facts
from jobcast.schedule.grid import Mask, Rows
from jobcast.schedule.line import Course
from jobcast.schedule.moments import NEVER
from jobcast.schedule.shapes import Each, Numbers, Shapes
from jobcast.schedule.state import Entry

_UNKNOWN = NEVER + 1
_NOBODY = (_UNKNOWN, None)
_ROOM = -1
"""Seconds of those whom no rule keeps waiting: it is for room to tell."""
_MANY, _FEW = 64, 4
"""So many are looked at one by one where unknown ones have come in quick succession, and where they haven't."""
_MANY_ASKED = 32
"""After rules have been asked for so many one by one they are asked for all others at once."""
_SMALL, _GROWS = 256, 64
"""Then so many are looked at together, and how much more each time."""


class _Known:
    """Why those of a number wait who are reckoned to run for so many seconds or more."""

    def __init__(self, facts: Facts, size: int) -> None:
        self._facts = facts
        self.of: dict[int, tuple[int, Reason | None]] = {}
        """Number to these seconds, and the reason."""
        self._seconds, self._reasons = Each(size, _UNKNOWN), Each(size, 0)
        self._new: list[int] = []

    def note(self, number: int, seconds: int, reason: Reason | None) -> None:
        self.of[number] = seconds, reason
        self._new.append(number)

    def clear(self) -> None:
        self.of.clear()
        self._new.clear()
        self._seconds.clear()

    def of_all(self, size: int) -> tuple[Numbers, Numbers]:
        """Return the seconds of so many numbers, and the numbers of the reasons."""
        for each in self._seconds, self._reasons:
            each.reach(size)
        if self._new:
            told = [self.of[number] for number in self._new]
            self._seconds.values[self._new] = [seconds for seconds, _ in told]
            numbers = [0 if reason is None else self._facts.number(reason) for _, reason in told]
            self._reasons.values[self._new] = numbers
            self._new.clear()
        return self._seconds.values, self._reasons.values


class Fates:
    """Reasons why jobs wait, as long as nobody starts, goes on or lets go what he holds."""

    def __init__(self, facts: Facts, shapes: Shapes) -> None:
        self._facts, self._shapes = facts, shapes
        self._passing: list[int] = []
        """Shapes of which what is known of room may change when somebody is planned."""
        self._asked = 0
        self._alone = _FEW
        self._rules, self._room = _Known(facts, len(shapes.owners)), _Known(facts, shapes.count)

    def forget(self) -> None:
        """Somebody has started, gone on or let go: all are looked at again."""
        self._rules.clear()
        self._room.clear()
        self._passing.clear()
        self._asked = 0

    def note_rules(self, entry: Entry, reason: Reason | None) -> None:
        """Note what queue and limits say of a job; None for nothing."""
        if entry.kind is not None and entry.kind.plain:
            self._asked += entry.kind.who not in self._rules.of
            self.note_rule(entry.kind.who, reason)

    def note_rule(self, who: int, reason: Reason | None) -> None:
        """Note the same of everybody whom limits treat alike."""
        self._rules.note(who, _ROOM if reason is None else 0, reason)

    @property
    def many_asked(self) -> bool:
        """Whether it's time to ask rules for all of whom nothing is known."""
        return self._asked == _MANY_ASKED

    def unknown(self) -> list[int]:
        """Return all numbers in line of those whom limits treat alike of whom nothing is known."""
        there = np.zeros(len(self._shapes.owners) + 1, np.bool_)
        there[self._facts.table[WHO]] = True
        return [who for who in np.flatnonzero(there[:-1]).tolist() if who not in self._rules.of]

    def note_room(self, entry: Entry, seconds: int, reason: Reason) -> None:
        """Note why a job waits that found no room for so many seconds, with a planned start for nobody like it."""
        if entry.kind is not None and entry.kind.plain:
            self._room.note(entry.kind.shape, seconds, reason)
            if reason.cause is Cause.SPAN or entry.queue.interruptible is not None:
                self._passing.append(entry.kind.shape)

    def planned(self) -> None:
        """Somebody has a planned start or holds something.

        Whom only rules hindered may lack room now, and an interruptible job may have a gap that wasn't there.
        """
        for shape in self._passing:
            self._room.note(shape, _UNKNOWN, None)
        self._passing.clear()

    def with_more_room(self, shapes: Rows, seconds: int) -> Rows:
        """Return those shapes that aren't known to find no room for so many seconds."""
        return shapes[self._room.of_all(self._shapes.count)[0][shapes] > seconds]

    def note_no_room(self, shapes: Iterable[int], seconds: int, reason: Reason) -> None:
        """Note why all jobs of some shapes wait that are reckoned to run for so many seconds or more."""
        for shape in shapes:
            self._room.note(shape, seconds, reason)

    def rule(self, entry: Entry) -> Reason | None:
        """Return what queue and limits are known to say of a job; None for nothing, or where nobody knows."""
        kind = entry.kind
        return None if kind is None or not kind.plain else self._rules.of.get(kind.who, _NOBODY)[1]

    def room(self, entry: Entry, now: int) -> Reason | None:
        """Return why a job is known to find no room; None where it isn't known."""
        kind = entry.kind
        if kind is None or not kind.plain or entry.held is not None or entry.paused_until > now:
            return None
        seconds, reason = self._room.of.get(kind.shape, _NOBODY)
        return reason if entry.lasts >= seconds else None

    def ruled_out(self, who: Numbers) -> Mask:
        """Tell which of some owners are known to be kept waiting by a rule."""
        return np.asarray(self._rules.of_all(len(self._shapes.owners))[0][who] == 0)

    def skip(self, course: Course, place: int, now: int) -> int:
        """Tell those at a place of the course and after it why they wait; returns the place of the first unknown one.

        Who is reckoned to run longer than one of its kind that found no room finds none either.
        """
        begin = place
        until = min(place + self._alone, len(course.entries))
        place = self._skip_some(course, place, until, now)
        if place < until:
            return place
        for rows in _parts(course.rows[place:]):
            until, numbers = self._look(rows, now)
            self._tell(course, place, rows[:until], numbers[:until])
            place += until
            if until < len(rows):
                break
        self._alone = _MANY if place - begin < 2 * _MANY else _FEW
        return place

    def _skip_some(self, course: Course, place: int, until: int, now: int) -> int:
        """Do so one by one, up to a place."""
        rules, room, table = self._rules.of, self._room.of, self._facts.table
        for at in range(place, until):
            entry = course.entries[at]
            kind = entry.kind
            if kind is None or not kind.plain or entry.gave is not None:
                if table[SLEEP, course.rows[at]] <= now or entry.held is not None:
                    return at
                continue
            seconds, reason = rules.get(kind.who, _NOBODY)
            if seconds == _ROOM:
                seconds, reason = room.get(kind.shape, _NOBODY)
            if entry.lasts < seconds or table[LOOK, course.rows[at]] > now:
                return at
            if reason is not None and entry.reason is not reason:
                entry.reason = reason
                table[TOLD, course.rows[at]] = -1
        return until

    def _look(self, rows: Rows, now: int) -> tuple[int, Numbers]:
        """Return how many of these have known reasons, up to the first that hasn't, and the numbers of those."""
        table = self._facts.table
        rules, why_rules = self._rules.of_all(len(self._shapes.owners))
        room, why_room = self._room.of_all(self._shapes.count)
        who, shape, sleeps = table[WHO][rows], table[SHAPE][rows], table[SLEEP][rows] > now
        by_rule = rules[who]
        free = by_rule == _ROOM
        alone = table[LASTS][rows] < np.where(free, room[shape], by_rule)
        alone &= ~sleeps
        alone |= table[LOOK][rows] > now
        until = int(alone.argmax())
        until = until if alone[until] else len(rows)
        told = np.where(sleeps, table[TOLD][rows], np.where(free, why_room[shape], why_rules[who]))
        return until, told

    def _tell(self, course: Course, place: int, rows: Rows, numbers: Numbers) -> None:
        told, reasons = self._facts.table[TOLD], self._facts.reasons
        new = np.flatnonzero(told[rows] != numbers)
        for at, number in zip((new + place).tolist(), numbers[new].tolist(), strict=True):
            course.entries[at].reason = reasons[number]
        told[rows[new]] = numbers[new]


def _parts(rows: Rows) -> Iterator[Rows]:
    """Yield rows in parts, each longer than the one before."""
    place, size = 0, _SMALL
    while place < len(rows):
        yield rows[place : place + size]
        place, size = place + size, size * _GROWS
