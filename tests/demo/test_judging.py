"""The judgement of the demo, on jobs few enough to be judged by hand."""

from datetime import timedelta

import polars as pl
import pytest

from jobcast.demo.judging import judged, most_over_requested, verdict
from jobcast.units import GIB
from tests.made_up import NEW_YEAR, frame, job


def history(*asked: int | None, needed: int = 8) -> pl.DataFrame:
    """Return jobs of an hour that ask for so many GiB."""
    return frame(
        *(
            job(
                str(number),
                name="synth",
                command="/tools/synth -f x.tcl",
                memory_requested=amount and amount * GIB,
                memory_peak=needed * GIB,
                finish_time=NEW_YEAR + timedelta(hours=number + 1),
            )
            for number, amount in enumerate(asked)
        )
    )


def with_answers(jobs: pl.DataFrame, request: list[float], truth: int = 8, needed: int = 8) -> pl.DataFrame:
    answers = pl.DataFrame({"job_id": jobs["job_id"], "median": [8.0] * len(jobs), "request": request})
    known = jobs.select(
        "job_id",
        "array_index",
        memory_truth=pl.lit(truth * GIB),
        memory_needed=pl.lit(needed * GIB),
    )
    return judged(answers, jobs, known)


def test_requests_are_weighed_by_time_and_judged_by_need():
    found = verdict(with_answers(history(64, 4, 16), [10.0, 10.0, 6.0]))
    assert [score.way for score in found.scores] == ["as_requested", "with_jobcast", "perfect_knowledge"]
    assert [score.memory_time * 1024 for score in found.scores] == [84, 26, 24]
    assert [score.short for score in found.scores] == pytest.approx([1 / 3, 1 / 3, 0])
    assert [score.median_error for score in found.scores] == [None, 1, 1]


def test_jobs_without_a_request_count_in_the_error_only():
    found = verdict(with_answers(history(64, None), [10.0, 10.0]))
    assert (found.jobs, found.without_request) == (2, 1)
    assert found.scores[0].memory_time * 1024 == 64


def test_a_job_without_a_forecast_keeps_its_request():
    jobs = with_answers(history(64), [float("nan")])
    assert verdict(jobs.with_columns(forecast=pl.lit(None, pl.Int64))).without_forecast == 1
    assert verdict(jobs).scores[1].memory_time * 1024 == 64


def test_the_noise_is_the_error_of_who_knows_all_else():
    assert verdict(with_answers(history(64), [10.0], truth=16)).noise == pytest.approx(2)


def test_elements_of_an_array_find_their_own_answers():
    jobs = pl.concat([history(64), history(64)]).with_columns(array_index=pl.Series([1, 2]))
    known = jobs.select("job_id", "array_index", memory_truth=pl.lit(1), memory_needed=pl.Series([1, 2]))
    answers = pl.DataFrame({"job_id": ["0[2]", "0[1]"], "median": [1.0, 2.0], "request": [1.0, 2.0]})
    found = judged(answers, jobs, known)
    assert found.select("array_index", "memory_needed", "advised").rows() == [(2, 2, GIB), (1, 1, 2 * GIB)]


def test_the_largest_excess_comes_first_and_is_named_by_job_or_program():
    named, plain = (
        history(64, 64),
        history(256).with_columns(name=None, user=pl.lit("ivan"), job_id=pl.lit("9")),
    )
    kinds = most_over_requested(with_answers(pl.concat([named, plain]), [10.0] * 3), 5)
    assert kinds.select("user", "kind", "runs").rows() == [("ivan", "synth", 1), ("chen", "synth", 2)]
    assert kinds["job_id"].to_list() == ["9", "1"]


def test_kinds_that_once_used_more_than_the_advice_are_left_out():
    assert most_over_requested(with_answers(history(64), [6.0]), 5).is_empty()
    assert most_over_requested(with_answers(history(None), [10.0]), 5).is_empty()
