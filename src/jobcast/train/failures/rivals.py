"""What the paper compares with, by scikit-learn, and simple answers: all learn from the same jobs as the layers."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from jobcast.predict.failures.calibration import chance_of
from jobcast.train.failures.cases import Cases, Floats, Matrix
from jobcast.train.failures.extras import see_scikit_learn
from jobcast.train.failures.one_layer import share_or_trees

Tell = Callable[[Matrix], Floats]
"""From (n, k) features to (n,) chances, not yet calibrated."""

SVM_PARTS = 200
"""Of the kernel's approximation (Nystroem): an exact SVM of a million jobs would take weeks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RivalSettings:
    """How much the rivals may take."""

    jobs: int = 100_000
    """Drawn jobs that each learns from at most; the table says how many it were."""
    seed: int = 1
    """For all that is drawn."""
    threads: int = 1
    """Of the random forest."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Plain:
    """Features as models without trees want them: nothing unknown, each about as wide as the others."""

    middle: Floats
    """Median of each."""
    spread: Floats
    """Standard deviation of each, 1 where it is always the same."""

    @classmethod
    def of(cls, matrix: Matrix) -> "_Plain":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a column of which nothing is known
            middle = np.nan_to_num(np.nanmedian(matrix, axis=0)).astype(np.float64)
            spread = np.nan_to_num(np.nanstd(matrix.astype(np.float64), axis=0))
        return cls(middle=middle, spread=np.where(spread > 0, spread, 1.0))

    def __call__(self, matrix: Matrix) -> Floats:
        plain = (matrix - self.middle) / self.spread
        return np.clip(np.nan_to_num(plain, copy=False, posinf=10, neginf=-10), -10, 10)


def _forest(settings: RivalSettings) -> Any:
    from sklearn.ensemble import RandomForestClassifier  # noqa: PLC0415 - an extra

    return RandomForestClassifier(
        100, min_samples_leaf=5, random_state=settings.seed, n_jobs=settings.threads
    )


def _tree(settings: RivalSettings) -> Any:
    from sklearn.tree import DecisionTreeClassifier  # noqa: PLC0415 - an extra

    return DecisionTreeClassifier(min_samples_leaf=20, random_state=settings.seed)


def _regression(settings: RivalSettings) -> Any:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - an extra

    return LogisticRegression(max_iter=200, random_state=settings.seed)


def _machine(settings: RivalSettings) -> Any:
    from sklearn.kernel_approximation import Nystroem  # noqa: PLC0415 - an extra
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415 - an extra
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - an extra

    return make_pipeline(
        Nystroem(n_components=SVM_PARTS, random_state=settings.seed),
        SGDClassifier(loss="hinge", alpha=1e-5, average=True, random_state=settings.seed),
    )


RIVALS: dict[str, tuple[Callable[[RivalSettings], Any], bool]] = {
    "random_forest": (_forest, False),
    "svm": (_machine, True),
    "logistic_regression": (_regression, True),
    "decision_tree": (_tree, False),
}
"""Name to how it is made, and whether it wants plain features."""


def drawn(cases: Cases, settings: RivalSettings) -> Cases:
    """Return the jobs that a rival learns from: all, or as many as it may take, drawn as they come."""
    if len(cases) <= settings.jobs:
        return cases
    random = np.random.default_rng(settings.seed)
    return cases.take(np.sort(random.permutation(len(cases))[: settings.jobs]))


def fit(name: str, cases: Cases, settings: RivalSettings) -> Tell:
    """Learn one of `RIVALS` from all `cases`. Raises ConfigError without the extra `failures`."""
    see_scikit_learn()
    share = share_or_trees(cases.failed)
    if share is not None:
        return lambda matrix: np.full(len(matrix), share)
    make, is_plain = RIVALS[name]
    prepare = _Plain.of(cases.matrix) if is_plain else _finite
    model = make(settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of not having converged: what it tells is judged anyway
        model.fit(prepare(cases.matrix), cases.failed)
    if hasattr(model, "predict_proba"):
        return lambda matrix: np.asarray(model.predict_proba(prepare(matrix))[:, 1], dtype=np.float64)
    return lambda matrix: chance_of(np.clip(model.decision_function(prepare(matrix)), -16, 16))


def _finite(matrix: Matrix) -> Matrix:
    """Return features as scikit-learn's trees take them: unknown is NaN, infinite is very large."""
    return np.nan_to_num(matrix, nan=np.nan)


def simple(cases: Cases, base: float) -> dict[str, Floats]:
    """Return what simple answers tell of `cases`; those that have none tell the `base` rate, as ``base_rate`` does."""
    told = {name: np.where(np.isnan(chances), base, chances) for name, chances in cases.rivals.items()}
    return told | {"base_rate": np.full(len(cases), base)}
