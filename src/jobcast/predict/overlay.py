"""What families have learnt since their memory was written: a layer above its arrays, which stay as they are."""

from array import array
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from jobcast.features.coded import Keys
from jobcast.features.summary import SUMMARY, summary
from jobcast.features.window import CHUNK, LONG, RUNS, Counts, Times, Values, Window, median

Floats = npt.NDArray[np.float64]


# Not frozen, like all here: it learns.
@dataclass(kw_only=True, slots=True)
class Family:
    """The runs of one family, as far as its figures depend on them."""

    count: int = 0
    """Finished runs."""
    total: float = 0.0
    """Sum of the values of all of them."""
    values: "array[float]" = field(default_factory=lambda: array("f"))
    """Values of the last `LONG` of them, the newest last."""
    times: "array[int]" = field(default_factory=lambda: array("q"))
    """When those of them finished that were learnt since; the others did so earlier."""

    def learn(self, time: int, value: float) -> None:
        """Take in a run, also when a later one came before it; of one second, the last to come is the newest."""
        self.count += 1
        self.total += value
        later = len(self.times) - bisect_right(self.times, time)
        self.values.insert(len(self.values) - later, value)
        self.times.insert(len(self.times) - later, time)
        del self.values[:-LONG], self.times[:-LONG]


class Overlay:
    """The families that have learnt, each with the figures that a memory built anew would tell of it."""

    def __init__(self) -> None:
        self.highest = -np.inf
        """The highest value learnt."""
        self._families: list[Family] = []
        self._places: dict[int, int] = {}
        """Key to place among `_families` and in the arrays."""
        self._told = np.empty((0, len(SUMMARY)), dtype=np.float32)
        self._counts = np.empty(0, dtype=np.int64)
        self._times = np.empty(0)

    def __len__(self) -> int:
        """Return how many families have learnt."""
        return len(self._families)

    def learn(self, keys: Keys, times: Times, values: Values, before: Callable[[int], Family]) -> None:
        """Take in runs: each has a row of `keys`; `before` tells what was known of a family that is new here."""
        changed: dict[int, None] = {}
        for families, time, value in zip(keys.tolist(), times.tolist(), values.tolist(), strict=True):
            for key in families:
                place = self._places.get(key)
                if place is None:
                    place = self._places[key] = len(self._families)
                    self._families.append(before(key))
                self._families[place].learn(time, value)
                changed[place] = None
        self.highest = max(self.highest, float(values.max(initial=-np.inf)))
        self._make_room()
        places = np.array(list(changed), dtype=np.int64)
        for start in range(0, len(places), CHUNK):
            self._update(places[start : start + CHUNK])

    def family(self, key: int) -> Family | None:
        """Return a family that has learnt; None for any other."""
        place = self._places.get(key)
        return None if place is None else self._families[place]

    def lay_over(self, keys: Keys, told: Values, counts: Counts, times: Floats) -> None:
        """Replace in arrays with one element for each of `keys` what is told of families that have learnt."""
        found = np.array([self._places.get(key, -1) for key in keys.ravel().tolist()]).reshape(keys.shape)
        here = np.nonzero(found >= 0)
        place = found[here]
        told[here], counts[here], times[here] = self._told[place], self._counts[place], self._times[place]

    def _make_room(self) -> None:
        missing = len(self._families) - len(self._counts)
        if missing > 0:
            missing = max(missing, len(self._counts))
            self._told, self._counts, self._times = (
                np.concatenate([old, np.empty((missing, *old.shape[1:]), dtype=old.dtype)])
                for old in (self._told, self._counts, self._times)
            )

    def _update(self, places: Counts) -> None:
        families = [self._families[place] for place in places.tolist()]
        self._told[places] = summary(_window(families))
        self._counts[places] = [family.count for family in families]
        self._times[places] = [family.times[-1] for family in families]


def _window(families: list[Family]) -> Window:
    last = np.zeros((len(families), LONG), dtype=np.float32)
    for row, family in enumerate(families):
        last[row, : len(family.values)] = family.values[::-1]
    counts = np.array([family.count for family in families], dtype=np.int64)
    means = np.array([family.total for family in families]) / counts
    return Window(
        values=np.ascontiguousarray(last[:, :RUNS]),
        counts=counts,
        means=means.astype(np.float32),
        ages=np.full(len(families), np.nan, dtype=np.float32),
        long_medians=lambda rows: median(last[rows], np.minimum(counts[rows], LONG)),
    )
