"""Numbers for what jobs ask for and whose they are, so that thousands of them are looked at quickly."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from jobcast.schedule.grid import Amounts, Needs, Rows
from jobcast.schedule.owners import Owners
from jobcast.schedule.policy import Queue

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What jobs of one queue have in common that ask for exactly the same of the same machines."""

    needs: Needs
    """What they ask for."""
    queue: Queue
    """Their queue."""


@dataclass(kw_only=True, slots=True)
class Sort:
    """Shapes of one queue, of jobs with one task or of those with more."""

    queue: Queue
    """Which one."""
    parallel: bool
    """Whether they have more."""
    numbers: Rows = field(default_factory=lambda: np.empty(0, np.intp))
    """These shapes."""


class Each:
    """A number for each of those that are numbered, the same for all that nothing was noted of, and for number -1."""

    def __init__(self, size: int, usual: int) -> None:
        self.values: Numbers = np.full(size + 1, usual)
        """[numbers, and more than these]: the last one is that of number -1."""
        self._usual = usual

    def __getitem__(self, number: int) -> int:
        return int(self.values[number]) if number < len(self.values) else self._usual

    def __setitem__(self, number: int, value: int) -> None:
        self.reach(number + 1)
        self.values[number] = value

    def reach(self, size: int) -> None:
        """Have room for so many."""
        if size >= len(self.values):
            self.values = np.append(self.values, np.full(size + 1, self._usual))

    def clear(self) -> None:
        """Forget all that was noted."""
        self.values.fill(self._usual)


class Shapes:
    """All shapes and owners that have been met since the machines or the rules changed."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self.owners = Owners()
        """Whose jobs these are."""
        self._shapes: list[Shape] = []
        self._totals: Amounts | None = None
        self._sorts: dict[tuple[str, bool], Sort] = {}

    @property
    def count(self) -> int:
        """How many shapes have been met."""
        return len(self._shapes)

    def __len__(self) -> int:
        return len(self._shapes) + len(self.owners)

    def __getitem__(self, number: int) -> Shape:
        return self._shapes[number]

    def number(self, key: Hashable, needs: Needs, queue: Queue) -> int:
        """Return the number of a shape; shapes are the same where their keys are."""
        found = self._numbers.setdefault(key, len(self._numbers))
        if found == len(self._shapes):
            self._shapes.append(Shape(needs=needs, queue=queue))
            self._totals = None
            self._add(found, Sort(queue=queue, parallel=needs.tasks > 1))
        return found

    def _add(self, number: int, new: "Sort") -> None:
        sort = self._sorts.setdefault((new.queue.name, new.parallel), new)
        sort.numbers = np.append(sort.numbers, number)

    def sorts(self) -> Iterable["Sort"]:
        """Return the shapes of each queue, those of parallel jobs by themselves."""
        return self._sorts.values()

    def lacking(self, free: Amounts) -> Rows:
        """Return the shapes that take more of something than is free on all machines together."""
        if self._totals is None:
            self._totals = np.array([shape.needs.total for shape in self._shapes]).reshape(-1, len(free))
        return np.flatnonzero((self._totals > free).any(axis=1))
