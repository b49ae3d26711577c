"""One layer: trees that tell at once whether a job fails."""

from dataclasses import dataclass

import numpy as np

from jobcast.predict.failures.layers import OneLayer, Second
from jobcast.train.failures.boosting import Binned, BoostingSettings
from jobcast.train.failures.cases import Cases, Flags

LEAST = 20
"""Failed jobs, and good ones, below which trees learn nothing: the share that failed is told instead."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FittedOneLayer:
    """What was learnt, as it goes into a model's folder."""

    second: str | float
    """LightGBM's text, or the share that failed."""
    features: tuple[str, ...]
    """What was learnt from."""

    def model(self, *, threads: int = 1) -> OneLayer:
        """Return the model, ready to answer."""
        return OneLayer(second=Second.of(self.second, self.features, threads=threads))


def share_or_trees(failed: Flags) -> float | None:
    """Return the share that is told of jobs of which too few failed or too few did not; None where trees can learn."""
    failures = int(failed.sum())
    if min(failures, len(failed) - failures) >= LEAST:
        return None
    return failures / len(failed) if len(failed) else 0.0


def fit(cases: Cases, settings: BoostingSettings) -> FittedOneLayer:
    """Learn from all `cases`."""
    share = share_or_trees(cases.failed)
    second = Binned(cases, settings).fit_failed() if share is None else share
    return FittedOneLayer(second=second, features=cases.features)


def blind(cases: Cases) -> float:
    """Return the share of `cases` that failed: what is told of a job of which nothing is known."""
    return float(np.mean(cases.failed)) if len(cases) else 0.0
