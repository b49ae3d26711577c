"""Family memory: what the last finished runs of every family tell, as of now.

It lies on disk as sorted arrays that are mapped, not read: a look-up touches some pages, however many
families there are, so a cold start costs nothing. What is learnt later lies above them, in the process.
"""

from array import array
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jobcast.features.asof import Lessons
from jobcast.features.coded import Keys
from jobcast.features.columns import JUDGED_BY, Known, Seen, fill
from jobcast.features.family import family_keys
from jobcast.features.ladder import ladder_keys
from jobcast.features.submissions import Submissions
from jobcast.features.summary import AGE, STATISTICS, SUMMARY, statistics, summary
from jobcast.features.window import CHUNK, LONG, Counts, FinishedRuns, Times, Values, nothing
from jobcast.language import say
from jobcast.predict.arrays import Array, Layout, map_arrays, save_arrays
from jobcast.predict.damage import reading
from jobcast.predict.overlay import Family, Overlay

Floats = npt.NDArray[np.float64]

_LAYOUT: Layout = {
    "keys": (np.uint64, (None,)),
    "told": (np.float32, (None, len(SUMMARY))),
    "counts": (np.int64, (None,)),
    "times": (np.float64, (None,)),
    "totals": (np.float64, (None,)),
    "ends": (np.int64, (None,)),
}
_TAILS: Layout = {"tails": (np.float32, (None,))}

_NOBODY = np.iinfo(np.uint64).max
"""Key of the last row, which stands for all families that nobody knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyMemory:
    """The families of all rungs together, by rising key, and in the last row what is told of any other."""

    keys: Keys
    """Family keys of all rungs, rising; the n-th element of most other arrays is of the n-th."""
    told: Values
    """(n, len(SUMMARY)): their figures; the age, which depends on the moment, is left open."""
    counts: Counts
    """Finished runs of each family."""
    times: Floats
    """When the newest of them finished, in seconds since 1970; NaN where there is none."""
    totals: Floats
    """Sum of the values of all of them."""
    ends: Counts
    """Where the values of each family end in `tails`."""
    tails: Values
    """Family by family, the values of the last `LONG` runs, the newest last: whoever learns needs them."""
    overlay: Overlay = field(init=False, default_factory=Overlay)
    """Families that have learnt since; what is told here of these is out of date."""

    @classmethod
    def build(cls, submissions: Submissions, done: Lessons) -> "FamilyMemory":
        """Remember the jobs `done` among `submissions`."""
        parts = [*(_remembered(keys, done) for keys in family_keys(submissions)), _nobody()]
        joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        order = np.argsort(joined["keys"])
        tails, ends = _reordered(joined.pop("tails"), np.minimum(joined["counts"], LONG), order)
        return cls(**{name: column[order] for name, column in joined.items()}, ends=ends, tails=tails)

    @classmethod
    def load(cls, folder: Path) -> "FamilyMemory":
        """Map the memory that `save` wrote; raises ModelError when it is missing or damaged."""
        found = cls(**map_arrays(folder, _LAYOUT), **map_arrays(folder, _TAILS))
        for name, last, known in (("keys", found.keys, _NOBODY), ("ends", found.ends, len(found.tails))):
            with reading(folder / f"{name}.npy"):
                if last[-1:].tolist() != [known]:
                    raise ValueError(say("model.odd_array", kind=last.dtype, shape=last.shape))
        return found

    def save(self, folder: Path) -> None:
        """Write the memory, without what it has learnt since it was built, into `folder`."""
        save_arrays(folder, {name: getattr(self, name) for name in (*_LAYOUT, *_TAILS)})

    def recall(self, submissions: Submissions) -> Known:
        """Return what is known of each submission."""
        keys = ladder_keys(submissions)
        return fill(submissions, keys[:, JUDGED_BY], [self.tell(keys, submissions.at)])

    def tell(self, keys: Keys, moments: Times) -> Seen:
        """Return what is known of families at some moments; `keys` has a row for each moment and all rungs' columns."""
        place = np.searchsorted(self.keys, keys)
        place = np.where(self.keys[place] == keys, place, len(self.keys) - 1)
        told, counts, times = self.told[place], self.counts[place], self.times[place]
        if self.overlay:
            self.overlay.lay_over(keys, told, counts, times)
        # A memory answers as of now: for an earlier submission its newest run is still to come, and 0 days old.
        told[:, :, AGE] = np.maximum(moments[:, None] - times, 0) / 86400
        return Seen(
            first=0,
            rows=np.arange(len(keys)),
            counts=counts,
            statistics=told[:, :, : len(STATISTICS)],
            details=lambda rows, rungs: told[rows, rungs, len(STATISTICS) :],
        )

    def learn(self, keys: Keys, times: Times, values: Floats) -> None:
        """Remember runs that finished after all those that the memory was built from, in any order.

        `keys` has a row for each run, and all rungs' columns; values that are NaN teach nothing. Afterwards the
        same is told as by a memory that was built from all runs. The arrays stay as they are, so processes go
        on sharing them.
        """
        told = np.flatnonzero(~np.isnan(values))
        self.overlay.learn(keys[told], times[told], values[told].astype(np.float32), self._family)

    def last(self, key: int) -> Values:
        """Return the values of the last runs of a family, at most `LONG`, the newest last."""
        family = self.overlay.family(key) or self._family(key)
        return np.frombuffer(family.values, dtype=np.float32)

    def _family(self, key: int) -> Family:
        place = int(np.searchsorted(self.keys, np.uint64(key)))
        if int(self.keys[place]) != key:
            return Family()
        count, end = int(self.counts[place]), int(self.ends[place])
        last = self.tails[end - min(count, LONG) : end]
        return Family(count=count, total=float(self.totals[place]), values=array("f", last.tobytes()))


def _remembered(keys: Keys, done: Lessons) -> dict[str, Array]:
    runs = FinishedRuns.sort(keys[done.rows], done.times, done.values)
    begins, ends = runs.starts[:-1], runs.starts[1:]
    counts, newest = ends - begins, runs.times[ends - 1]
    told = np.empty((len(ends), len(SUMMARY)), dtype=np.float32)
    for start in range(0, len(ends), CHUNK):
        part = slice(start, start + CHUNK)
        told[part] = summary(runs.window(counts[part], ends[part], newest[part]))
    return {
        "keys": runs.families,
        "told": told,
        "counts": counts,
        "times": newest.astype(np.float64),
        "totals": runs.sums[ends] - runs.sums[begins],
        "tails": runs.values[np.arange(len(runs.values)) >= np.repeat(ends - LONG, counts)],
    }


def _nobody() -> dict[str, Array]:
    told = np.full((1, len(SUMMARY)), np.nan, dtype=np.float32)
    told[:, : len(STATISTICS)] = statistics(nothing(1))
    return {
        "keys": np.array([_NOBODY], dtype=np.uint64),
        "told": told,
        "counts": np.zeros(1, dtype=np.int64),
        "times": np.array([np.nan]),
        "totals": np.zeros(1),
        "tails": np.empty(0, dtype=np.float32),
    }


def _reordered(tails: Values, lengths: Counts, order: Counts) -> tuple[Values, Counts]:
    """Bring pieces of so many values into another order; return also where each ends then."""
    begins = (np.cumsum(lengths) - lengths)[order]
    ends = np.cumsum(lengths[order])
    moved = np.repeat(begins - (ends - lengths[order]), lengths[order])
    return tails[moved + np.arange(len(tails))], ends
