"""Simple answers that stand beside the trees: medians of a family's last runs.

How far to look back differs from family to family: where runs only scatter, a long memory is best; where
blocks grow, a short one is. `jobcast.predict.record` finds out which has served.
"""

import numpy as np
import numpy.typing as npt

from jobcast.features.window import LONG, RUNS, Counts, Values, Window, median

SPANS = (1, 4, RUNS, LONG)
"""Finished runs that each of the medians is taken over; a younger family gives what it has."""

CANDIDATES = ("trees", *(f"median of last {span}" for span in SPANS))
"""Columns of `candidates`."""

Floats = npt.NDArray[np.float64]


def medians(window: Window, rows: Counts) -> Values:
    """Return for the window's `rows`, all with history, one median for each of `SPANS`."""
    values, counts = window.values[rows], window.counts[rows]
    found = np.empty((len(rows), len(SPANS)), dtype=np.float32)
    for column, span in enumerate(SPANS[:-1]):
        found[:, column] = median(values[:, :span], np.minimum(counts, span))
    found[:, -1] = found[:, -2]
    grown = np.flatnonzero(counts > RUNS)
    found[grown, -1] = window.long_medians(rows[grown])
    return found


def candidates(trees: Floats, medians: Values) -> Floats:
    """Return (n, len(CANDIDATES)) in log2 bytes: what the trees say, and the medians as they are."""
    return np.concatenate([trees[:, None], medians], axis=1)
