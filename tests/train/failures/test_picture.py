"""Pictures of judgements and explanations: what is written into them."""

import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from jobcast.errors import ConfigError
from jobcast.language import speaking
from jobcast.train.failures import one_layer, picture, shap_picture
from jobcast.train.failures.explain import explain
from jobcast.train.failures.judge import Table
from tests.train.failures.made_up_cases import FEATURES, made_up_cases
from tests.train.failures.test_judge import LEARN, SETTINGS, table

pytestmark = pytest.mark.skipif(
    find_spec("matplotlib") is None or find_spec("sklearn") is None, reason="these are extras"
)


def written(path: Path) -> list[str]:
    """Return what is written into the picture; Matplotlib says so in comments of the SVG."""
    return re.findall(r"<!-- (.*?) -->", path.read_text("utf-8"))


@pytest.fixture(scope="module")
def judged() -> Table:
    return table(made_up_cases(1_500), settings=replace(SETTINGS, models=("one_layer", "svm")))


def test_a_picture_says_vantage_point_split_axes_and_models(judged, tmp_path):
    picture.draw(judged, tmp_path / "a.svg")
    found = set(written(tmp_path / "a.svg"))
    assert {"at submission · parted by time", "ROC", "Precision and recall"} <= found
    assert {"Calibration, in bins of equal count", "chance that was told", "share that failed"} <= found
    assert {"alarm", "no alarm", "failed", "ended well", "the paper's false alarms, 5.8%"} <= found
    assert f"one layer (AUC {judged.models[0].score.auc:.3f})" in found
    assert f"{judged.models[0].alarms.hits:,}" in found
    assert "base rate (AUC 0.500)" in found


def test_the_same_judgement_gives_the_same_bytes(judged, tmp_path):
    for name in ("a.svg", "b.svg"):
        picture.draw(judged, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.parametrize("fails", [False, True])
def test_jobs_that_all_ended_alike_can_be_drawn(tmp_path, fails):
    cases = replace(made_up_cases(500), failed=np.full(500, fails))
    with speaking("zh"):
        picture.draw(table(cases, settings=replace(SETTINGS, models=("one_layer",))), tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size > 0


def test_other_kinds_of_files_are_refused(judged, tmp_path):
    with pytest.raises(ConfigError):
        picture.draw(judged, tmp_path / "a.doc")


def test_explanations_have_the_strongest_feature_first():
    cases = made_up_cases(1_500)
    layers = one_layer.fit(cases, LEARN.two_layers.boosting).model()
    found = explain(layers, cases, jobs=200, seed=1)
    assert found.moved.shape == found.values.shape == (200, len(FEATURES) + 1)
    assert sorted(found.features) == sorted([*FEATURES, "class"])
    assert found.strength.tolist() == sorted(found.strength, reverse=True)
    assert found.features[0] in {"plan_mem", "machine_cpu"}
    drawn = found.values[:, found.features.index("machine_cpu")]
    assert set(drawn.tolist()) <= set(cases.matrix[:, 3].tolist())
    assert len(explain(layers, cases, jobs=9_000, seed=1).moved) == 1_500


def test_swarms_name_features_and_what_their_colours_mean(tmp_path):
    cases = made_up_cases(1_500)
    matrix = cases.matrix.copy()
    matrix[::2, 0] = np.nan
    layers = one_layer.fit(cases, LEARN.two_layers.boosting).model()
    found = explain(layers, replace(cases, matrix=matrix), jobs=300, seed=1)
    shap_picture.draw(found, tmp_path / "a.svg", title="title")
    texts = set(written(tmp_path / "a.svg"))
    assert {"title", "low", "high", "value of the feature", *FEATURES, "class"} <= texts


def test_one_job_can_be_drawn(tmp_path):
    cases = made_up_cases(800)
    layers = one_layer.fit(cases, LEARN.two_layers.boosting).model()
    shap_picture.draw(explain(layers, cases, jobs=1, seed=1), tmp_path / "a.svg", title="title")
    assert (tmp_path / "a.svg").stat().st_size > 0
