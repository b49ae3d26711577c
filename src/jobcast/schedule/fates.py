"""What became of those looked at before in this walk who are treated alike, so that thousands are looked at quickly."""

from collections.abc import Iterable, Sequence

from jobcast.decision import Cause, Reason
from jobcast.schedule.state import Entry, Kind

_UNKNOWN = Reason(cause=Cause.NEW)


class Fates:
    """Reasons why jobs wait, as long as nobody starts, goes on or lets go what he holds."""

    def __init__(self) -> None:
        self._of_rules: dict[int, Reason | None] = {}
        self._of_room: dict[int, tuple[int, Reason]] = {}
        self._known: dict[int, Reason] = {}
        """`Kind.alike` to why these wait, however long they are reckoned to run."""

    def forget(self) -> None:
        """Somebody has started, gone on or let go: all are looked at again."""
        self._of_rules.clear()
        self._of_room.clear()
        self._known.clear()

    def note_rules(self, entry: Entry, reason: Reason | None) -> None:
        """Note what queue and limits say of a job; None for nothing."""
        if entry.kind is not None and entry.kind.plain:
            self._of_rules[entry.kind.who] = reason

    def note_room(self, entry: Entry, seconds: int, reason: Reason) -> None:
        """Note why a job waits that found no room for so many seconds, with a planned start for nobody like it."""
        if entry.kind is not None and entry.kind.plain:
            self._of_room[entry.kind.shape] = seconds, reason

    def note_no_room(self, shapes: Iterable[int], reason: Reason) -> None:
        """Note why all jobs of some shapes wait, which find no room for however short a time."""
        for shape in shapes:
            self._of_room.setdefault(shape, (0, reason))

    def rule(self, entry: Entry) -> Reason | None:
        """Return what queue and limits are known to say of a job; None for nothing, or where nobody knows."""
        kind = entry.kind
        return None if kind is None or not kind.plain else self._of_rules.get(kind.who)

    def room(self, entry: Entry, now: int) -> Reason | None:
        """Return why a job is known to find no room; None where it isn't known."""
        kind = entry.kind
        if kind is None or not kind.plain or entry.held is not None or entry.paused_until > now:
            return None
        return self._room(kind)

    def _room(self, kind: Kind) -> Reason | None:
        found = self._of_room.get(kind.shape)
        if found is None or (kind.reckoned is not None and kind.reckoned < found[0]):
            return None
        return found[1]

    def skip(self, line: Sequence[Entry], place: int, now: int) -> int:
        """Tell those at a place of the line and after it why they wait; returns the place of the first unknown one.

        Who is reckoned to run longer than one of its kind that found no room finds none either.
        """
        known = self._known
        while self._of_rules:
            for at in range(place, len(line)):
                entry = line[at]
                reason = known.get(entry.alike)
                if (
                    reason is None
                    or entry.gave is not None
                    or entry.held is not None
                    or entry.paused_until > now
                ):
                    break
                entry.reason = reason
            else:
                return len(line)
            reason = self._reason(entry, now)
            if reason is None:
                return at
            entry.reason, place = reason, at + 1
        return place

    def _reason(self, entry: Entry, now: int) -> Reason | None:
        """Return why a job is known to wait; None where it isn't known."""
        kind = entry.kind
        if kind is None or not kind.plain or entry.gave is not None:
            return None
        reason = self._of_rules.get(kind.who, _UNKNOWN)
        if entry.held is not None or entry.paused_until > now or reason is _UNKNOWN:
            return None
        if reason is not None:
            self._known[kind.alike] = reason
            return reason
        reason = self._room(kind)
        if reason is not None and self._of_room[kind.shape][0] == 0:  # for however short a time
            self._known[kind.alike] = reason
        return reason
