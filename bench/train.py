"""Training, from the store to the model on the shelf, against LightGBM alone on the same rows."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

import made_up
from command import fill_store, jobcast
from harness import Operation
from jobcast.features.asof import as_of_submission
from jobcast.train.boosting import BoostingSettings, fit_quantile
from jobcast.train.material import material


def operations(shrink: int) -> list[Operation]:
    """Return one operation for each size; judging, which is a second training, included."""
    return [
        Operation(
            name=name,
            size=size // shrink,
            long=long,
            prepare=_prepare,
            work=_train,
            limit=_fit,
            limit_name="lightgbm.train, 6 fits",
        )
        for name, size, long in (("train", 100_000, False), ("train large", 1_000_000, True))
    ]


def _prepare(folder: Path, size: int) -> None:
    fill_store(folder, size)
    stuff = material(made_up.history(size))
    done = stuff.finished_by(int(stuff.finish.max()))
    known = as_of_submission(stuff.submissions, done, done.rows)
    np.save(folder / "matrix.npy", known.matrix)
    np.save(folder / "target.npy", stuff.peak[done.rows] - known.anchor)


def _train(folder: Path) -> Callable[[], object]:
    return partial(jobcast, folder, "train")


def _fit(folder: Path) -> Callable[[], object]:
    matrix, target = np.load(folder / "matrix.npy"), np.load(folder / "target.npy")
    heard = np.isfinite(target)

    def fit() -> None:
        for share in (0.8, 1.0):  # to be judged, then to answer
            rows = np.flatnonzero(heard)[: int(share * heard.sum())]
            for quantile in (0.5, 0.5, 0.95):
                fit_quantile(matrix[rows], target[rows], quantile, BoostingSettings())

    return fit
