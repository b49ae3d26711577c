"""Family memory: the last finished runs of every family, as of now.

It lies on disk as sorted arrays that are mapped, not read: a look-up touches some pages, however many
families there are, so a cold start costs nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from jobcast.errors import ModelError
from jobcast.features.asof import Lessons
from jobcast.features.coded import Keys
from jobcast.features.columns import Known, Rows, fill
from jobcast.features.family import family_keys
from jobcast.features.submissions import Submissions
from jobcast.features.window import RUNS, Counts, FinishedRuns, Times, Values, Window, nothing
from jobcast.language import say
from jobcast.predict.arrays import map_array
from jobcast.predict.damage import why

_ARRAYS = ("keys", "values", "counts", "means", "times", "long_medians")


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
            **{name: np.concatenate([getattr(part, name) for part in parts])[order] for name in _ARRAYS}
        )

    @classmethod
    def load(cls, folder: Path) -> "FamilyMemory":
        """Map the memory that `save` wrote; raises ModelError when it is missing or damaged."""
        memory = cls(**{name: map_array(folder / f"{name}.npy") for name in _ARRAYS})
        try:
            memory.check()
        except ValueError as error:
            raise ModelError(
                say("model.bad_memory", folder=folder, why=why(error)), hint="jobcast train"
            ) from error
        return memory

    def check(self) -> None:
        """Raise ValueError when the arrays do not belong together: nothing may be read beside them."""
        kinds = {"keys": np.uint64, "counts": np.int64, "times": np.int64}
        for name in _ARRAYS:
            array: npt.NDArray[Any] = getattr(self, name)
            shape = (len(self.keys), RUNS) if name == "values" else (len(self.keys),)
            if array.dtype != kinds.get(name, np.float32) or array.shape != shape:
                raise ValueError(say("model.odd_array", name=name, kind=array.dtype, shape=array.shape))

    def save(self, folder: Path) -> None:
        """Write the memory into the existing `folder`."""
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)

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
