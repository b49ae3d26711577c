"""What moves answers: TreeSHAP of drawn jobs, with the values of their features."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobcast.predict.failures.layers import CLASS, Layers
from jobcast.train.failures.cases import Cases, Floats


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Explained:
    """How far each of k features, the class among them, moved the log-odds of n jobs; strongest feature first."""

    features: tuple[str, ...]
    """Names of the k columns."""
    moved: Floats
    """(n, k): log-odds."""
    values: npt.NDArray[np.float32]
    """(n, k): of the features; NaN where unknown, and for the class, which has none."""
    start: Floats
    """(n,): log-odds that each answer began with."""

    @property
    def strength(self) -> Floats:
        """Return for each feature the mean distance by which it moved the log-odds."""
        mean: Floats = np.abs(self.moved).mean(axis=0)
        return mean


def explain(layers: Layers, cases: Cases, *, jobs: int, seed: int) -> Explained:
    """Explain the answers to so many drawn `jobs` of `cases`, at least one, or to all where there are fewer."""
    drawn = np.sort(np.random.default_rng(seed).permutation(len(cases))[:jobs])
    matrix = cases.matrix[drawn]
    found = layers.contributions(matrix)
    moved = found[:, :-1]
    values = np.column_stack([matrix, np.full(len(drawn), np.nan, dtype=np.float32)])
    names = (*cases.features, CLASS)
    order = np.argsort(-np.abs(moved).mean(axis=0), kind="stable")
    return Explained(
        features=tuple(names[place] for place in order),
        moved=moved[:, order],
        values=values[:, order],
        start=found[:, -1],
    )
