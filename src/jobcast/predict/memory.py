"""Family memory: what the last finished runs of every family tell, as of now.

It lies on disk as sorted arrays that are mapped, not read: a look-up touches some pages, however many
families there are, so a cold start costs nothing.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jobcast.features.asof import Lessons
from jobcast.features.coded import Keys
from jobcast.features.columns import JUDGED_BY, Known, Seen, fill
from jobcast.features.family import family_keys, ladder_keys
from jobcast.features.submissions import Submissions
from jobcast.features.summary import AGE, DETAILS, STATISTICS, details, statistics
from jobcast.features.window import CHUNK, Counts, FinishedRuns, Times, Values, nothing
from jobcast.predict.arrays import Layout, map_arrays, save_arrays

Floats = npt.NDArray[np.float64]

_LAYOUT: Layout = {
    "keys": (np.uint64, (None,)),
    "told": (np.float32, (None, len(STATISTICS) + len(DETAILS))),
    "counts": (np.int64, (None,)),
    "times": (np.float64, (None,)),
}
_NOBODY = np.iinfo(np.uint64).max
"""Key of the last row, which stands for all families that nobody knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyMemory:
    """The families of all rungs together, by rising key, and in the last row what is told of any other."""

    keys: Keys
    """Family keys of all rungs, rising; the n-th element of each other array is of the n-th."""
    told: Values
    """`STATISTICS` and `DETAILS`, as columns; the age, which depends on the moment, is left open."""
    counts: Counts
    """Finished runs of each family."""
    times: Floats
    """When the newest of them finished, in seconds since 1970; NaN where there is none."""

    @classmethod
    def build(cls, submissions: Submissions, done: Lessons) -> "FamilyMemory":
        """Remember the jobs `done` among `submissions`."""
        parts = [*(_remembered(keys, done) for keys in family_keys(submissions)), _nobody()]
        order = np.argsort(np.concatenate([part.keys for part in parts]))
        return cls(
            **{name: np.concatenate([getattr(part, name) for part in parts])[order] for name in _LAYOUT}
        )

    @classmethod
    def load(cls, folder: Path) -> "FamilyMemory":
        """Map the memory that `save` wrote; raises ModelError when it is missing or damaged."""
        return cls(**map_arrays(folder, _LAYOUT))

    def save(self, folder: Path) -> None:
        """Write the memory into `folder`."""
        save_arrays(folder, {name: getattr(self, name) for name in _LAYOUT})

    def recall(self, submissions: Submissions) -> Known:
        """Return what is known of each submission."""
        keys = ladder_keys(submissions)
        return fill(submissions, keys[:, JUDGED_BY], [self.tell(keys, submissions.at)])

    def tell(self, keys: Keys, moments: Times) -> Seen:
        """Return what is known of families at some moments; `keys` has a row for each moment and all rungs' columns."""
        place = np.searchsorted(self.keys, keys)
        place = np.where(self.keys[place] == keys, place, len(self.keys) - 1)
        told = self.told[place]
        # A memory answers as of now: for an earlier submission its newest run is still to come, and 0 days old.
        told[:, :, AGE] = np.maximum(moments[:, None] - self.times[place], 0) / 86400
        return Seen(
            first=0,
            rows=np.arange(len(keys)),
            counts=self.counts[place],
            statistics=told[:, :, : len(STATISTICS)],
            details=lambda rows, rungs: told[rows, rungs, len(STATISTICS) :],
        )


def _remembered(keys: Keys, done: Lessons) -> FamilyMemory:
    runs = FinishedRuns.sort(keys[done.rows], done.times, done.values)
    ends = runs.starts[1:]
    counts = ends - runs.starts[:-1]
    newest = runs.times[ends - 1]
    told = np.empty((len(ends), len(STATISTICS) + len(DETAILS)), dtype=np.float32)
    for start in range(0, len(ends), CHUNK):
        part = slice(start, start + CHUNK)
        window = runs.window(counts[part], ends[part], newest[part])
        told[part] = np.hstack([statistics(window), details(window, np.arange(len(window.counts)))])
    return FamilyMemory(keys=runs.families, told=told, counts=counts, times=newest.astype(np.float64))


def _nobody() -> FamilyMemory:
    window = nothing(1)
    untold = np.full((1, len(DETAILS)), np.nan, dtype=np.float32)
    return FamilyMemory(
        keys=np.array([_NOBODY], dtype=np.uint64),
        told=np.hstack([statistics(window), untold]),
        counts=window.counts,
        times=np.array([np.nan]),
    )
