"""LightGBM, as failures are learnt with it: plain log loss, no weights and no made-up jobs (docs/decisions/0023)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

import numpy as np

from jobcast.predict.failures.layers import anchor_of
from jobcast.train.failures.cases import Cases, Rows

MANY = 200_000
"""Jobs from which on more can be learnt of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BoostingSettings:
    """Parameters of LightGBM by their own names."""

    num_iterations: int = 100
    """Trees; of the first layer as many for each class."""
    learning_rate: float | None = None
    """How far each tree moves the answer towards what is still missing; None: 0.05, with `MANY` jobs 0.1."""
    num_leaves: int | None = None
    """Of one tree, at most; None: 8, with `MANY` jobs 31. Large trees of few jobs learn what soon is no longer true."""
    min_data_in_leaf: int = 50
    """Jobs that a leaf holds at least."""
    feature_fraction: float = 0.7
    """Share of the features that each tree may look at."""
    bagging_fraction: float = 0.8
    """Share of the jobs that a tree learns from."""
    bagging_freq: int = 1
    """Trees after which this share is drawn anew."""
    lambda_l2: float = 1.0
    """Pulls small leaves towards the rest."""
    seed: int = 1
    """For all that is drawn; the same seed gives the same trees."""
    num_threads: int = 1
    """Of one tree; another number may give other trees."""


CAREFUL = BoostingSettings(
    num_iterations=150, learning_rate=0.05, num_leaves=15, feature_fraction=0.5, lambda_l2=5
)
"""For histories: users and their habits change, and what failed last month may run today."""


class Binned:
    """Cases whose features LightGBM has sorted into bins, once for all trees that are learnt from some of them."""

    def __init__(self, cases: Cases, settings: BoostingSettings) -> None:
        import lightgbm  # noqa: PLC0415 - importing it takes half a second, which only training needs

        self._settings, self._jobs = settings, len(cases)
        self._data = lightgbm.Dataset(
            cases.matrix,
            cases.failed.astype(np.float32),
            init_score=_anchor(cases),
            feature_name=_harmless(cases.features),
            params=self._parameters(),
        ).construct()

    def _parameters(self, **objective: Any) -> dict[str, Any]:
        rate, leaves = (0.1, 31) if self._jobs >= MANY else (0.05, 8)
        fixed = {"deterministic": True, "force_row_wise": True, "verbosity": -1}
        wanted = {name: value for name, value in asdict(self._settings).items() if value is not None}
        return {"learning_rate": rate, "num_leaves": leaves} | wanted | fixed | objective

    def fit_failed(self, rows: Rows | None = None) -> str:
        """Learn from the jobs at `rows`, or all, whether they failed; return LightGBM's text."""
        import lightgbm  # noqa: PLC0415 - likewise

        data = self._data if rows is None or len(rows) == self._jobs else self._subset(rows)
        return str(lightgbm.train(self._parameters(objective="binary"), data).model_to_string())

    def fit_class(self, rows: Rows, numbers: Rows, classes: int, *, rounds: int) -> str:
        """Learn from the jobs at `rows` which of so many `classes` they are in, given their `numbers`."""
        import lightgbm  # noqa: PLC0415 - likewise

        data = self._subset(rows).construct()
        data.set_label(numbers.astype(np.float32))
        data.set_field("init_score", None)
        objective = self._parameters(objective="multiclass", num_class=classes, num_iterations=rounds)
        return str(lightgbm.train(objective, data).model_to_string())

    def _subset(self, rows: Rows) -> Any:
        return self._data.subset(cast("list[int]", rows))  # which takes arrays as well


def _anchor(cases: Cases) -> Any:
    """Return the log-odds that trees start from, where `cases` tell them."""
    place = anchor_of(cases.features)
    return None if place is None else cases.matrix[:, place].astype(np.float64)


def _harmless(names: Sequence[str]) -> list[str]:
    """Return names that LightGBM's text can hold: numbers, as the card has the names."""
    return [f"f{number}" for number in range(len(names))]
