"""Cases from a history: what each job could know, and nothing else."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.train.failures.cases import Vantage
from jobcast.train.failures.of_history import cases_of_history
from jobcast.train.material import material
from tests.made_up import NEW_YEAR, frame, job


def seconds(hours: float) -> int:
    return int((NEW_YEAR + timedelta(hours=hours)).timestamp())


HISTORY = frame(
    job("1", finish_time=NEW_YEAR + timedelta(hours=2), cores_requested=4, cpu_time=7200.0),
    job("2", finish_time=NEW_YEAR + timedelta(hours=3), state="failed", exit_reason="memory_limit"),
    job("3", finish_time=NEW_YEAR + timedelta(hours=4), state="cancelled"),
    job("4", finish_time=NEW_YEAR + timedelta(hours=5), state="failed"),
    job("5", finish_time=NEW_YEAR + timedelta(hours=6), start_time=None, run_time=None, state="failed"),
)


def test_each_job_knows_what_had_ended_before_it_was_submitted():
    cases = cases_of_history(material(HISTORY), Vantage.SUBMISSION)
    assert cases.failed.tolist() == [False, True, True, True]
    assert cases.asked.tolist() == [seconds(0) - 1, seconds(1) - 1, seconds(3) - 1, seconds(4) - 1]
    np.testing.assert_array_equal(cases.rivals["last_failed"], [np.nan, np.nan, 0, 1])
    np.testing.assert_array_equal(cases.rivals["family_rate"], [np.nan, np.nan, 0, 1])
    np.testing.assert_array_equal(cases.rivals["user_rate"], [np.nan, np.nan, 0, 0.5])
    assert cases.reason is not None
    assert cases.reason.tolist() == ["", "memory_limit", "unknown", "unknown"]
    assert cases.cost.tolist() == [4 * 3600, 3600, 3600, 0]
    assert cases.measured.tolist() == [[3600, 2, 0, 4], [3600, 0, 0, 0], [3600, 0, 0, 0], [0, 0, 0, 0]]


def test_a_run_is_looked_at_as_long_as_it_lasts_and_only_if_it_started():
    cases = cases_of_history(material(HISTORY), Vantage.RUNNING)
    elapsed = cases.matrix[:, cases.features.index("elapsed")].tolist()
    assert elapsed == [0, 60, 300, 900, 0, 60, 300, 900, 0, 60, 300, 900]
    assert cases.asked[:4].tolist() == [seconds(1) - 1 + passed for passed in (0, 60, 300, 900)]
    first, second, fourth = (cases.rivals["family_rate"][row] for row in (0, 4, 8))
    np.testing.assert_array_equal([first, second, fourth], [np.nan, np.nan, 1])


def test_afterwards_the_run_time_is_known_but_of_others_no_more_than_at_submission():
    stuff = material(HISTORY)
    before, after = (cases_of_history(stuff, vantage) for vantage in (Vantage.SUBMISSION, Vantage.AFTERWARDS))
    assert after.features[: len(before.features)] == before.features
    np.testing.assert_array_equal(after.matrix[:, : len(before.features)], before.matrix)
    assert after.matrix[:3, after.features.index("run_time")].tolist() == [3600] * 3


def test_a_job_that_ends_in_the_second_of_its_submission_does_not_know_its_own_end():
    at = NEW_YEAR + timedelta(hours=1)
    moments = {"submit_time": at, "start_time": at, "finish_time": at, "run_time": 0.0}
    stuff = material(frame(job("1", state="failed", **moments)))
    for vantage in Vantage:
        cases = cases_of_history(stuff, vantage)
        assert (len(cases), np.isnan(cases.rivals["last_failed"]).all()) == (1, True)


@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_history_in_which_all_ended_alike_gives_cases_too(state: str):
    jobs = HISTORY.filter(pl.col("state") == state)
    for vantage in Vantage:
        cases = cases_of_history(material(jobs), vantage)
        assert set(cases.failed.tolist()) == {state == "failed"}


def test_no_jobs_give_no_cases():
    for vantage in Vantage:
        assert len(cases_of_history(material(HISTORY.clear()), vantage)) == 0


ENDS = st.lists(
    st.tuples(st.integers(0, 90), st.integers(0, 60), st.sampled_from(["done", "failed", "cancelled"])),
    min_size=2,
    max_size=30,
)


@given(ENDS, st.data())
def test_what_ends_later_changes_nothing(ends: list[tuple[int, int, str]], data: st.DataObject):
    rows = [
        job(
            str(number),
            submit_time=NEW_YEAR + timedelta(minutes=begin),
            start_time=NEW_YEAR + timedelta(minutes=begin),
            finish_time=NEW_YEAR + timedelta(minutes=begin + lasts),
            run_time=lasts * 60.0,
            user=f"user{number % 2}",
            state=state,
        )
        for number, (begin, lasts, state) in enumerate(ends)
    ]
    stuff = material(frame(*rows))
    now = data.draw(st.sampled_from(sorted(set(stuff.submissions.at.tolist()))))
    later = stuff.finish >= now
    flipped = np.where(later & stuff.ended, 1 - stuff.ending, stuff.ending)
    other = replace(
        stuff,
        failed=np.where(later & stuff.ended, ~stuff.failed, stuff.failed),
        ending=flipped,
        done=np.where(later & stuff.ended, ~stuff.done, stuff.done),
    )
    for vantage in (Vantage.SUBMISSION, Vantage.RUNNING):
        one, two = cases_of_history(stuff, vantage), cases_of_history(other, vantage)
        known = one.asked <= now
        np.testing.assert_array_equal(one.matrix[known], two.matrix[known])
