"""The line in which jobs wait, kept in order as they come and go."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobcast.schedule.state import Entry

Key = tuple[object, ...]
_KEY = attrgetter("key")
_FEW = 100
"""So many are put in their places one by one; more are sorted with all others."""


class Standing(dict[str, "Entry"]):
    """Jobs that stand in line, by id; notes who comes and goes."""

    def __init__(self, moved: set[str]) -> None:
        super().__init__()
        self._moved = moved

    def __setitem__(self, name: str, entry: "Entry") -> None:
        super().__setitem__(name, entry)
        self._moved.add(name)

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self._moved.add(name)

    def leave(self, name: str) -> "Entry | None":
        """Take a job out of the line; None where it isn't here."""
        entry = self.get(name)
        if entry is not None:
            del self[name]
        return entry


class Line:
    """Everybody who stands in line, sorted by their keys, no two of which are equal."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        """In order; as of the last time that they were put in order."""
        self._keys: list[Key] = []
        self._key_of: dict[str, Key] = {}

    def put_in_order(self, moved: Iterable[str], places: Sequence[Standing]) -> None:
        """Find the places of those who came, went, or have another key since; everybody is in one of `places`."""
        moved = tuple(moved)
        if len(moved) > _FEW:
            self.entries = sorted((entry for place in places for entry in place.values()), key=_KEY)
            self._keys = [entry.key for entry in self.entries]
            self._key_of = {entry.job.id: entry.key for entry in self.entries}
            return
        for name in moved:
            if name in self._key_of:
                at = bisect_left(self._keys, self._key_of.pop(name))
                del self._keys[at], self.entries[at]
        for name in moved:
            for place in places:
                if name in place:
                    self._add(place[name])

    def _add(self, entry: "Entry") -> None:
        at = bisect_left(self._keys, entry.key)
        self._keys.insert(at, entry.key)
        self.entries.insert(at, entry)
        self._key_of[entry.job.id] = entry.key
