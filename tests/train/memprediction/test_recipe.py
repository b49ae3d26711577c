"""The recipe learns from the right jobs, the same every time, and each key of its YAML tells."""

import sys

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from jobcast.errors import ConfigError, ModelError
from jobcast.language import speaking
from jobcast.train.memprediction import Fitted, TrainingSettings, fit
from jobcast.train.memprediction.recipe import learnable, split
from jobcast.train.memprediction.settings import CrossValidation
from tests.made_up import frame, job
from tests.train.memprediction.made_up import QUICK, made_up_job, made_up_jobs, quick


def fitted(jobs: pl.DataFrame, settings: TrainingSettings | None = None) -> Fitted:
    return fit(jobs, settings or quick(), threads=1, progress=lambda _: None)


def answers(jobs: pl.DataFrame, settings: TrainingSettings | None = None) -> list[int]:
    return fitted(jobs, settings).model.predict_bytes(made_up_jobs(30)).tolist()


@pytest.fixture(scope="module")
def usual() -> list[int]:
    return answers(made_up_jobs())


def test_the_same_jobs_give_the_same_model_in_any_order(usual):
    assert answers(made_up_jobs()) == usual
    assert answers(made_up_jobs().sample(fraction=1, shuffle=True, seed=3)) == usual


def test_jobs_without_a_peak_change_nothing(usual):
    without = frame(
        *(made_up_job(number, job_id=f"9{number}", memory_peak=None) for number in range(0, 120, 3))
    )
    mixed = pl.concat([made_up_jobs(), without]).sample(fraction=1, shuffle=True, seed=1)
    assert answers(mixed) == usual


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_jobs_that_did_not_end_well_change_nothing(usual, state):
    ended = frame(
        *(made_up_job(number, job_id=f"9{number}", state=state, memory_peak=1) for number in range(40))
    )
    assert answers(pl.concat([ended, made_up_jobs()])) == usual


def test_too_few_jobs_are_an_error():
    with pytest.raises(ModelError, match="9 ended well"):
        fitted(pl.concat([made_up_jobs(9), made_up_jobs(30, memory_peak=None)]))


def test_a_train_size_that_leaves_too_few_jobs_is_an_error():
    small = QUICK.replace("train_size: 0.9", "train_size: 0.05")
    with pytest.raises(ModelError, match="leaves 6 of these"):
        fitted(made_up_jobs(), quick(instead=small))


def test_learnable_jobs_are_in_order_of_submission():
    jobs = learnable(made_up_jobs().reverse())
    assert jobs["submit_time"].is_sorted()
    assert len(jobs) == 120


def test_the_split_is_random_complete_and_without_overlap():
    training, test = split(made_up_jobs(), CrossValidation(test_size=0.25, train_size=0.75), seed=1)
    assert (len(training), len(test)) == (90, 30)
    assert_frame_equal(pl.concat([training, test]).sort("finish_time"), made_up_jobs())
    assert not test["finish_time"].is_between(*test["finish_time"][[0, -1]].to_list()).not_().any()
    other = split(made_up_jobs(), CrossValidation(test_size=0.25, train_size=0.75), seed=2)[1]
    assert set(other["job_id"]) != set(test["job_id"])


def test_shares_may_leave_jobs_out():
    training, test = split(made_up_jobs(), CrossValidation(test_size=0.1, train_size=0.5), seed=1)
    assert (len(training), len(test)) == (60, 12)


def test_no_job_names_at_all_are_no_special_case():
    settings = quick(instead=QUICK.replace("cwd:", "job_name:"))
    assert len(answers(made_up_jobs(name=None), settings)) == 30


def test_texts_of_the_same_number_of_words_are_no_special_case():
    assert len(answers(made_up_jobs(command="vcs top", cwd="/proj/atlas"))) == 30


def test_the_report_rests_on_the_test_share():
    report = fitted(made_up_jobs()).report
    assert report.table["max_mem_num"].sum() == 12
    assert report.table["max_mem_interval"].to_list() == [
        "(-inf, 1.0]",
        "(1.0, 4.0]",
        "(4.0, 16.0]",
        "(16.0, inf]",
    ]
    assert report.metrics["rmse"] == pytest.approx(report.rmse, rel=1e-5)


SAMPLING = """
Sampling:
  max_mem:
    status: true
    bins: [-.inf, 16, 40, .inf]
    over_sample: {status: true, method: SMOTE, sampling_strategy: auto}
"""


