"""What forecasts of failure see of a submission."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.features.asof import as_of_submission
from jobcast.features.failures import FAILURE_FEATURES, FAITH, Needs, _odds_by_rung, failure_matrix
from jobcast.features.family import LADDER
from jobcast.features.window import RUNS
from jobcast.train.material import material
from tests.made_up import NEW_YEAR, frame, job


def seen(*states: str, base: float = 0.1) -> dict[str, float]:
    """Return what the next job of a family is seen with, the runs of which ended so, an hour each."""
    runs = [
        job(str(hour), state=state, finish_time=NEW_YEAR + timedelta(hours=hour), submit_time=NEW_YEAR)
        for hour, state in enumerate(states)
    ]
    asked = job(
        "next",
        submit_time=NEW_YEAR + timedelta(days=1),
        finish_time=NEW_YEAR + timedelta(days=2),
        run_limit=64.0,
    )
    stuff = material(frame(*runs, asked))
    shares = as_of_submission(stuff.submissions, stuff.ended_by(stuff.latest - 1), np.array([len(runs)]))
    unknown = np.full(1, np.nan)
    needs = Needs(
        run_time_median=unknown.astype(np.float32),
        run_time_p95=np.array([4], dtype=np.float32),
        memory_anchor=unknown,
        memory_p95=unknown.astype(np.float32),
    )
    matrix = failure_matrix(shares, needs, np.array([base]))
    return dict(zip(FAILURE_FEATURES, matrix[0].tolist(), strict=True))


def chance(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))


def test_of_a_job_like_no_other_the_share_of_all_jobs_is_known():
    found = seen(base=0.1)
    assert chance(found["failed_before"]) == pytest.approx(0.1)
    assert np.isnan(found["user:last"])


def test_the_share_of_the_broadest_family_is_drawn_towards_that_of_all_jobs():
    found = seen("failed", "failed", "done", "failed")
    assert chance(found["queue:all"]) == pytest.approx((3 + FAITH * 0.1) / (4 + FAITH), rel=2e-3)
    assert chance(found["user:all"]) == pytest.approx(
        (3 + FAITH * chance(found["queue:all"])) / (4 + FAITH), rel=2e-3
    )


def test_a_family_that_fails_again_and_again_is_told_as_such():
    assert chance(seen(*["failed"] * 20)["failed_before"]) > 0.95
    assert chance(seen(*["done"] * 20)["failed_before"]) < 0.01


def test_the_newest_runs_count_more_in_the_second_share():
    better, worse = seen("failed", "failed", "done", "done"), seen("done", "done", "failed", "failed")
    assert better["user:all"] == worse["user:all"]
    assert better["user:newest"] < worse["user:newest"]


def test_a_limit_is_told_by_how_far_it_is_above_what_the_family_needs():
    assert seen()["limit_above_p95"] == 2


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(0, 10**7)),
        min_size=len(LADDER),
        max_size=len(LADDER),
    ),
    st.floats(0.001, 0.999),
)
def test_each_share_is_drawn_towards_the_next_broader_one(rungs: list[tuple[float, float, int]], base: float):
    shares = np.array([[(mean, newest) for mean, newest, _ in rungs]])
    runs = np.array([[count for _, _, count in rungs]], dtype=np.float64)
    shares[0, runs[0] == 0] = np.nan
    broader = np.array([base, base])
    expected = []
    for mean, newest, count in reversed(rungs):
        weight = np.array([count, min(count, RUNS)])
        broader = (np.array([mean, newest]) * weight + FAITH * broader) / (weight + FAITH)
        expected.append(broader)
    wanted = np.clip(expected[::-1], 0.001, 0.999)
    for kind, near in ((np.float64, 1e-9), (np.float32, 1e-4)):
        odds = _odds_by_rung(shares.astype(kind), runs.astype(kind), np.array([base]))
        np.testing.assert_allclose(1 / (1 + np.exp(-odds[0])), wanted, rtol=near)
