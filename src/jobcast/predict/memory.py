"""Family memory: the last finished runs of every family, as of now.

It lies on disk as sorted arrays that are mapped, not read: a look-up touches some pages, however many
families there are, so a cold start costs nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jobcast.errors import ModelError
from jobcast.features.asof import Finished
from jobcast.features.coded import Keys
from jobcast.features.columns import Known, Rows, fill
from jobcast.features.family import family_keys
from jobcast.features.submissions import Submissions
from jobcast.features.window import Counts, FinishedRuns, Times, Values, Window, nothing

_ARRAYS = ("keys", "values", "counts", "means", "times")


@dataclass(frozen=True, slots=True)
class FamilyMemory:
    """The families of all rungs together, by rising key."""

    keys: Keys
    values: Values
    """(n, RUNS): log2 bytes, newest first."""
    counts: Counts
    """Finished runs of each family."""
    means: Values
    """Mean of log2 of all their peaks."""
    times: Times
    """When the newest of them finished, in seconds since 1970."""

    @classmethod
    def build(cls, submissions: Submissions, done: Finished) -> "FamilyMemory":
        """Remember the jobs `done` among `submissions`."""
        parts = [_remembered(keys, done) for keys in family_keys(submissions)]
        keys = np.concatenate([part.keys for part in parts])
        order = np.argsort(keys)
        return cls(*(np.concatenate([getattr(part, name) for part in parts])[order] for name in _ARRAYS))

    @classmethod
    def load(cls, folder: Path) -> "FamilyMemory":
        """Map the memory that `save` wrote; raises ModelError when it is missing or damaged."""
        try:
            return cls(
                *(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _ARRAYS)
            )
        except (OSError, ValueError) as error:
            raise ModelError(
                f"cannot read the family memory in {folder}: {error}", hint="jobcast train"
            ) from error

    def save(self, folder: Path) -> None:
        """Write the memory into the existing `folder`."""
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)

    def recall(self, submissions: Submissions) -> Known:
        """Return what is known of each submission."""
        return fill(submissions, (self._windows(keys, submissions.at) for keys in family_keys(submissions)))

    def _windows(self, keys: Keys, moments: Times) -> Iterator[tuple[Rows, Window]]:
        everyone = np.arange(len(keys))
        if not len(self.keys):
            yield everyone, nothing(len(keys))
            return
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        known = self.keys[place] == keys
        ages = np.where(known, (moments - self.times[place]) / 86400, np.nan)
        values = np.where(known[:, None], self.values[place], np.float32(0))
        counts = np.where(known, self.counts[place], 0)
        means = np.where(known, self.means[place], np.float32(np.nan))
        yield everyone, Window(values, counts, means, ages.astype(np.float32))


def _remembered(keys: Keys, done: Finished) -> FamilyMemory:
    runs = FinishedRuns.sort(keys[done.rows], done.times, done.values)
    ends = runs.starts[1:]
    counts = ends - runs.starts[:-1]
    newest = runs.times[ends - 1]
    window = runs.window(counts, ends, newest)
    return FamilyMemory(runs.families, window.values, counts, window.means, newest)