@pytest.mark.parametrize(
    ("key", "settings"),
    [
        ("train_size", QUICK.replace("train_size: 0.9", "train_size: 0.5")),
        ("emb_size", QUICK.replace("emb_size: 4", "emb_size: 9")),
        ("cluster", QUICK.replace("emb_size: 4}", "emb_size: 4, cluster: 3}")),
        ("words", QUICK.replace("emb_size: 4}", "emb_size: 4, words: letters_and_digits}")),
        ("command left out", QUICK.replace("command: {glove: {emb_size: 4}}", "")),
        ("job_name added", QUICK.replace("cwd:", "job_name: {glove: {}}\n  cwd:")),
        ("Sampling", QUICK + SAMPLING),
        ("sampling_strategy", QUICK + SAMPLING.replace("auto", "minority")),
        ("n_estimators", QUICK.replace("n_estimators: 8", "n_estimators: 9")),
        ("max_depth", QUICK.replace("max_depth: 4", "max_depth: 2")),
        ("objective", QUICK.replace("max_depth: 4", "max_depth: 4, objective: reg:tweedie")),
        ("seed", QUICK.replace("seed: 7", "seed: 8")),
    ],
)
def test_each_key_tells(usual, key, settings):
    assert answers(made_up_jobs(), quick(instead=settings)) != usual, key


def test_sampling_that_is_switched_off_does_not_tell(usual):
    off = SAMPLING.replace("over_sample: {status: true", "over_sample: {status: false")
    assert answers(made_up_jobs(), quick(off)) == usual


def test_what_sampling_could_not_do_is_a_warning():
    rare = SAMPLING.replace("40, .inf", "94, 95.9, .inf")
    jobs = pl.concat([made_up_jobs(), frame(made_up_job(500, memory_peak=95 * 1024**3))])
    settings = quick(rare, instead=QUICK.replace("test_size: 0.1, train_size: 0.9", "test_size: 0.01"))
    assert (
        "SMOTE left (94, 95.9] GB as it is: it takes two jobs to make up a third"
        in fitted(jobs, settings).warnings
    )


def test_early_stopping_grows_fewer_trees_and_says_so():
    many = QUICK.replace("n_estimators: 8", "n_estimators: 200").replace(
        "model_name: xgboost", "fitting_parameter: {early_stopping_rounds: 2, eval_metric: mae}"
    )
    result = fitted(made_up_jobs(), quick(instead=many))
    trees = result.model.booster.num_boosted_rounds()
    assert trees < 200
    assert result.warnings == (f"early stopping: {trees} of 200 trees",)
    assert list(result.report.metrics) == ["mae"]


def test_a_refused_parameter_is_said_before_anything_is_learnt():
    progress: list[str] = []
    wrong = quick(instead=QUICK.replace("max_depth", "max_dept"))
    with pytest.raises(ConfigError, match="max_dept"):
        fit(made_up_jobs(), wrong, threads=1, progress=progress.append)
    assert progress == []


def test_progress_says_what_takes_long():
    progress: list[str] = []
    fit(made_up_jobs(), quick(), threads=1, progress=progress.append)
    assert progress == ["learn word2vec of cwd", "learn glove of command", "grow 8 trees on 108 jobs"]
    progress.clear()
    with speaking("zh"):
        fit(made_up_jobs(), quick(), threads=1, progress=progress.append)
    assert progress == ["学习 cwd 的 word2vec", "学习 command 的 glove", "用 108 个作业生成 8 棵树"]


def test_a_model_remembers_the_settings_it_was_trained_with():
    settings = fitted(made_up_jobs(), quick(SAMPLING)).model.settings
    assert settings["Sampling"] == {
        "max_mem": {
            "status": True,
            "bins": [float("-inf"), 16, 40, float("inf")],
            "over_sample": {"status": True, "method": "SMOTE", "sampling_strategy": "auto"},
        }
    }


def test_the_users_of_test_jobs_do_not_tell_the_model_their_memory():
    training, test = split(made_up_jobs(), quick().cross_validation, seed=7)
    memory = fitted(made_up_jobs()).model.features.user_memory
    mean = (training["memory_peak"] / 1024**3).mean()
    assert memory.overall_mean == pytest.approx(mean)
    assert len(test) == 12


def test_peaks_of_nothing_are_learnt_from():
    jobs = frame(*(job(str(number), memory_peak=0, command="true") for number in range(20)))
    assert np.isfinite(fitted(jobs).report.rmse)


@pytest.mark.parametrize("library", ["xgboost", "threadpoolctl", "gensim.models"])
def test_a_missing_library_is_an_error_with_the_command_that_installs_it(monkeypatch, library):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ConfigError) as error:
        fitted(made_up_jobs())
    assert error.value.hint == "pip install 'jobcast[memprediction]'"
