"""SMOTE: make up jobs in the rare intervals of memory, between real ones.

Chawla, Bowyer, Hall, Kegelmeyer: SMOTE: Synthetic Minority Over-sampling Technique, JAIR 2002. The peak
itself is interpolated like a feature, so that a made-up job lies between two real ones in its target too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobcast.features.embedding import Matrix
from jobcast.features.memprediction import CATEGORY_COLUMNS
from jobcast.language import say
from jobcast.predict.memprediction import library
from jobcast.train.memprediction.settings import Oversampling

NEIGHBOURS = 5
"""Nearest jobs of the same interval, one of which is the other end; the paper's value."""

Classes = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Sample:
    """Jobs to learn from, as features and peaks in GB."""

    features: Matrix
    """One row for each job, in the order of `Features.names`."""
    peaks: Matrix
    """GB, one for each row."""
    warnings: tuple[str, ...] = ()
    """What the sampling could not do, for people."""


def oversample(sample: Sample, settings: Oversampling, *, seed: int) -> Sample:
    """Append made-up jobs after the real ones; an interval with fewer than two jobs is left as it is."""
    # A job outside all bounds is in no interval; pandas.cut, which memPrediction uses, says the same.
    interval_of = np.searchsorted(settings.bins, sample.peaks, side="left") - 1
    rows = np.column_stack([sample.features, sample.peaks])
    parts, warnings = [rows], []
    for interval, missing in _missing(interval_of, settings).items():
        members = interval_of == interval
        bounds = f"({settings.bins[interval]:g}, {settings.bins[interval + 1]:g}] GB"
        if members.sum() < 2:
            warnings.append(say("training.smote_left", bounds=bounds))
            continue
        if members.sum() <= NEIGHBOURS:
            warnings.append(say("training.smote_few", bounds=bounds, jobs=members.sum()))
        parts.append(_make_up(rows, members, missing, settings.method, seed))
    every = np.concatenate(parts)
    return Sample(features=every[:, :-1], peaks=every[:, -1], warnings=(*sample.warnings, *warnings))


def _missing(interval_of: Classes, settings: Oversampling) -> dict[int, int]:
    """Say how many jobs to make up in each interval, as imbalanced-learn understands the strategy."""
    counts = [int((interval_of == interval).sum()) for interval in range(len(settings.bins) - 1)]
    if isinstance(settings.sampling_strategy, str):
        present = [interval for interval, count in enumerate(counts) if count]
        smallest = min(present, key=lambda interval: counts[interval], default=None)
        raised = {
            "minority": [interval for interval in present if interval == smallest],
            "not minority": [interval for interval in present if interval != smallest],
        }.get(settings.sampling_strategy, present)
        wanted = dict.fromkeys(raised, max(counts))
    else:
        wanted = dict(settings.sampling_strategy)
    return {
        interval: count - counts[interval] for interval, count in wanted.items() if count > counts[interval]
    }


def _make_up(rows: Matrix, members: NDArray[np.bool_], count: int, method: str, seed: int) -> Matrix:
    """Make up `count` rows between the member rows."""
    # imbalanced-learn compares classes, so one row stands for all the others: the copy stays small.
    stranger = np.zeros((1, rows.shape[1]), np.float32)
    few = np.concatenate([stranger, rows[members]])
    is_member = np.arange(len(few)) > 0
    categories = {"categorical_features": list(range(len(CATEGORY_COLUMNS)))} if method == "SMOTENC" else {}
    sampler = getattr(library("imblearn.over_sampling"), method)(
        sampling_strategy={True: len(few) - 1 + count},
        k_neighbors=min(NEIGHBOURS, len(few) - 2),
        random_state=seed,
        **categories,
    )
    resampled: Matrix = sampler.fit_resample(few, is_member)[0].astype(np.float32)
    return resampled[len(few) :]
