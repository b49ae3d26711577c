from dataclasses import replace

import numpy as np
import pytest

from jobcast.train import backtest
from jobcast.train.families import DAY, FittedFamilies, KnownJobs, fit
from jobcast.train.material import Material, material
from jobcast.train.rolling import HOUR
from tests.train.made_up import SETTINGS, blocks

STUFF = material(blocks())
TRAIN_END = int(STUFF.finish.min()) + 14 * DAY


@pytest.fixture(scope="module")
def fitted() -> FittedFamilies:
    return fit(STUFF, TRAIN_END, SETTINGS, lambda _step: None)


def _replies(stuff: Material, fitted: FittedFamilies, *, live: bool = True) -> backtest.Replies:
    rows = backtest.test_rows(stuff, TRAIN_END)
    asked = KnownJobs(rows=rows, known=backtest.known_of(stuff, rows, TRAIN_END, live=live))
    return backtest.replies_of_families(stuff, asked, fitted, SETTINGS, live=live)


def test_later_jobs_are_judged_however_they_ended() -> None:
    rows = backtest.test_rows(STUFF, TRAIN_END)

    assert (STUFF.finish[rows] > TRAIN_END).all()
    assert set(STUFF.done[rows].tolist()) == {True, False}


def test_forecasts_are_good_where_jobs_repeat_themselves(fitted: FittedFamilies) -> None:
    rows, replies = backtest.test_rows(STUFF, TRAIN_END), _replies(STUFF, fitted)

    assert np.mean(np.abs(replies.median - STUFF.peak[rows]) < 1) > 0.97
    assert 0.9 < np.mean(STUFF.peak[rows] <= replies.request) < 0.99
    assert (replies.request >= replies.median).all()


@pytest.mark.parametrize("live", [True, False])
def test_what_finishes_after_a_submission_changes_no_reply_to_it(fitted: FittedFamilies, live: bool) -> None:
    rows = backtest.test_rows(STUFF, TRAIN_END)
    moment = int(np.median(STUFF.submissions.at[rows]))
    later = STUFF.finish > moment
    peak = np.where(later, STUFF.peak + np.random.default_rng(1).normal(0, 3, len(later)), STUFF.peak)
    early = STUFF.submissions.at[rows] <= moment

    told, expected = (_replies(stuff, fitted, live=live) for stuff in (replace(STUFF, peak=peak), STUFF))

    np.testing.assert_allclose(told.median[early], expected.median[early], rtol=1e-6)
    np.testing.assert_allclose(told.request[early], expected.request[early], rtol=1e-6)


def test_a_frozen_model_learns_nothing_from_later_jobs(fitted: FittedFamilies) -> None:
    peak = np.where(STUFF.finish > TRAIN_END, STUFF.peak + 3, STUFF.peak)

    told, expected = (_replies(stuff, fitted, live=False) for stuff in (replace(STUFF, peak=peak), STUFF))

    np.testing.assert_array_equal(told.median, expected.median)
    np.testing.assert_array_equal(told.request, expected.request)


def test_the_calibration_forgets_after_some_days(fitted: FittedFamilies) -> None:
    rows = backtest.test_rows(STUFF, TRAIN_END)
    asked = KnownJobs(rows=rows, known=backtest.known_of(STUFF, rows, TRAIN_END, live=True))
    settings = replace(SETTINGS, rolling_days=2)
    moved = replace(fitted, residuals=fitted.residuals + 0.5)

    told, expected = (
        backtest.replies_of_families(STUFF, asked, model, settings, live=True).request
        for model in (moved, fitted)
    )

    differs = told != expected
    forgotten = STUFF.submissions.at[rows] > TRAIN_END + 2 * DAY + HOUR
    assert differs[~forgotten].any()
    assert not differs[forgotten].any()


def test_a_live_record_leaves_the_trees_when_they_are_wrong(fitted: FittedFamilies) -> None:
    """From half of the test time on every job needs eight times as much."""
    moment = int(np.median(STUFF.submissions.at[backtest.test_rows(STUFF, TRAIN_END)]))
    grown = np.where(STUFF.submissions.at > moment, STUFF.peak + 3, STUFF.peak)
    stuff = replace(STUFF, peak=grown)
    rows = backtest.test_rows(stuff, TRAIN_END)
    last_day = stuff.submissions.at[rows] > stuff.submissions.at.max() - DAY

    wrong = np.abs(_replies(stuff, fitted).median - stuff.peak[rows])

    assert np.mean(wrong[last_day] < 1) > 0.95
