"""Track record: which candidate answer has served each family best, as far as its jobs have finished.

Trees learn how all families behave together, and that can be wrong for one that appears later or that only
scatters. So every finished job judges the answers that it could have been given (`CANDIDATES`), and the next
job of its kind gets the one that was best: following the leader, with errors clipped so that a crash in a
long series decides nothing, and shrunk to everybody's errors while a family has few.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jobcast.features.candidates import CANDIDATES
from jobcast.features.coded import Keys
from jobcast.features.window import Counts, FinishedRuns, Times, Values
from jobcast.predict.arrays import Layout, map_arrays, save_arrays

Floats = npt.NDArray[np.float64]

WORST = 2.0
"""Largest error that counts, in log2: an answer that is off by a factor of four is of no use."""

PRIOR = 20
"""Jobs that everybody's errors weigh as many as; from 1 to 40 forecasts hardly differ."""

_LAYOUT: Layout = {
    "families": (np.uint64, (None,)),
    "counts": (np.int64, (None,)),
    "errors": (np.float32, (None, len(CANDIDATES))),
    "overall": (np.float32, (1, len(CANDIDATES))),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """Finished jobs, in order of their finish, and how far off each answer to them was."""

    families: Keys
    """(n,): `Known.judged_by` of each."""
    times: Times
    """(n,): when each finished, in seconds since 1970; rising."""
    errors: Values
    """(n, len(CANDIDATES)): as `errors` returns them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What m submissions may know of the candidates."""

    counts: Counts
    """(m,): judged jobs of the submission's own family."""
    own: Values
    """(m, len(CANDIDATES)): their mean errors; NaN where there are none."""
    overall: Values
    """(m or 1, len(CANDIDATES)): mean errors over the judged jobs of all families; NaN when there are none."""

    def best(self) -> Counts:
        """Return for each submission the number of the candidate to follow; the first of equals."""
        counts = self.counts[:, None]
        expected = (_or_nothing(self.own) * counts + _or_nothing(self.overall) * PRIOR) / (counts + PRIOR)
        best: Counts = expected.argmin(axis=1)
        return best


def _or_nothing(errors: Values) -> Values:
    return np.where(np.isnan(errors), np.float32(0), errors)


def errors(candidates: Floats, peak: Floats) -> Values:
    """Return how far off each of the `candidates` (n, ...) was, in log2, `WORST` at most."""
    return np.minimum(np.abs(candidates - peak[:, None]), WORST).astype(np.float32)


def join(first: Judged, second: Judged) -> Judged:
    """Return the jobs of both, in order of their finish."""
    times = np.concatenate([first.times, second.times])
    order = np.argsort(times, kind="stable")
    return Judged(
        families=np.concatenate([first.families, second.families])[order],
        times=times[order],
        errors=np.concatenate([first.errors, second.errors])[order],
    )


def as_of(judged: Judged, families: Keys, moments: Times) -> Standing:
    """Return what submissions of `families` at `moments` may know: jobs that had finished by then."""
    counts, own = _mean_errors(judged, judged.families, families, moments)
    return Standing(counts=counts, own=own, overall=_overall(judged, moments))


def _overall(judged: Judged, moments: Times) -> Values:
    return _mean_errors(judged, np.zeros_like(judged.families), np.zeros(len(moments), np.uint64), moments)[1]


def _mean_errors(judged: Judged, kept_by: Keys, asking: Keys, moments: Times) -> tuple[Counts, Values]:
    runs = FinishedRuns.sort(kept_by, judged.times, judged.errors)
    counts, ends = runs.seen_by(asking, moments)
    return counts, runs.means(counts, ends)


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackRecord:
    """Mean errors of every family as of now, by rising key; on disk they are mapped, not read."""

    families: Keys
    """Family keys on the rung that is judged by (`JUDGED_BY`), rising."""
    counts: Counts
    """Judged jobs of each family."""
    errors: Values
    """(n, len(CANDIDATES)): their mean errors."""
    overall: Values
    """(1, len(CANDIDATES)): mean errors over the jobs of all families."""

    @classmethod
    def build(cls, judged: Judged) -> "TrackRecord":
        """Remember all of `judged`."""
        families = np.unique(judged.families)
        latest = judged.times.max(initial=0)
        counts, own = _mean_errors(judged, judged.families, families, np.full(len(families), latest))
        return cls(families=families, counts=counts, errors=own, overall=_overall(judged, np.array([latest])))

    @classmethod
    def load(cls, folder: Path) -> "TrackRecord":
        """Map the record that `save` wrote; raises ModelError when it is missing or damaged."""
        return cls(**map_arrays(folder, _LAYOUT))

    def save(self, folder: Path) -> None:
        """Write the record into `folder`."""
        save_arrays(folder, {name: getattr(self, name) for name in _LAYOUT})

    def standing(self, families: Keys) -> Standing:
        """Return what submissions of `families` may know now."""
        if not len(self.families):
            unknown = np.full((len(families), len(CANDIDATES)), np.nan, dtype=np.float32)
            return Standing(counts=np.zeros(len(families), dtype=np.int64), own=unknown, overall=self.overall)
        place = np.minimum(np.searchsorted(self.families, families), len(self.families) - 1)
        known = self.families[place] == families
        own = np.where(known[:, None], self.errors[place], np.float32(np.nan))
        return Standing(counts=np.where(known, self.counts[place], 0), own=own, overall=self.overall)
