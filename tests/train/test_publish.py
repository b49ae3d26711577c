"""A model is a folder of open formats, and the same for the same jobs and settings."""

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from jobcast.errors import ModelError
from jobcast.features.columns import FEATURES
from jobcast.features.family import LEVELS
from jobcast.forecast import MemoryForecast, NoForecast
from jobcast.predict.card import read_card
from jobcast.predict.live import FinishedRun
from jobcast.predict.models import load
from jobcast.predict.shelf import Shelf
from jobcast.train.material import material
from jobcast.train.publish import publish_families, publish_memprediction
from jobcast.units import Bytes, Seconds
from tests.made_up import HOSTILE
from tests.train.memprediction.made_up import made_up_jobs, quick
from tests.trained import JOBS, ORDER, QUICK, made_up_history, publish, silent, submission


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_model_is_a_folder_of_card_trees_and_arrays(model_folder):
    names = sorted(content(model_folder))
    assert names == [
        "card.json",
        *(
            f"evidence/{name}.npy"
            for name in ("errors", "families", "finish", "levels", "residuals", "times")
        ),
        "failures/card.json",
        *(f"failures/evidence/{name}.npy" for name in ("failed", "finished", "told")),
        "failures/failure_trees_0.txt",
        *(
            f"failures/memory/{name}.npy"
            for name in ("counts", "ends", "keys", "tails", "times", "told", "totals")
        ),
        "median.txt",
        *(f"memory/{name}.npy" for name in ("counts", "ends", "keys", "tails", "times", "told", "totals")),
        *(f"record/{name}.npy" for name in ("counts", "errors", "families", "overall")),
        *(f"run_time/{name}.npy" for name in ("counts", "ends", "keys", "tails", "times", "told", "totals")),
        "upper.txt",
    ]


def test_nothing_in_a_model_is_a_pickle(model_folder):
    for name, whole in content(model_folder).items():
        if name.endswith(".npy"):
            assert np.load(model_folder / name, allow_pickle=False).dtype != object
        with pytest.raises(Exception):  # noqa: B017, PT011 - of whatever kind
            pickle.loads(whole)  # noqa: S301 - that it fails is the test


def test_the_card_tells_what_it_was_learnt_from_and_with(model_folder):
    card = read_card(model_folder)
    history = made_up_history()
    taught = history.filter(pl.col("state") == "done", pl.col("memory_peak") > 0)
    assert card.recipe == "default"
    assert card.made == "2026-03-01T02:00:07+00:00"
    assert card.data == {
        "jobs": JOBS,
        "learnt_from": len(taught),
        "first_day": "2025-09-01",
        "last_day": "2025-09-14",
        "finished_until": history["finish_time"].max().isoformat(timespec="seconds"),
        "clusters": ["loom"],
    }
    assert sorted(card.versions) == ["jobcast", "lightgbm", "numpy", "polars"]
    assert card.settings["boosting"]["num_iterations"] == 12
    assert (card.risk, card.features, card.scores) == (0.05, FEATURES, ORDER.scores)
    assert list(card.offsets) == list(LEVELS)
    assert card.ceiling == pytest.approx(np.log2(taught["memory_peak"].max()), rel=1e-6)


def test_the_same_jobs_and_settings_make_the_same_bytes(model_folder, tmp_path):
    publish(tmp_path)
    assert content(tmp_path) == content(model_folder)


def test_too_few_jobs_are_an_error_and_leave_the_shelf_as_it_was(tmp_path):
    shelf = Shelf(tmp_path / "models")

    def fail() -> None:
        with shelf.growing(ORDER.made) as folder:
            publish_families(material(made_up_history()[:60]), folder, ORDER, QUICK, silent)

    with pytest.raises(ModelError, match="too few finished jobs to learn from"):
        fail()
    assert list(shelf.path.iterdir()) == []


def test_no_jobs_at_all_are_too_few(tmp_path):
    with pytest.raises(ModelError, match="too few finished jobs to learn from"):
        publish_families(material(made_up_history().clear()), tmp_path, ORDER, QUICK, silent)


@pytest.fixture(scope="module")
def of_words(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("words") / "model"
    folder.mkdir()
    card, fitted = publish_memprediction(material(made_up_jobs()), folder, ORDER, quick(), silent)
    assert read_card(folder) == card
    assert fitted.report.rmse >= 0
    return folder


def test_a_model_of_the_recipe_memprediction_answers_like_any_other(of_words):
    model = load(of_words)
    asked = [
        submission(user="chen", command="innovus -init place.tcl -top cpu_core", queue="bigmem"),
        submission(user=HOSTILE, command=HOSTILE, cwd=HOSTILE, name=HOSTILE),
        submission(),
    ]
    answers = model.forecast(asked, explain=True)
    assert model.forecast([]) == []
    finished = FinishedRun(
        submission=asked[0], finished_at=asked[0].at, memory_peak=Bytes(2**30), run_time=Seconds(60.0)
    )
    assert model.learn([finished]) == 0
    assert [model.forecast([one])[0] for one in asked] == answers
    assert {answer.run_time for answer in answers} == {NoForecast(reason="no_run_times")}
    for answer in [answer.memory for answer in answers]:
        assert isinstance(answer, MemoryForecast)
        assert answer.quantiles == {}
        assert (answer.risk, answer.basis.rung, answer.basis.runs) == (None, "words", 120)


def test_the_card_of_the_recipe_memprediction_tells_its_libraries(of_words):
    card = read_card(of_words)
    assert (card.recipe, card.risk, card.features) == ("memprediction", None, ())
    assert sorted(card.versions) == ["jobcast", "numpy", "polars", "xgboost"]


def test_a_damaged_model_of_the_recipe_memprediction_is_an_error(of_words, tmp_path):
    copy = shutil.copytree(of_words, tmp_path / "copy")
    (copy / "features.json").write_text(json.dumps({"format": 1}))
    with pytest.raises(ModelError):
        load(copy)
