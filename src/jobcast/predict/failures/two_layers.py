"""Two layers, as in the TLNM paper: one tells the class of a job, and one for each class whether it fails.

The paper asks the likeliest class alone. Here, unless told otherwise, the classes answer together, each as far as
the job is likely to be in it: sum over classes of P(class) x P(fails | class). Both learn the same trees.
"""

from dataclasses import dataclass

import numpy as np

from jobcast.predict.failures.calibration import log_odds
from jobcast.predict.failures.classes import Classes
from jobcast.predict.failures.layers import Second
from jobcast.predict.trees import Floats, Matrix, Trees

_UNLIKELY = 1e-4
"""Chance of a class below which its trees are not asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TwoLayers:
    """A class prediction model (CPLM) and for each class an anomaly prediction model (APLM)."""

    first: Trees | None
    """Tells the chance of each class; None where there is but one."""
    second: tuple[Second, ...]
    """For each class; a class without failures tells 0: will not fail."""
    classes: Classes
    """What the classes are."""
    weights: tuple[float, ...]
    """Share of the jobs that each class had; an explanation begins at the mean of where these begin."""
    hard: bool = False
    """Ask the likeliest class alone, as the paper does."""

    def class_chances(self, matrix: Matrix) -> Floats:
        """Return (n, K): the chance of each class."""
        if self.first is None:
            return np.ones((len(matrix), 1))
        chances = self.first.predict_classes(matrix)
        if not self.hard:
            return chances
        certain: Floats = np.eye(len(self.second))[np.argmax(chances, axis=1)]
        return certain

    def tell(self, matrix: Matrix) -> Floats:
        """Return the chance of each row."""
        found = np.zeros(len(matrix))
        for chance, second in zip(self.class_chances(matrix).T, self.second, strict=True):
            rows = np.flatnonzero(chance > _UNLIKELY)
            if second.trees is not None or second.share:
                found[rows] += chance[rows] * second.tell(matrix[rows])
        return np.minimum(found, 1.0)  # chances of classes sum to 1 but for rounding

    def contributions(self, matrix: Matrix) -> Floats:
        """Return (n, k + 2): how far each feature, then the class, moved the log-odds, and where they began.

        Features count by the trees of each class, weighted by the part of the chance that comes from it; what
        these leave is the class's, so that each row sums to the log-odds of `tell`.
        """
        told, features = self.tell(matrix), matrix.shape[1]
        found = np.zeros((len(matrix), features + 2))
        for chance, second in zip(self.class_chances(matrix).T, self.second, strict=True):
            rows = np.flatnonzero((chance > _UNLIKELY) & (told > 0))
            if second.trees is not None:
                weight = chance[rows] * second.tell(matrix[rows]) / told[rows]
                found[rows, :features] += weight[:, None] * second.contributions(matrix[rows])[:, :features]
        found[:, -1] = self._start(matrix[:1])
        found[:, -2] = log_odds(told) - found.sum(axis=1)
        return found

    def _start(self, row: Matrix) -> float:
        """Return the mean log-odds where the classes begin; the row is any, and may lack."""
        if not len(row):
            return 0.0
        starts = [float(second.contributions(row)[0, -1]) for second in self.second]
        return float(np.average(starts, weights=self.weights))
