"""Grow XGBoost's trees under the YAML's parameters.

Chen, Guestrin: XGBoost: A Scalable Tree Boosting System, KDD 2016.
"""

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.predict.memprediction import library, predict_gigabytes
from jobcast.spelling import likeliest
from jobcast.train.memprediction.oversampling import Sample
from jobcast.train.memprediction.settings import XGBoostSettings

HISTOGRAM_BYTES = 256 * 1024**2
"""Memory for the histograms of tree nodes; without a bound, deep trees over many features take gigabytes.

The bound holds fully where trees grow node by node; a level at once needs all histograms of the level.
"""

_BYTES_PER_BIN = 16
"""A histogram's bin holds the sums of gradient and Hessian, as doubles."""


class Forester:
    """Grows trees by XGBoost, with settings, number of features and threads fixed."""

    def __init__(self, settings: XGBoostSettings, *, features: int, threads: int) -> None:
        self._xgboost = library("xgboost")
        self._settings = settings
        self._features = features
        self._parameters = _native_parameters(settings, features=features, threads=threads)

    def check(self) -> None:
        """Try the parameters on next to nothing, before the long work.

        Raises ConfigError when XGBoost doesn't know or refuses one.
        """
        nothing = Sample(
            features=np.zeros((4, self._features), np.float32), peaks=np.arange(1, 5, dtype=np.float32)
        )
        with self._refusals(), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            predicted = predict_gigabytes(self.grow(nothing, trees=1), nothing.features)
        for warning in caught:
            if unused := re.search(r'Parameters: { "(\w+)"', str(warning.message)):
                raise ConfigError(
                    say("training.no_parameter", name=unused[1]),
                    hint=likeliest(unused[1], self._known_parameters()),
                )
        if predicted.ndim != 1:
            raise ConfigError(say("training.many_numbers"), hint=say("training.many_numbers_cure"))

    def grow(self, sample: Sample, *, trees: int) -> Any:
        """Return an `xgboost.Booster` of so many trees (or rounds of trees)."""
        return self._xgboost.train(dict(self._parameters), self._data(sample), trees, verbose_eval=False)

    def enough_trees(self, earlier: Sample, later: Sample) -> int:
        """Learn from `earlier` until `later` is no longer foretold better; return the trees until then."""
        learnt_from = self._data(earlier)
        grown = self._xgboost.train(
            dict(self._parameters),
            learnt_from,
            self._settings.n_estimators,
            evals=[(self._data(later, like=learnt_from), "later")],
            early_stopping_rounds=self._settings.early_stopping_rounds,
            verbose_eval=False,
        )
        return int(grown.best_iteration) + 1

    def metrics(self, booster: Any, sample: Sample) -> dict[str, float]:
        """Return XGBoost's own metrics of the YAML's ``eval_metric``."""
        line = booster.eval(self._xgboost.DMatrix(sample.features, sample.peaks), "jobs")
        return {name: float(value) for name, value in re.findall(r"jobs-(\S+):(\S+)", line)}

    def _data(self, sample: Sample, like: Any = None) -> Any:
        """Hand a sample to XGBoost, in the bins of the data `like` where given."""
        booster, method = (self._parameters.get(name) for name in ("booster", "tree_method"))
        if booster == "gblinear" or method in {"exact", "approx"}:
            return self._xgboost.DMatrix(sample.features, sample.peaks)
        bins = self._parameters.get("max_bin", 256)
        return self._xgboost.QuantileDMatrix(sample.features, sample.peaks, ref=like, max_bin=bins)

    def _known_parameters(self) -> list[str]:
        """List XGBoost's parameters as a fresh booster names them."""
        data = self._xgboost.DMatrix(np.zeros((2, 1), np.float32), np.ones(2))
        configuration = json.loads(self._xgboost.train({}, data, 1).save_config())
        return sorted({*_leaves(configuration), "booster", "tweedie_variance_power"})

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """Turn XGBoost's refusal into a ConfigError, without its C++ stack."""
        try:
            yield
        except (self._xgboost.core.XGBoostError, ValueError) as error:
            reason = re.sub(r"^\[[^]]*\] \S+: |\nStack trace.*", "", str(error), flags=re.DOTALL)
            raise ConfigError(
                say("training.refused", why=reason.strip()), hint=say("training.refused_cure")
            ) from error


def _native_parameters(settings: XGBoostSettings, *, features: int, threads: int) -> dict[str, Any]:
    """Complete the YAML's parameters by threads and a bound on memory, unless it sets these itself."""
    given = {name: value for name, value in settings.parameters.items() if value is not None}
    completed = {**given, "eval_metric": list(settings.eval_metric)}
    if not {"n_jobs", "nthread"} & given.keys():
        completed["nthread"] = threads
    if given.get("booster") != "gblinear" and given.get("tree_method", "hist") == "hist":
        node = features * (given.get("max_bin") or 256) * _BYTES_PER_BIN
        completed.setdefault("max_cached_hist_node", max(16, HISTOGRAM_BYTES // node))
        # Node by node takes a third of the memory, but threads would meet at every node, which is slow on a
        # busy host. As long as leaves aren't counted, the trees are the same in either order.
        if threads == 1 and not given.get("max_leaves"):
            completed.setdefault("grow_policy", "lossguide")
    return completed


def _leaves(tree: Mapping[str, Any]) -> Iterator[str]:
    """List the names of all values in nested mappings."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value)
        else:
            yield name
