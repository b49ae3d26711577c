"""What is told of a family: statistics and medians of its last finished runs."""

import numpy as np

from jobcast.features.candidates import SPANS, medians
from jobcast.features.window import RUNS, Counts, Values, Window

RELATIVE = ("recent", "mean", "top", "last")
"""Statistics in log2 of the amount, given to the trees as distance from the anchor."""
PLAIN = ("spread", "runs", "age")
STATISTICS = RELATIVE + PLAIN

RECENT, LAST, AGE = (STATISTICS.index(name) for name in ("recent", "last", "age"))

DETAILS = ("p95", *(f"median of last {span}" for span in SPANS))
"""What is asked of the anchor alone: they need more time than all statistics together."""

SUMMARY = STATISTICS + DETAILS

_FADE = (0.8 ** np.arange(RUNS)).astype(np.float32)
"""Weight of a run among its family's last runs: the newest counts most, since blocks grow."""
_FADED = np.r_[np.float32(1), np.cumsum(_FADE)]


def statistics(window: Window) -> Values:
    """Return one column for each of `STATISTICS`; NaN where the family has no finished run."""
    kept = np.minimum(window.counts, RUNS)
    values = window.values
    found = np.empty((len(kept), len(STATISTICS)), dtype=np.float32)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = values.sum(1) / kept
        squares = np.einsum("ij,ij->i", values, values) / kept
        found[:, 0] = np.einsum("ij,j->i", values, _FADE) / _FADED[kept]
    found[:, 1] = window.means
    found[:, 2] = values.max(1)  # what is beyond the runs there are is 0, below any log2 of bytes
    found[:, 3] = values[:, 0]
    found[:, 4] = np.sqrt(np.maximum(squares - mean**2, 0))
    found[:, 5] = np.log1p(window.counts)
    found[:, 6] = window.ages
    found[kept == 0, :5] = np.nan
    return found


def details(window: Window, rows: Counts) -> Values:
    """Return for the window's `rows`, all with history, one column for each of `DETAILS`."""
    p95 = percentile_95(window.values[rows], window.counts[rows])
    return np.column_stack([p95, medians(window, rows)])


def summary(window: Window) -> Values:
    """Return one column for each of `SUMMARY`; every family has history."""
    return np.hstack([statistics(window), details(window, np.arange(len(window.counts)))])


def percentile_95(values: Values, counts: Counts) -> Values:
    """Return the 95th percentile of each window's values (linear between runs); every window has one."""
    kept = np.minimum(counts, RUNS)
    rising = np.sort(np.where(np.arange(RUNS) < kept[:, None], values, np.inf), axis=1)
    place = 0.95 * (kept - 1)
    low, row = place.astype(np.int64), np.arange(len(kept))
    high = np.minimum(low + 1, kept - 1)
    found = rising[row, low] + (place - low) * (rising[row, high] - rising[row, low])
    return np.asarray(found, dtype=np.float32)
