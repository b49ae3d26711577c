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
    learning_rate: float = 0.08
    num_leaves: int = 47
    min_data_in_leaf: int = 100
    feature_fraction: float = 0.5
    bagging_fraction: float = 0.8
    bagging_freq: int = 1
    seed: int = 1
    num_threads: int = 1


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
