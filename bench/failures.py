"""Learning which jobs fail, in two layers with all that a model has, against one fit of LightGBM to the same rows.

A model learns twice: without the latest jobs, which calibrate it, and from all.
"""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from harness import Operation
from jobcast.train.failures import learn, one_layer
from jobcast.train.failures.boosting import BoostingSettings
from jobcast.train.failures.cases import CLASS_FEATURES, Cases, Vantage
from jobcast.train.failures.two_layers import TwoLayerSettings

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that wait for others must not count as work

_FEATURES = 30
_CLASSES = (0.45, 0.30, 0.15, 0.10)
"""Shares of light, common, heavy and long jobs."""
_BOOSTING = BoostingSettings(num_threads=2)


def operations(shrink: int) -> list[Operation]:
    """Return one operation for each size; the paper needed 72 s for its 3.4 million jobs, on a server of 2013."""
    return [
        Operation(
            name=name,
            size=size // shrink,
            long=long,
            prepare=_prepare,
            work=_two_layers,
            limit=_one_fit,
            limit_name="lightgbm.train, 1 fit",
        )
        for name, size, long in (("failures", 200_000, False), ("failures 4M", 4_000_000, True))
    ]


def _prepare(folder: Path, size: int) -> None:
    """Write jobs of four classes, of which the lightest never fails and the longest often does."""
    random = np.random.default_rng(1)
    kind = random.choice(4, size, p=_CLASSES)
    matrix = random.normal(size=(size, _FEATURES)).astype(np.float32)
    matrix[:, 0] = np.exp(random.normal(np.array([2, 4, 6, 8])[kind], 0.4))
    matrix[:, 1] = np.array([20, 50, 100, 400])[kind] * random.uniform(0.5, 1.5, size)
    matrix[:, 2] = np.array([0.1, 0.3, 1, 2])[kind] * random.uniform(0.7, 1.3, size)
    matrix[:, 3] = np.array([1, 3, 10, 100])[kind]
    odds = np.array([-30, -6, -4, -1])[kind] + matrix[:, 5] + 0.7 * matrix[:, 6] * matrix[:, 7]
    np.save(folder / "matrix.npy", matrix)
    np.save(folder / "failed.npy", random.random(size) < 1 / (1 + np.exp(-odds)))


def _cases(folder: Path) -> Cases:
    matrix, failed = np.load(folder / "matrix.npy"), np.load(folder / "failed.npy")
    moments = np.arange(len(failed))
    return Cases(
        vantage=Vantage.AFTERWARDS,
        features=tuple(f"feature {number}" for number in range(_FEATURES)),
        matrix=matrix,
        failed=failed,
        asked=moments,
        finished=moments,
        measured=matrix[:, : len(CLASS_FEATURES)].copy(),
        cost=np.ones(len(failed)),
    )


def _two_layers(folder: Path) -> Callable[[], object]:
    cases = _cases(folder)
    settings = learn.LearnSettings(two_layers=TwoLayerSettings(boosting=_BOOSTING))
    return lambda: learn.fit(cases, settings, lambda _step: None)


def _one_fit(folder: Path) -> Callable[[], object]:
    cases = _cases(folder)
    return lambda: one_layer.fit(cases, _BOOSTING)
