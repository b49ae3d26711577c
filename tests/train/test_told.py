"""What later jobs would have been told, with nothing in it of what only the future could tell."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from jobcast.errors import ModelError
from jobcast.train.judge import Trial
from jobcast.train.material import material
from jobcast.train.told import told
from tests.made_up import month
from tests.trained import DAYS, END, QUICK, made_up_history, silent

TRIAL = Trial(train_end=END - timedelta(days=DAYS // 2), recipes=("default",), settings=QUICK)
HISTORY = made_up_history().with_columns(step=pl.lit(None, pl.String))
KEYS = ["job_id", "array_index", "step", "submit_time"]


@pytest.fixture(scope="module")
def answers() -> pl.DataFrame:
    return told(material(HISTORY), TRIAL, silent)


def test_every_job_that_finished_later_has_its_row(answers: pl.DataFrame):
    later = HISTORY.filter(pl.col("finish_time") > TRIAL.train_end)
    assert answers.schema == pl.Schema(
        {
            **{name: HISTORY.schema[name] for name in KEYS},
            "memory": pl.Int64,
            "run_time": pl.Float64,
        }
    )
    assert answers.select(KEYS).equals(later.select(KEYS))
    measured = later["memory_peak"].is_not_null()
    assert answers.filter(~measured)["memory"].null_count() == (~measured).sum()
    assert (answers["memory"].drop_nulls() > 0).all()
    assert (answers["run_time"].drop_nulls() >= 1).all()
    assert answers.filter(measured)["memory"].null_count() < measured.sum() / 10


def test_what_finishes_later_changes_no_answer_given_before(answers: pl.DataFrame):
    """The needs of all jobs that finish after a moment are dealt out among them anew."""
    moment = TRIAL.train_end + timedelta(days=3)
    after = (HISTORY["finish_time"] > moment).to_numpy()
    rows = np.flatnonzero(after)
    dealt = np.random.default_rng(1).permutation(rows)
    place = np.arange(len(HISTORY))
    place[rows] = dealt
    other = HISTORY.with_columns(HISTORY[name].gather(place) for name in ("memory_peak", "run_time", "state"))
    assert not other.equals(HISTORY)
    before = pl.col("submit_time") <= moment
    # A row without a measured peak has no forecast of memory to be compared.
    both = answers.filter(before).join(
        told(material(other), TRIAL, silent).filter(before), on=KEYS, nulls_equal=True, suffix="_other"
    )
    assert len(both) == len(answers.filter(before)) > 100
    measured = both.filter(pl.col("memory").is_not_null(), pl.col("memory_other").is_not_null())
    assert len(measured) > 50
    assert measured["memory"].equals(measured["memory_other"], check_names=False)
    assert both["run_time"].equals(both["run_time_other"], check_names=False, null_equal=True)


def test_of_too_few_jobs_nothing_is_learnt_and_the_error_says_so():
    few = month(30).with_columns(memory_peak=pl.lit(1 << 30, pl.Int64), step=pl.lit(None, pl.String))
    trial = Trial(train_end=few["finish_time"][20], recipes=("default",), settings=QUICK)
    with pytest.raises(ModelError, match="too few finished jobs to learn from") as caught:
        told(material(few), trial, silent)
    assert caught.value.hint


def test_where_no_memory_was_measured_run_times_are_told_all_the_same():
    few = month(30).with_columns(step=pl.lit(None, pl.String))
    trial = Trial(train_end=few["finish_time"][20], recipes=("default",), settings=QUICK)
    answers = told(material(few), trial, silent)
    assert answers["memory"].to_list() == [None] * 9
    assert answers["run_time"].to_list() == pytest.approx([3600] * 9, rel=1e-6)
