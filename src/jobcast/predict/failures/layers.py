"""What answers are made of: trees that tell the chance of failure, or one chance for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from jobcast.features.failures import ANCHOR
from jobcast.predict.failures.calibration import chance_of, log_odds
from jobcast.predict.trees import Floats, Matrix, Trees

CLASS = "class"
"""Stands for the first layer among the features that moved an answer."""


class Layers(Protocol):
    """One layer or two, ready to answer; chances are not yet calibrated."""

    def tell(self, matrix: Matrix) -> Floats:
        """Return the chance of each row."""
        ...

    def contributions(self, matrix: Matrix) -> Floats:
        """Return (n, k + 2): how far each of k features, then the class, moved the log-odds, and where they began."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Second:
    """The chance of failure among alike jobs."""

    trees: Trees | None
    """None where too few jobs failed, or too few did not, to learn more than a share."""
    share: float
    """Told of every job where there are no trees: 0 means that such jobs will not fail."""
    anchor: int | None = None
    """Column of the log-odds that trees start from; None where they start from nothing."""

    @classmethod
    def of(cls, learnt: str | float, features: Sequence[str], *, threads: int = 1) -> "Second":
        """Return what was learnt of such `features`: LightGBM's text, or a share."""
        if isinstance(learnt, str):
            return cls(trees=Trees(learnt, threads=threads), share=0.0, anchor=anchor_of(features))
        return cls(trees=None, share=learnt)

    @classmethod
    def load(cls, path: Path, share: float | None, features: Sequence[str]) -> "Second":
        """Return the trees in `path`, or the `share` where one is told. Raises ModelError over damaged trees."""
        if share is None:
            return cls(trees=Trees.load(path), share=0.0, anchor=anchor_of(features))
        return cls(trees=None, share=float(share))

    def tell(self, matrix: Matrix) -> Floats:
        """Return the chance of each row."""
        if self.trees is None:
            return np.full(len(matrix), self.share)
        told = self.trees.predict(matrix)
        return told if self.anchor is None else chance_of(log_odds(told) + matrix[:, self.anchor])

    def contributions(self, matrix: Matrix) -> Floats:
        """Return (n, k + 1): how far each feature moved the log-odds, and where they began."""
        if self.trees is not None:
            moved = self.trees.contributions(matrix)
            if self.anchor is not None:
                moved[:, self.anchor] += matrix[:, self.anchor]
            return moved
        found = np.zeros((len(matrix), matrix.shape[1] + 1))
        found[:, -1] = log_odds(np.array([self.share]))
        return found


def anchor_of(features: Sequence[str]) -> int | None:
    """Return which column is the anchor, if one is."""
    return features.index(ANCHOR) if ANCHOR in features else None


@dataclass(frozen=True, kw_only=True, slots=True)
class OneLayer:
    """The chance of failure, the class being no matter."""

    second: Second
    """Of all jobs."""

    def tell(self, matrix: Matrix) -> Floats:
        """Return the chance of each row."""
        return self.second.tell(matrix)

    def contributions(self, matrix: Matrix) -> Floats:
        """Return (n, k + 2), see `Layers`; no class moves anything."""
        found = self.second.contributions(matrix)
        return np.insert(found, found.shape[1] - 1, 0.0, axis=1)
