"""Numbers for what jobs ask for and whose they are, so that thousands of them are looked at quickly."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from jobcast.schedule.grid import Amounts, Needs
from jobcast.schedule.policy import Queue


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What jobs of one queue have in common that ask for exactly the same of the same machines."""

    needs: Needs
    """What they ask for."""
    queue: Queue
    """Their queue."""


class Shapes:
    """All shapes and owners that have been met since the machines or the rules changed."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._owners: dict[Hashable, int] = {}
        self._alike: dict[Hashable, int] = {}
        self._shapes: list[Shape] = []
        self._totals: Amounts | None = None

    def __len__(self) -> int:
        return len(self._shapes) + len(self._owners) + len(self._alike)

    def __getitem__(self, number: int) -> Shape:
        return self._shapes[number]

    def number(self, key: Hashable, needs: Needs, queue: Queue) -> int:
        """Return the number of a shape; shapes are the same where their keys are."""
        found = self._numbers.setdefault(key, len(self._numbers))
        if found == len(self._shapes):
            self._shapes.append(Shape(needs=needs, queue=queue))
            self._totals = None
        return found

    def owner(self, key: Hashable) -> int:
        """Return the number of those whom limits treat alike."""
        return self._owners.setdefault(key, len(self._owners))

    def alike(self, key: Hashable) -> int:
        """Return the number of those who are treated alike in all."""
        return self._alike.setdefault(key, len(self._alike))

    def lacking(self, free: Amounts) -> list[int]:
        """Return the shapes that take more of something than is free on all machines together."""
        if self._totals is None:
            self._totals = np.array([shape.needs.total for shape in self._shapes]).reshape(-1, len(free))
        found: list[int] = np.flatnonzero((self._totals > free).any(axis=1)).tolist()
        return found
