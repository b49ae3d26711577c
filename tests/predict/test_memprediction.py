"""A model says after loading what it said before saving, and needs only XGBoost for it."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from jobcast.errors import ConfigError, ModelError
from jobcast.history import SCHEMA
from jobcast.predict.memprediction import MemPredictionModel, library
from jobcast.train.memprediction import fit
from jobcast.units import GIB
from tests.made_up import HOSTILE
from tests.train.memprediction.made_up import QUICK, made_up_jobs, quick

CLUSTERED = QUICK.replace("cwd: {word2vec: {emb_size: 4}}", "cwd: {word2vec: {emb_size: 4, cluster: 3}}")


@pytest.fixture(scope="module")
def model() -> MemPredictionModel:
    return fit(made_up_jobs(), quick(instead=CLUSTERED), threads=1, progress=lambda _: None).model


@pytest.fixture
def folder(model: MemPredictionModel, tmp_path: Path) -> Path:
    model.save(tmp_path / "model")
    return tmp_path / "model"


def test_a_loaded_model_predicts_as_before(model, folder):
    jobs = made_up_jobs(50)
    expected = model.predict_bytes(jobs)
    np.testing.assert_array_equal(MemPredictionModel.load(folder).predict_bytes(jobs), expected)


def test_what_is_saved_again_is_the_same_to_the_byte(folder, tmp_path):
    MemPredictionModel.load(folder).save(tmp_path / "again")
    for file in folder.iterdir():
        if file.suffix != ".ubj":
            assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()


def test_a_model_is_a_folder_of_open_formats(folder):
    assert sorted(file.name for file in folder.iterdir()) == [
        "command_glove_vectors.npy",
        "cwd_word2vec_centres.npy",
        "cwd_word2vec_vectors.npy",
        "features.json",
        "training_config.yaml",
        "xgb_reg.ubj",
    ]


def test_predictions_are_bytes_near_the_truth(model):
    jobs = made_up_jobs()
    predicted = model.predict_bytes(jobs)
    assert predicted.dtype == np.int64
    assert np.median(np.abs(predicted / jobs["memory_peak"].to_numpy() - 1)) < 0.35
    assert predicted.max() > 10 * GIB


def test_an_unseen_user_queue_and_project_get_the_same_answer_every_time(folder):
    stranger = made_up_jobs(4, user="nobody", queue="nowhere", project="nothing")
    answers = [MemPredictionModel.load(folder).predict_bytes(stranger) for _ in range(3)]
    np.testing.assert_array_equal(answers[0], answers[1])
    np.testing.assert_array_equal(answers[0], answers[2])
    other = stranger.with_columns(user=pl.lit("someone"), queue=pl.lit("new"), project=pl.lit(None))
    np.testing.assert_array_equal(MemPredictionModel.load(folder).predict_bytes(other), answers[0])


def test_hostile_texts_are_texts(model):
    jobs = made_up_jobs(2, user=HOSTILE, command=HOSTILE, cwd=HOSTILE, name=HOSTILE)
    assert (model.predict_bytes(jobs) >= 0).all()


def test_no_submissions_get_no_predictions(model):
    assert model.predict_bytes(pl.DataFrame(schema=SCHEMA)).tolist() == []


def test_a_folder_without_a_model_is_an_error_with_a_cure(tmp_path):
    with pytest.raises(ModelError) as error:
        MemPredictionModel.load(tmp_path)
    assert "--recipe memprediction" in error.value.hint


@pytest.mark.parametrize("file", ["features.json", "command_glove_vectors.npy", "xgb_reg.ubj"])
@pytest.mark.parametrize("damage", ["gone", "cut", "garbled"])
def test_a_damaged_model_is_an_error(folder, file, damage):
    whole = (folder / file).read_bytes()
    (folder / file).write_bytes({"cut": whole[: len(whole) // 2], "garbled": b"{}"}.get(damage, b""))
    if damage == "gone":
        (folder / file).unlink()
    with pytest.raises(ModelError):
        MemPredictionModel.load(folder)


def test_a_model_of_another_format_says_so(folder):
    tables = json.loads((folder / "features.json").read_text())
    (folder / "features.json").write_text(json.dumps(tables | {"format": 99}))
    with pytest.raises(ModelError, match="format 99"):
        MemPredictionModel.load(folder)


def test_an_array_that_hides_a_pickle_is_refused(folder):
    np.save(folder / "command_glove_vectors.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ModelError):
        MemPredictionModel.load(folder)


def test_vectors_that_do_not_fit_the_vocabulary_are_refused(folder):
    np.save(folder / "command_glove_vectors.npy", np.zeros((1, 4), np.float32))
    with pytest.raises(ModelError):
        MemPredictionModel.load(folder)


def test_prediction_needs_none_of_the_training_libraries(folder):
    program = """
import sys
from pathlib import Path
for absent in ("gensim", "sklearn", "imblearn", "jobcast.train"):
    sys.modules[absent] = None
from jobcast.predict.memprediction import MemPredictionModel
from jobcast.history import empty
import polars as pl
model = MemPredictionModel.load(Path(sys.argv[1]))
print(len(model.predict_bytes(pl.concat([empty(), empty().clear(2)]))))
"""
    said = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=False
    )
    assert (said.stdout, said.returncode) == ("2\n", 0), said.stderr


def test_a_missing_library_is_an_error_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "gensim.models", None)
    with pytest.raises(ConfigError, match="needs gensim") as error:
        library("gensim.models")
    assert error.value.hint == "pip install 'jobcast[memprediction]'"
