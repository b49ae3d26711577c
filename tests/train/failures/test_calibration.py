"""Calibration: what is learnt of how far chances are off, and when it is known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.predict.failures.calibration import UNCHANGED, chance_of, log_odds
from jobcast.train.failures import calibration
from jobcast.train.failures.calibration import Rolling, fit, fit_isotonic, fit_platt, rolled
from jobcast.train.failures.scores import reliability
from tests.train.failures.made_up_cases import DAY, made_up_cases


def outcomes(jobs: int, seed: int = 1):
    """Return told chances that are too bold, and which jobs failed."""
    random = np.random.default_rng(seed)
    odds = random.normal(-1, 2, jobs)
    return chance_of(odds * 2 + 1), random.random(jobs) < chance_of(odds)


@pytest.mark.parametrize("learn", [fit_isotonic, fit_platt])
def test_what_is_learnt_holds_on_other_jobs(learn):
    learnt = learn(*outcomes(20_000))
    told, failed = outcomes(20_000, seed=2)
    assert reliability(told, failed).mean_gap > 0.05
    assert reliability(learnt.apply(told), failed).mean_gap < 0.015


def test_steps_are_those_of_scikit_learn():
    isotonic = pytest.importorskip("sklearn.isotonic", reason="scikit-learn is an extra")
    told, failed = outcomes(5_000)
    odds = log_odds(told)
    steps = isotonic.isotonic_regression(failed[np.argsort(odds)].astype(float))
    learnt = fit_isotonic(told, failed)
    found = chance_of(np.array(learnt.chance))
    counts = np.unique(steps, return_counts=True)[1]
    shares = np.unique(steps)
    expected = (shares * counts + failed.mean()) / (counts + 1)
    assert found == pytest.approx(np.maximum.accumulate(expected), abs=1e-9)


def test_a_line_is_that_of_scikit_learn():
    linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is an extra")
    told, failed = outcomes(5_000)
    oracle = linear.LogisticRegression(C=np.inf).fit(log_odds(told)[:, None], failed)
    learnt = fit_platt(told, failed)
    assert learnt.apply(told) == pytest.approx(oracle.predict_proba(log_odds(told)[:, None])[:, 1], abs=2e-3)


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.01, 0.3, 0.30001, 0.999, 1.0]), st.booleans()), min_size=2),
    st.sampled_from([fit_isotonic, fit_platt]),
)
def test_the_order_of_jobs_stays_and_nothing_is_certain(rows, learn):
    told, failed = map(np.array, zip(*rows, strict=True))
    if failed.all() or not failed.any():
        return
    chances = learn(told, failed).apply(np.linspace(0, 1, 101))
    assert (np.diff(chances) >= 0).all()
    assert 0 < chances.min() <= chances.max() < 1


@pytest.mark.parametrize("failed", [np.zeros(500, dtype=bool), np.ones(500, dtype=bool)])
def test_without_failures_or_successes_nothing_is_learnt(failed):
    assert fit(np.linspace(0, 1, 500), failed) is UNCHANGED


def test_a_shape_of_its_own_needs_many_failures(monkeypatch):
    told, failed = outcomes(2_000)
    assert len(fit(told, failed).told) == 2
    monkeypatch.setattr(calibration, "ENOUGH", 100)
    assert len(fit(told, failed).told) > 10


def test_a_rolled_calibration_knows_only_what_had_finished():
    cases, told = made_up_cases(4_000), outcomes(4_000)[0]
    start = 3 * DAY
    chances = rolled(told, cases, start, Rolling())
    later = cases.asked >= 6 * DAY
    shuffled = replace(cases, failed=np.where(cases.finished >= 6 * DAY, ~cases.failed, cases.failed))
    assert (rolled(told, shuffled, start, Rolling())[~later] == chances[~later]).all()
    assert (
        rolled(told, shuffled, start, Rolling())[cases.asked >= 8 * DAY] != chances[cases.asked >= 8 * DAY]
    ).any()


def test_a_rolled_calibration_follows_the_outcomes():
    cases, told = made_up_cases(8_000), np.full(8_000, 0.5)
    told[::2] = 0.4
    chances = rolled(told, cases, 2 * DAY, Rolling(window=2 * DAY))
    assert abs(chances[cases.asked > 3 * DAY].mean() - cases.failed.mean()) < 0.02


def test_before_anything_is_known_chances_stay():
    cases = made_up_cases(50)
    told = np.linspace(0.01, 0.99, 50)
    assert rolled(told, cases, 0, Rolling(every=100 * DAY)) == pytest.approx(told)
