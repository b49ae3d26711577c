"""LightGBM, as this product uses it: quantiles of log2 peak memory, above or below the anchor."""

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from jobcast.features.columns import FEATURES, Matrix

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class BoostingSettings:
    """Parameters of LightGBM by their own names; measured on made-up and public histories (docs/evaluation)."""

    num_iterations: int = 200
    """Trees."""
    learning_rate: float = 0.08
    """How far each tree moves the answer towards what is still missing."""
    num_leaves: int = 47
    """Of one tree, at most."""
    min_data_in_leaf: int = 100
    """Jobs that a leaf holds at least: fewer say nothing about a quantile."""
    feature_fraction: float = 0.5
    """Share of the features that each tree may look at."""
    bagging_fraction: float = 0.8
    """Share of the jobs that a tree learns from."""
    bagging_freq: int = 1
    """Trees after which this share is drawn anew."""
    seed: int = 1
    """For all that is drawn; the same seed gives the same trees."""
    num_threads: int = 1
    """Of one tree; another number may give other trees."""


def fit_quantile(matrix: Matrix, target: Floats, quantile: float, settings: BoostingSettings) -> str:
    """Fit trees that predict `quantile` of `target` from rows of `matrix`, and return them as LightGBM's text.

    The same rows, settings and number of threads give the same text.
    """
    import lightgbm  # noqa: PLC0415 - importing it takes half a second, which only training needs

    parameters = asdict(settings) | {
        "objective": "quantile",
        "alpha": quantile,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(matrix, target, feature_name=[name.replace(":", ".") for name in FEATURES])
    return str(lightgbm.train(parameters, data).model_to_string())
