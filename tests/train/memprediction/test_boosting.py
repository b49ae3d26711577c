"""XGBoost gets what the YAML says, and what it refuses is said before the long work."""

import json

import numpy as np
import pytest

from jobcast.errors import ConfigError
from jobcast.predict.memprediction import predict_gigabytes
from jobcast.train.memprediction.boosting import Forester
from jobcast.train.memprediction.oversampling import Sample
from jobcast.train.memprediction.settings import XGBoostSettings


def forester(features: int = 4, *, stop: int | None = None, **parameters: object) -> Forester:
    settings = XGBoostSettings(
        early_stopping_rounds=stop, eval_metric=("mae", "rmse"), n_estimators=60, parameters=parameters
    )
    return Forester(settings, features=features, threads=1)


def sample(seed: int, size: int = 200) -> Sample:
    chance = np.random.default_rng(seed)
    features = chance.normal(size=(size, 4)).astype(np.float32)
    peaks = np.exp(features[:, 0]) + chance.uniform(size=size)
    return Sample(features=features, peaks=peaks.astype(np.float32))


@pytest.mark.parametrize(
    "parameters",
    [
        {"max_depth": 3},
        {"learning_rate": 0.1, "n_jobs": 1, "random_state": 5, "reg_alpha": 0.1},
        {"objective": "reg:tweedie", "tweedie_variance_power": 1.3},
        {"tree_method": "exact"},
        {"booster": "gblinear"},
        {"booster": "dart", "rate_drop": 0.1},
        {"max_bin": 16, "max_cached_hist_node": 8},
        {"max_leaves": None},
    ],
)
def test_any_parameter_of_xgboost_is_taken(parameters):
    grower = forester(**parameters)
    grower.check()
    assert predict_gigabytes(grower.grow(sample(0), trees=3), sample(1).features).shape == (200,)


def test_a_parameter_reaches_xgboost():
    booster = forester(max_depth=2, tweedie_variance_power=1.7, objective="reg:tweedie").grow(
        sample(0), trees=2
    )
    learner = json.loads(booster.save_config())["learner"]
    assert learner["gradient_booster"]["tree_train_param"]["max_depth"] == "2"
    assert learner["objective"]["tweedie_regression_param"]["tweedie_variance_power"].startswith("1.7")
    assert learner["generic_param"]["nthread"] == "1"


def test_the_histograms_are_bounded_unless_the_yaml_bounds_them():
    def bound(features: int, **parameters: object) -> str:
        grower = forester(features, **parameters)
        return str(grower._parameters["max_cached_hist_node"])

    assert bound(780) == "84"
    assert bound(100_000) == "16"
    assert bound(780, max_cached_hist_node=512) == "512"


@pytest.mark.parametrize("parameters", [{"max_depth": 5}, {"max_depth": 4, "objective": "reg:tweedie"}])
def test_growing_node_by_node_gives_the_trees_of_level_by_level(parameters):
    node_by_node = forester(**parameters).grow(sample(0), trees=5)
    level_by_level = forester(**parameters, grow_policy="depthwise").grow(sample(0), trees=5)
    np.testing.assert_array_equal(
        *(predict_gigabytes(booster, sample(1).features) for booster in (node_by_node, level_by_level))
    )


def test_counted_leaves_and_several_threads_grow_in_xgboosts_own_order():
    several = Forester(XGBoostSettings(), features=4, threads=2)
    assert "grow_policy" not in several._parameters
    assert "grow_policy" not in forester(max_leaves=9)._parameters
    assert forester(grow_policy="depthwise")._parameters["grow_policy"] == "depthwise"


REFUSED = "correct model.training_parameter or eval_metric in the training YAML"
ONE_NUMBER = "choose another objective under model.training_parameter, or a single quantile_alpha"


@pytest.mark.parametrize(
    ("parameters", "message", "hint"),
    [
        ({"max_dept": 3}, "XGBoost has no parameter max_dept", "Did you mean max_depth?"),
        ({"max_depth": "deep"}, "Invalid Parameter format for max_depth", REFUSED),
        ({"max_depth": -3}, "max_depth should be greater", REFUSED),
        ({"objective": "reg:twedie"}, "Unknown objective function: `reg:twedie`", REFUSED),
        ({"objective": "binary:logistic"}, "base_score must be in (0,1)", REFUSED),
        (
            {"objective": "reg:quantileerror", "quantile_alpha": [0.5, 0.9]},
            "one number for each job",
            ONE_NUMBER,
        ),
    ],
)
def test_what_xgboost_refuses_is_an_error_without_its_stack(parameters, message, hint):
    with pytest.raises(ConfigError) as error:
        forester(**parameters).check()
    assert message in error.value.message
    assert "trace" not in error.value.message
    assert error.value.hint == hint


def test_growing_stops_when_later_jobs_are_foretold_no_better():
    trees = forester(stop=3).enough_trees(sample(0), sample(1))
    assert 1 < trees < 60


def test_the_metrics_are_those_of_the_yaml():
    grower = forester()
    metrics = grower.metrics(grower.grow(sample(0), trees=5), sample(0))
    assert list(metrics) == ["mae", "rmse"]
    assert 0 < metrics["mae"] < metrics["rmse"]
