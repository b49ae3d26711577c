"""Numbers for those whom limits treat alike, so that limits are asked once for all of them."""

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jobcast.schedule.shapes import Numbers
    from jobcast.schedule.state import Count

_Key = tuple[str, ...]


class Owners:
    """All owners that have been met since the machines or the rules changed."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._keys: dict[_Key, int] = {}
        self._counts: list[Count] = []
        self._rows: list[tuple[int, int, int, int]] = []
        """Of each of `_counts`: number of the owner, and of its key, what another job adds, what the limit allows."""
        self._table: Numbers | None = None
        self._open: set[int] = set()
        """Owners whom nothing but limits can keep waiting."""

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, key: Hashable, counts: Iterable["Count"], *, by_limits_alone: bool) -> int:
        """Return the number of those who are the same to all rules.

        `counts`: limits that count them, but those by machine; `by_limits_alone`: no other rule can keep them waiting.
        """
        found = self._numbers.get(key)
        if found is not None:
            return found
        new = self._numbers[key] = len(self._numbers)
        if by_limits_alone:
            self._open.add(new)
            for count in counts:
                place = self._keys.setdefault(count.key, len(self._keys))
                self._counts.append(count)
                self._rows.append((new, place, count.amount, count.limit.amount))
            self._table = None
        return new

    def met(self, used: Mapping[_Key, int]) -> dict[int, "Count"]:
        """Return the owners whom a limit keeps waiting, and the first that does, where so much is used of each."""
        if not self._rows:
            return {}
        if self._table is None:
            self._table = np.array(self._rows).T
        owner, key, amount, most = self._table
        so_far = np.array([used.get(each, 0) for each in self._keys])
        over = np.flatnonzero(so_far[key] + amount > most)
        first = np.unique(owner[over], return_index=True)[1]
        return {self._rows[at][0]: self._counts[at] for at in over[first].tolist()}

    def judged(self, those: Iterable[int]) -> list[int]:
        """Return those of some owners whom nothing but limits can keep waiting."""
        return [each for each in those if each in self._open]
