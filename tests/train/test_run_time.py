"""What run times teach: jobs that ended well, each as of its submission, and the calibration of the last days."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from jobcast.features.family import LEVELS, NOTHING
from jobcast.features.ladder import ladder_keys
from jobcast.features.summary import STATISTICS
from jobcast.predict.memory import FamilyMemory
from jobcast.predict.run_time import FOLDER, recall
from jobcast.train.families import FamilySettings
from jobcast.train.material import material
from jobcast.train.run_time import as_of_submission, fit, misses_of, publish
from tests.made_up import NEW_YEAR, frame, job
from tests.train.made_up import blocks
from tests.trained import made_up_history

SETTINGS = FamilySettings()
STUFF = material(made_up_history())


def test_only_runs_that_ended_well_teach_and_less_than_a_second_counts_as_one():
    jobs = frame(
        job("1", run_time=64.0),
        job("2", run_time=64.0, state="failed"),
        job("3", run_time=0.0),
        job("4", run_time=None),
        job("5", run_time=0.25),
        job("6", run_time=64.0, state="cancelled", run_limit=64.0),
    )
    stuff = material(jobs)
    assert stuff.times.tolist() == [True, False, False, False, True, False]
    assert stuff.timed_by(stuff.latest).values.tolist() == [6, 0]
    assert stuff.timed_by(stuff.latest - 1).rows.tolist() == []


def test_a_memory_knows_what_is_known_as_of_now():
    """Training and forecasts look at the same numbers: they are gathered in two ways."""
    done, everyone = STUFF.timed_by(STUFF.latest), np.arange(0, len(STUFF.finish), 7)
    now = replace(STUFF.submissions, at=np.full(len(STUFF.finish), STUFF.latest))
    expected = as_of_submission(now, done, everyone)
    found = recall(FamilyMemory.build(now, done), ladder_keys(now)[everyone], now.at[everyone])
    for name in ("rung", "runs", "ages", "last", "median", "p95"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("frozen", [False, True])
def test_what_finishes_after_a_submission_is_not_known_to_it(frozen):
    moment = int(np.median(STUFF.submissions.at))
    jobs = STUFF.jobs.with_columns(
        run_time=pl.when(pl.col("finish_time").dt.epoch("s") > moment)
        .then(pl.col("run_time") * 9)
        .otherwise("run_time")
    )
    rows = np.arange(len(jobs)) if frozen else np.flatnonzero(STUFF.submissions.at <= moment)
    until = moment if frozen else None
    told, expected = (
        as_of_submission(one.submissions, one.timed_by(one.latest), rows, known_until=until)
        for one in (material(jobs), STUFF)
    )
    assert (expected.rung < NOTHING).any()
    for name in ("rung", "runs", "median", "p95"):
        np.testing.assert_array_equal(getattr(told, name), getattr(expected, name), err_msg=name)


def test_the_last_days_calibrate_so_that_the_promise_would_have_been_kept_on_them():
    fitted = fit(STUFF, STUFF.latest, replace(SETTINGS, rolling_days=5, risk_run_time=0.1))
    assert fitted is not None
    assert fitted.learnt_from == STUFF.times.sum()
    assert fitted.ceiling == STUFF.run_time[STUFF.done].max().astype(np.float32)
    rows = np.flatnonzero(STUFF.times & (STUFF.finish > STUFF.latest - 5 * 86400))
    past = as_of_submission(STUFF.submissions, STUFF.timed_by(STUFF.latest), rows)
    misses = misses_of(STUFF, rows, past)
    over = misses.residuals > fitted.offsets[misses.levels]
    assert 0.06 < over[past.rung < NOTHING].mean() <= 0.1


def test_of_too_few_runs_nothing_is_learnt_and_nothing_written(tmp_path):
    few = material(blocks(days=1)[:50])
    assert fit(few, few.latest, SETTINGS) is None
    assert publish(few, tmp_path, SETTINGS, None) is None
    assert list(tmp_path.iterdir()) == []
    unknown = material(blocks().with_columns(run_time=pl.lit(None, pl.Float64)))
    assert publish(unknown, tmp_path, SETTINGS, None) is None


def test_what_is_published_is_the_memory_and_the_section_of_the_card(tmp_path):
    section = publish(STUFF, tmp_path, replace(SETTINGS, risk_run_time=0.02), {"jobs": 3})
    assert section is not None
    assert list(section) == ["risk", "ceiling", "learnt_from", "offsets", "scores"]
    assert (section["risk"], section["scores"], list(section["offsets"])) == (0.02, {"jobs": 3}, list(LEVELS))
    kept = FamilyMemory.load(tmp_path / FOLDER)
    assert np.nanmax(kept.told[:, STATISTICS.index("top")]) == pytest.approx(section["ceiling"])


def test_the_first_tenth_of_the_time_calibrates_nothing():
    """There every family looks younger than it is."""
    days = 5
    jobs = blocks(days=days)
    early = pl.col("submit_time") < NEW_YEAR + timedelta(days=0.1 * days)
    noisy = jobs.with_columns(
        run_time=pl.when(early).then(3600.0 * 4 ** pl.int_range(pl.len()).mod(3)).otherwise(3600.0)
    )
    found = fit(material(noisy), material(noisy).latest, replace(SETTINGS, rolling_days=30))
    assert found is not None
    assert found.offsets[LEVELS.index("same")] == pytest.approx(0, abs=1e-6)
