"""The line in which jobs wait, kept in order as they come and go."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from jobcast.schedule.facts import Facts

if TYPE_CHECKING:
    from jobcast.schedule.grid import Rows
    from jobcast.schedule.state import Entry

V = TypeVar("V")
Key = tuple[object, ...]
_KEY = attrgetter("key")
_FEW = 100
"""So many are put in their places one by one; more are sorted with all others."""


class Noted(dict[str, V]):
    """Something of jobs, by id; notes whose is set and taken away."""

    def __init__(self, *notes: set[str]) -> None:
        super().__init__()
        self._notes = notes

    def __setitem__(self, name: str, value: V) -> None:
        super().__setitem__(name, value)
        for noted in self._notes:
            noted.add(name)

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        for noted in self._notes:
            noted.add(name)


class Standing(Noted["Entry"]):
    """Jobs that stand in line."""

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
        self.facts = Facts()
        """What is looked at of many of them at once."""
        self.rows: Rows = np.empty(0, np.intp)
        """[entries]: the row of each in `facts`."""
        self._keys: list[Key] = []
        self._key_of: dict[str, Key] = {}

    def put_in_order(self, moved: set[str], shifted: set[str], places: Sequence[Standing]) -> None:
        """Find the places of those who came, went, or have another key since; everybody is in one of `places`.

        Of those who are merely `shifted` nothing else is new.
        """
        names = (*moved, *(shifted - moved))
        here = [place[name] for name in names for place in places if name in place]
        if len(names) > _FEW:
            self._sort(moved, here, places)
            return
        for name in names:
            if name in self._key_of:
                at = bisect_left(self._keys, self._key_of.pop(name))
                del self._keys[at], self.entries[at]
                self.rows = np.delete(self.rows, at)
            if name in moved:
                self.facts.leave(name)
        for entry in here:
            at = bisect_left(self._keys, entry.key)
            self._keys.insert(at, entry.key)
            self.entries.insert(at, entry)
            self.rows = np.insert(self.rows, at, self._row(entry))
            self._key_of[entry.job.id] = entry.key

    def _row(self, entry: "Entry") -> int:
        row = self.facts.row_of.get(entry.job.id)
        return self.facts.come(entry) if row is None else row

    def _sort(self, moved: set[str], here: Iterable["Entry"], places: Sequence[Standing]) -> None:
        for name in moved:
            self.facts.leave(name)
        for entry in here:
            self._row(entry)
        self.entries = sorted((entry for place in places for entry in place.values()), key=_KEY)
        self.rows = np.array([self.facts.row_of[entry.job.id] for entry in self.entries], np.intp)
        self._keys = [entry.key for entry in self.entries]
        self._key_of = {entry.job.id: entry.key for entry in self.entries}


class Course:
    """The order in which one walk looks at everybody."""

    def __init__(self, line: Line) -> None:
        self.entries, self.rows = list(line.entries), line.rows

    def sort_from(self, place: int, key: Callable[["Entry"], Key]) -> None:
        """Sort those at a place and behind it by something else."""
        rest = self.entries[place:]
        order = sorted(range(len(rest)), key=lambda at: key(rest[at]))
        self.entries[place:] = [rest[at] for at in order]
        self.rows = np.concatenate([self.rows[:place], self.rows[place:][order]])
