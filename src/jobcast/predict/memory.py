"""Family memory: the last finished runs of every family, as of now.

It lies on disk as sorted arrays that are mapped, not read: a look-up touches some pages, however many
families there are, so a cold start costs nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jobcast.features.asof import Lessons
from jobcast.features.coded import Keys
from jobcast.features.columns import Known, Rows, fill
from jobcast.features.family import family_keys
from jobcast.features.submissions import Submissions
from jobcast.features.window import RUNS, Counts, FinishedRuns, Times, Values, Window, nothing
from jobcast.predict.arrays import Layout, map_arrays, save_arrays

_LAYOUT: Layout = {
    "keys": (np.uint64, (None,)),
    "values": (np.float32, (None, RUNS)),
    "counts": (np.int64, (None,)),
    "means": (np.float32, (None,)),
    "times": (np.int64, (None,)),
    "long_medians": (np.float32, (None,)),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyMemory:
    """The families of all rungs together, by rising key."""

    keys: Keys
    """Family keys of all rungs, rising; the n-th element of each other array is of the n-th."""
    values: Values
    """(n, RUNS): log2 bytes, newest first."""
    counts: Counts
    """Finished runs of each family."""
    means: Values
    """Mean of log2 of all their peaks."""
    times: Times
    """When the newest of them finished, in seconds since 1970."""
    long_medians: Values
    """Median of the last runs, over more than `values` holds; NaN where `values` holds all."""

    @classmethod
    def build(cls, submissions: Submissions, done: Lessons) -> "FamilyMemory":
        """Remember the jobs `done` among `submissions`."""
        parts = [_remembered(keys, done) for keys in family_keys(submissions)]
        keys = np.concatenate([part.keys for part in parts])
        order = np.argsort(keys)
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
        families = family_keys(submissions)
        return fill(submissions, ((keys, self._windows(keys, submissions.at)) for keys in families))

    def _windows(self, keys: Keys, moments: Times) -> Iterator[tuple[Rows, Window]]:
        everyone = np.arange(len(keys))
        if not len(self.keys):
            yield everyone, nothing(len(keys))
            return
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        known = self.keys[place] == keys
        # A memory answers as of now: for an earlier submission its newest run is still to come, and 0 days old.
        ages = np.where(known, np.maximum(moments - self.times[place], 0) / 86400, np.nan)
        values = np.where(known[:, None], self.values[place], np.float32(0))
        counts = np.where(known, self.counts[place], 0)
        means = np.where(known, self.means[place], np.float32(np.nan))
        yield (
            everyone,
            Window(
                values=values,
                counts=counts,
                means=means,
                ages=ages.astype(np.float32),
                long_medians=lambda rows: self.long_medians[place[rows]],
            ),
        )


def _remembered(keys: Keys, done: Lessons) -> FamilyMemory:
    runs = FinishedRuns.sort(keys[done.rows], done.times, done.values)
    ends = runs.starts[1:]
    counts = ends - runs.starts[:-1]
    newest = runs.times[ends - 1]
    window = runs.window(counts, ends, newest)
    long_medians = np.full(len(counts), np.nan, dtype=np.float32)
    grown = np.flatnonzero(counts > RUNS)
    long_medians[grown] = window.long_medians(grown)
    return FamilyMemory(
        keys=runs.families,
        values=window.values,
        counts=counts,
        means=window.means,
        times=newest,
        long_medians=long_medians,
    )
