"""What became of those looked at before in this walk who are treated alike, so that thousands are looked at quickly."""

from collections.abc import Iterable, Sequence

from jobcast.decision import Cause, Reason
from jobcast.schedule.moments import NEVER
from jobcast.schedule.state import Entry

_UNKNOWN = Reason(cause=Cause.NEW)
_NOBODY = (NEVER + 1, _UNKNOWN)


class Fates:
    """Reasons why jobs wait, as long as nobody starts, goes on or lets go what he holds."""

    def __init__(self) -> None:
        self._of_rules: dict[int, Reason | None] = {}
        self._of_room: dict[int, tuple[int, Reason]] = {}
        self._known: dict[int, tuple[int, Reason]] = {}
        """`Kind.alike` to why those of them wait who are reckoned to run for so many seconds or more."""

    def forget(self) -> None:
        """Somebody has started, gone on or let go: all are looked at again."""
        self._of_rules.clear()
        self._of_room.clear()
        self._known.clear()

    def note_rules(self, entry: Entry, reason: Reason | None) -> None:
        """Note what queue and limits say of a job; None for nothing."""
        if entry.kind is not None and entry.kind.plain:
            if self._of_rules.get(entry.kind.who, reason) != reason:
                self._known.clear()
            self._of_rules[entry.kind.who] = reason

    def note_room(self, entry: Entry, seconds: int, reason: Reason) -> None:
        """Note why a job waits that found no room for so many seconds, with a planned start for nobody like it."""
        if entry.kind is not None and entry.kind.plain:
            self._note(entry.kind.shape, seconds, reason)

    def note_no_room(self, shapes: Iterable[int], seconds: int, reason: Reason) -> None:
        """Note why all jobs of some shapes wait that are reckoned to run for so many seconds or more."""
        for shape in shapes:
            if self._of_room.get(shape, _NOBODY)[0] > seconds:
                self._note(shape, seconds, reason)

    def _note(self, shape: int, seconds: int, reason: Reason) -> None:
        if self._of_room.get(shape, (seconds, reason)) != (seconds, reason):
            self._known.clear()
        self._of_room[shape] = seconds, reason

    def rule(self, entry: Entry) -> Reason | None:
        """Return what queue and limits are known to say of a job; None for nothing, or where nobody knows."""
        kind = entry.kind
        return None if kind is None or not kind.plain else self._of_rules.get(kind.who)

    def room(self, entry: Entry, now: int) -> Reason | None:
        """Return why a job is known to find no room; None where it isn't known."""
        kind = entry.kind
        if kind is None or not kind.plain or entry.held is not None or entry.paused_until > now:
            return None
        seconds, reason = self._of_room.get(kind.shape, _NOBODY)
        return reason if entry.lasts >= seconds else None

    def skip(self, line: Sequence[Entry], place: int, now: int) -> int:
        """Tell those at a place of the line and after it why they wait; returns the place of the first unknown one.

        Who is reckoned to run longer than one of its kind that found no room finds none either.
        """
        known = self._known
        while self._of_rules:
            for at in range(place, len(line)):
                entry = line[at]
                seconds, reason = known.get(entry.alike, _NOBODY)
                if entry.lasts < seconds or entry.gave is not None:
                    break
                if entry.held is not None or entry.paused_until > now:
                    return at
                entry.reason = reason
            else:
                return len(line)
            if not self._learn(entry):
                return at
            place = at
        return place

    def _learn(self, entry: Entry) -> bool:
        """Find out why a job and those alike wait; tells whether it is known now."""
        kind = entry.kind
        if kind is None or not kind.plain or entry.gave is not None:
            return False
        rule = self._of_rules.get(kind.who, _UNKNOWN)
        if rule is _UNKNOWN:
            return False
        found = self._of_room.get(kind.shape, _NOBODY) if rule is None else (0, rule)
        self._known[kind.alike] = found
        return entry.lasts >= found[0]
