"""What became of those looked at before in this walk who are treated alike, so that thousands are looked at quickly."""

from collections.abc import Sequence

from jobcast.decision import Cause, Reason
from jobcast.schedule.state import Entry

_UNKNOWN = Reason(cause=Cause.NEW)


class Fates:
    """Reasons why jobs wait, as long as nobody starts, goes on or lets go what he holds."""

    def __init__(self) -> None:
        self._of_rules: dict[int, Reason | None] = {}
        self._of_room: dict[int, tuple[int, Reason]] = {}

    def forget(self) -> None:
        """Somebody has started, gone on or let go: all are looked at again."""
        self._of_rules.clear()
        self._of_room.clear()

    def note_rules(self, entry: Entry, reason: Reason | None) -> None:
        """Note what queue and limits say of a job; None for nothing."""
        if entry.kind is not None and entry.kind.plain:
            self._of_rules[entry.kind.who] = reason

    def note_room(self, entry: Entry, seconds: int, reason: Reason) -> None:
        """Note why a job waits that found no room for so many seconds, with a planned start for nobody like it."""
        if entry.kind is not None and entry.kind.plain:
            self._of_room[entry.kind.shape] = seconds, reason

    def skip(self, line: Sequence[Entry], place: int, now: int) -> int:
        """Tell those at a place of the line and after it why they wait; returns the place of the first unknown one.

        Who is reckoned to run longer than one of its kind that found no room finds none either.
        """
        of_rules, of_room = self._of_rules, self._of_room
        if not of_rules:
            return place
        while place < len(line):
            entry = line[place]
            kind = entry.kind
            if kind is None or not kind.plain or entry.held is not None or entry.paused_until > now:
                break
            reason = of_rules.get(kind.who, _UNKNOWN)
            if reason is None:
                found = of_room.get(kind.shape)
                if found is None or (kind.reckoned is not None and kind.reckoned < found[0]):
                    break
                reason = found[1]
            if reason is _UNKNOWN or entry.gave is not None:
                break
            entry.reason = reason
            place += 1
        return place
