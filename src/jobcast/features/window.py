"""The last finished runs of a family, as of a moment.

The as-of rule lives here: a run is seen only by submissions made when it had finished, or later.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobcast.features.coded import Keys

RUNS = 16
"""Finished runs of a family that are remembered one by one; of older ones only mean and median are."""

LONG = 64
"""Finished runs that the longest median is taken over."""

Values = npt.NDArray[np.float32]
Times = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]

CHUNK = 65_536
"""Rows worked on at once: small enough for a processor's cache, so that memory stays small too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """What one rung of the ladder remembers for each of n submissions."""

    values: Values
    """(n, RUNS): log2 of the peaks of the last runs, newest first; 0 beyond the runs there are."""
    counts: Counts
    """(n,): finished runs known at that moment, including those no longer remembered."""
    means: Values
    """(n,): mean of log2 of the peaks of all these runs, remembered or not; NaN when there is none."""
    ages: Values
    """(n,): days since the newest of them finished; NaN when there is none."""
    long_medians: Callable[[Counts], Values]
    """Median of the last `LONG` runs for some of the n rows, all with more than `RUNS`: few are ever needed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FinishedRuns:
    """The finished runs of one rung, sorted by family and moment of finish."""

    families: Keys
    """Distinct family keys, rising."""
    starts: Counts
    """Where each family's runs begin in `times`; one more entry than families."""
    times: Times
    """When each run finished, in seconds since 1970; rising within a family."""
    values: Values
    """(n,) or (n, k): log2 of each run's peak in bytes, or how far off k answers to it were."""
    sums: npt.NDArray[np.float64]
    """Running sums of `values`, from 0; one more entry than values."""
    origin: int
    """The earliest finish, in seconds since 1970."""
    span: int
    """A stretch of time longer than all that is known; keeps families apart on `line`."""
    line: Times
    """Family and finish as one rising number, so that one search finds both."""

    @classmethod
    def sort(cls, keys: Keys, times: Times, values: Values) -> "FinishedRuns":
        """Sort runs that come in order of their finish; runs of one second keep their order."""
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)])
        starts = np.r_[first, len(ordered)].astype(np.int64)
        origin, latest = (int(times.min()), int(times.max())) if len(times) else (0, 0)
        span = latest - origin + 2
        family = np.repeat(np.arange(len(first)), np.diff(starts))
        line = family * span + (times[order] - origin)
        sums = np.zeros((len(values) + 1, *values.shape[1:]))
        np.cumsum(values[order], axis=0, out=sums[1:])
        return cls(
            families=ordered[first],
            starts=starts,
            times=times[order],
            values=values[order],
            sums=sums,
            origin=origin,
            span=span,
            line=line,
        )

    def seen_by(self, keys: Keys, moments: Times) -> tuple[Counts, Counts]:
        """Return for each asking family the runs finished by its moment, and where the last of them ends."""
        if not len(self.families):
            nothing = np.zeros(len(keys), dtype=np.int64)
            return nothing, nothing
        place = np.minimum(np.searchsorted(self.families, keys), len(self.families) - 1)
        known = self.families[place] == keys
        asked = place * self.span + np.clip(moments - self.origin, -1, self.span - 1)
        ends = np.searchsorted(self.line, asked, side="right").astype(np.int64)
        return np.where(known, ends - self.starts[place], 0), ends

    def window(self, counts: Counts, ends: Counts, moments: Times) -> Window:
        """Gather the last runs before `ends`, newest first."""
        if not len(self.times):
            return nothing(len(counts))
        back = np.arange(RUNS)
        rows = np.maximum(ends[:, None] - 1 - back, 0)
        values = np.where(back < counts[:, None], self.values[rows], np.float32(0))
        ages = np.where(counts > 0, (moments - self.times[rows[:, 0]]) / 86400, np.nan)
        return Window(
            values=values,
            counts=counts,
            means=self.means(counts, ends),
            ages=ages.astype(np.float32),
            long_medians=lambda asked: self._long_medians(counts[asked], ends[asked]),
        )

    def means(self, counts: Counts, ends: Counts) -> Values:
        """Return the mean over all of the `counts` runs before `ends`; NaN where there is none."""
        with np.errstate(invalid="ignore"):
            means = (self.sums[ends] - self.sums[ends - counts]).T / counts
        return np.asarray(means.T, dtype=np.float32)

    def _long_medians(self, counts: Counts, ends: Counts) -> Values:
        rows = np.maximum(ends[:, None] - 1 - np.arange(LONG), 0)
        return median(self.values[rows], np.minimum(counts, LONG))


def median(values: Values, kept: Counts) -> Values:
    """Return the median of the first `kept` values of each row, the mean of the middle two; each has one."""
    rising = np.sort(np.where(np.arange(values.shape[1]) < kept[:, None], values, np.inf), axis=1)
    row = np.arange(len(kept))
    middle: Values = ((rising[row, (kept - 1) // 2] + rising[row, kept // 2]) / 2).astype(np.float32)
    return middle


def nothing(rows: int) -> Window:
    """Return the windows of submissions whose families have no finished run."""
    unknown = np.full(rows, np.nan, dtype=np.float32)
    return Window(
        values=np.zeros((rows, RUNS), dtype=np.float32),
        counts=np.zeros(rows, dtype=np.int64),
        means=unknown,
        ages=unknown,
        long_medians=lambda asked: unknown[asked],
    )


def look_back(
    runs: FinishedRuns, keys: Keys, moments: Times, known_at: Times
) -> Iterator[tuple[Counts, Window]]:
    """Give, some rows at a time, what each submission could know of its family.

    `moments` are the submissions' own; `known_at` is until when runs are known, never later than that.
    Rows come family by family, so that neighbours look at the same memory.
    """
    order = np.argsort(keys)
    for start in range(0, len(order), CHUNK):
        rows = order[start : start + CHUNK]
        counts, ends = runs.seen_by(keys[rows], known_at[rows])
        yield rows, runs.window(counts, ends, moments[rows])
