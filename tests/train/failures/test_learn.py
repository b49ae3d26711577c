"""From cases to a folder and back."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime

import numpy as np
import pytest

from jobcast.errors import ModelError
from jobcast.predict.failures.model import load, read_card
from jobcast.train.failures.learn import fit, publish
from jobcast.train.failures.scores import curve, reliability
from tests.train.failures.made_up_cases import made_up_cases
from tests.train.failures.test_judge import LEARN

pytest.importorskip("sklearn", reason="scikit-learn is an extra")

NOW = datetime(2026, 1, 2, 3, tzinfo=UTC)


def write(folder, cases, settings=LEARN):
    return publish(cases, folder, settings, NOW, lambda _step: None)


@pytest.mark.parametrize("layers", ["two", "one"])
def test_a_model_comes_back_as_it_was_learnt(tmp_path, layers):
    cases, settings = made_up_cases(4_000), replace(LEARN, layers=layers)
    card = write(tmp_path / "a" / "model", cases, settings)
    model = load(tmp_path / "a" / "model")
    fitted = fit(cases, settings, lambda _step: None)
    later = made_up_cases(4_000, seed=2)
    told = model.tell(later.matrix)
    assert (told == fitted.calibration.apply(fitted.layers.model().tell(later.matrix))).all()
    assert model.card == read_card(tmp_path / "a" / "model")
    assert json.loads(json.dumps(asdict(model.card))) == json.loads(json.dumps(asdict(card)))
    assert curve(told, later.failed).area > 0.8
    assert reliability(told, later.failed).mean_gap < 0.03
    assert model.threshold == fitted.threshold == card.threshold
    assert (tmp_path / "a" / "model" / "class_trees.txt").exists() == (layers == "two")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["model"]


def test_a_card_says_what_was_learnt_from(tmp_path):
    cases = made_up_cases(1_000)
    write(tmp_path / "model", cases)
    told = json.loads((tmp_path / "model" / "card.json").read_text("utf-8"))
    assert told["data"] == {
        "jobs": 1_000,
        "failures": int(cases.failed.sum()),
        "first_asked": int(cases.asked.min()),
        "last_finished": int(cases.finished.max()),
    }
    assert (told["vantage"], told["layers"], told["made"]) == (
        "submission",
        "two",
        "2026-01-02T03:00:00+00:00",
    )
    assert sum(told["classes"]["jobs"]) == 1_000
    assert told["price"] == {"core_seconds": 0.0, "share": 0.1}


def test_a_new_model_takes_the_place_of_the_old_one(tmp_path):
    write(tmp_path / "model", made_up_cases(1_000))
    write(tmp_path / "model", made_up_cases(1_500))
    assert read_card(tmp_path / "model").data["jobs"] == 1_500
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_where_learning_fails_the_old_model_stays(tmp_path):
    write(tmp_path / "model", made_up_cases(1_000))
    with pytest.raises(ModelError, match="too few"):
        write(tmp_path / "model", made_up_cases(1))
    assert read_card(tmp_path / "model").data["jobs"] == 1_000
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_folder_that_is_no_models_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ModelError, match="no model of failure"):
        write(tmp_path, made_up_cases(1_000))
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.parametrize("fails", [False, True])
def test_a_model_of_jobs_that_all_ended_alike_has_no_trees(tmp_path, fails):
    cases = made_up_cases(600)
    card = write(tmp_path / "model", replace(cases, failed=np.full(600, fails)))
    assert set(card.second) == {float(fails)}
    assert card.threshold is None or fails
    assert load(tmp_path / "model").tell(cases.matrix) == pytest.approx(np.full(600, float(fails)), abs=1e-6)
    assert not list((tmp_path / "model").glob("failure_trees*"))
