"""Classes are found by K-means in the training part, K being the number of them that are best apart."""

from dataclasses import dataclass, replace

import numpy as np

from jobcast.predict.failures.classes import Classes
from jobcast.train.failures.cases import CLASS_FEATURES, Floats, Matrix
from jobcast.train.failures.extras import see_scikit_learn

_SKEWED = 1.0
"""Skewness from which a column counts by its logarithm."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassSettings:
    """How classes are looked for."""

    fewest: int = 2
    """Classes, where there are as many different jobs."""
    most: int = 10
    """Classes that are tried."""
    silhouette_jobs: int = 3_000
    """Drawn jobs by which numbers of classes are tried and compared: the time grows with the square."""
    centre_jobs: int = 50_000
    """Drawn jobs by which the centres are found."""
    seed: int = 1
    """For all that is drawn; the same seed finds the same classes."""


def learn(measured: Matrix, settings: ClassSettings) -> Classes:
    """Find classes in the `measured` columns (n, len(CLASS_FEATURES)) of n jobs, n at least 1.

    Jobs that are all the same are one class, and there are never more classes than different jobs.
    Raises ConfigError without the extra `failures`.
    """
    see_scikit_learn()
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn

    with threadpool_limits(1):  # so few jobs are done before threads have met
        return _learn(measured, settings)


def _learn(measured: Matrix, settings: ClassSettings) -> Classes:
    random = np.random.default_rng(settings.seed)
    drawn = random.permutation(len(measured))[: settings.centre_jobs]
    scale = _scale(measured[drawn])
    jobs = scale.scaled(measured[drawn])
    different = np.unique(jobs.round(6), axis=0)
    if len(different) < max(settings.fewest, 2):
        return scale
    silhouettes = _silhouettes(jobs[: settings.silhouette_jobs], settings)
    chosen = max(
        silhouettes, key=lambda number: silhouettes[number], default=min(len(different), settings.fewest)
    )
    centres, numbers = _centres(jobs, chosen, settings.seed)
    order = np.argsort(-np.bincount(numbers, minlength=chosen), kind="stable")
    return replace(
        scale,
        centres=tuple(tuple(centre) for centre in centres[order].tolist()),
        silhouettes={str(number): value for number, value in silhouettes.items()},
    )


def _scale(measured: Matrix) -> Classes:
    """Return the scale of the jobs, with one class in the middle of it."""
    known = np.where(np.isfinite(measured), measured, np.nan).astype(np.float64)
    logged = [_is_skewed(column[np.isfinite(column)]) for column in known.T]
    columns = np.where(logged, np.log1p(np.maximum(known, 0)), known)
    heard = [column[np.isfinite(column)] for column in columns.T]
    spread = [float(column.std()) if len(column) else 0.0 for column in heard]
    width = len(heard)
    return Classes(
        columns=CLASS_FEATURES[:width],
        logged=tuple(logged),
        middle=tuple(float(column.mean()) if len(column) else 0.0 for column in heard),
        spread=tuple(one if one > 1e-9 else 1.0 for one in spread),
        centres=((0.0,) * width,),
        silhouettes={},
    )


def _is_skewed(column: Floats) -> bool:
    if not len(column) or column.min() < 0 or column.std() <= 1e-9 * max(abs(column.mean()), 1e-9):
        return False
    away = (column - column.mean()) / column.std()
    return float((away**3).mean()) > _SKEWED


def _silhouettes(jobs: Floats, settings: ClassSettings) -> dict[int, float]:
    """Return how well so many classes are apart in these jobs; nothing where too few of them differ."""
    from sklearn.metrics import silhouette_score  # noqa: PLC0415 - an extra

    most = min(settings.most, len(np.unique(jobs.round(6), axis=0)))
    found = {}
    for number in range(max(settings.fewest, 2), most + 1):
        _, numbers = _centres(jobs, number, settings.seed)
        if 1 < len(np.unique(numbers)) < len(jobs):
            found[number] = float(silhouette_score(jobs, numbers))
    return found


def _centres(jobs: Floats, number: int, seed: int) -> tuple[Floats, Matrix]:
    from sklearn.cluster import KMeans  # noqa: PLC0415 - an extra

    means = KMeans(number, n_init=3, random_state=seed).fit(jobs)
    return means.cluster_centers_, means.labels_
