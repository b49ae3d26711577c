"""The made-up cluster is what its documentation says, and the same for the same seed."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from jobcast.demo.amounts import SAMPLED_AFTER
from jobcast.demo.cluster import START, MadeUp, make_history
from jobcast.demo.tools import TOOLS
from jobcast.history import SCHEMA, doubts
from jobcast.units import GIB

DAYS = 42


@pytest.fixture(scope="module")
def made() -> MadeUp:
    return make_history(60_000, DAYS, seed=1)


@pytest.fixture(scope="module")
def jobs(made: MadeUp) -> pl.DataFrame:
    tool = pl.col("cwd").str.split("/").list.get(5).alias("tool")
    return made.history.join(made.truth, on=("job_id", "array_index"), nulls_equal=True).with_columns(tool)


def done(jobs: pl.DataFrame) -> pl.DataFrame:
    return jobs.filter(pl.col("state") == "done")


def test_the_same_seed_makes_the_same_frames():
    first, second = make_history(3_000, seed=3), make_history(3_000, seed=3)
    assert_frame_equal(first.history, second.history, check_exact=True)
    assert_frame_equal(first.truth, second.truth, check_exact=True)


def test_another_seed_makes_another_history():
    assert not make_history(500, seed=1).history.equals(make_history(500, seed=2).history)


@pytest.mark.parametrize(("jobs", "days"), [(1, 1), (37, 2), (1_200, 7), (5_000, 30)])
def test_there_are_as_many_jobs_as_asked_for_and_they_finish_in_time(jobs, days):
    made = make_history(jobs, days, seed=5)
    assert len(made.history) == len(made.truth) == jobs
    assert made.history["finish_time"].max() < START + timedelta(days=days)


def test_the_history_is_one_that_a_reader_could_have_made(made):
    assert made.history.schema == SCHEMA
    assert doubts(made.history, START + timedelta(days=DAYS)).null_count() == len(made.history)
    assert made.history.select(pl.struct("job_id", "array_index").is_duplicated().any()).item() is False
    assert made.history["finish_time"].is_sorted()


def test_the_history_does_not_tell_the_truth(made, jobs):
    assert not {"memory_truth", "memory_needed"} & set(made.history.columns)
    told = done(jobs).select((pl.col("memory_peak") == pl.col("memory_truth")).mean()).item()
    assert told < 0.001


def test_a_job_that_went_well_has_the_peak_that_it_needed(jobs):
    short = pl.col("memory_peak") - pl.col("memory_needed")
    assert done(jobs).select(short.min(), short.max().alias("most")).row(0) >= (0, 0)
    assert done(jobs).select(short.max()).item() <= 1024


@pytest.mark.parametrize("tool", TOOLS)
def test_the_noise_between_runs_is_that_of_the_tool(jobs, tool):
    runs = done(jobs).filter(pl.col("tool") == tool)
    noise = np.log((runs["memory_needed"] / runs["memory_truth"]).to_numpy())
    inner = np.quantile(noise, [0.1587, 0.8413])
    assert (inner[1] - inner[0]) / 2 == pytest.approx(TOOLS[tool].noise, rel=0.15)


def test_a_block_of_size_one_takes_the_base_of_its_tool(jobs):
    """The median over sizes, stages, flags and corners stays near the base."""
    medians = dict(done(jobs).group_by("tool").agg(pl.col("memory_truth").median() / GIB).iter_rows())
    for name, tool in TOOLS.items():
        assert 0.4 < medians[name] / (tool.base * np.median([factor for _, factor in tool.stages])) < 2.2, (
            name
        )


def test_a_third_ask_for_nothing_and_the_others_for_several_times_what_they_use(jobs):
    assert jobs["memory_requested"].is_null().mean() == pytest.approx(1 / 3, abs=0.06)
    asked = done(jobs).filter(pl.col("memory_requested").is_not_null())
    multiple = asked.select(pl.col("memory_requested") / pl.col("memory_truth")).to_series()
    assert 3 < multiple.median() < 8
    assert (multiple >= 1).all()


def test_jobs_end_as_often_and_in_the_way_that_is_documented(jobs):
    share = {name: (jobs["exit_reason"] == name).sum() / len(jobs) for name in ("exit_code", "memory_limit")}
    assert share["exit_code"] == pytest.approx(1 / 40, abs=0.005)
    assert (jobs["state"] == "cancelled").mean() == pytest.approx(1 / 120, abs=0.002)
    assert 0.002 < share["memory_limit"] < 0.03
    killed = jobs.filter(pl.col("exit_reason") == "memory_limit")
    assert (killed["memory_needed"] > killed["memory_requested"]).all()
    assert (killed["memory_peak"].drop_nulls() < killed["memory_requested"].max() * 1.02).all()
    over = jobs.filter(pl.col("memory_needed") > pl.col("memory_requested"))
    assert (over["exit_reason"] == "memory_limit").all()


def test_only_jobs_too_short_to_be_looked_at_have_no_peak(jobs):
    assert_frame_equal(
        jobs.select(pl.col("memory_peak").is_null().alias("none")),
        jobs.select((pl.col("run_time") < SAMPLED_AFTER).alias("none")),
    )
    assert 0.005 < jobs["memory_peak"].is_null().mean() < 0.1


def test_weekends_are_quiet(jobs):
    launches = jobs.unique("job_id")["submit_time"].dt.weekday()
    weekend = (launches > 5).sum() / 2 / ((launches <= 5).sum() / 5)
    assert weekend == pytest.approx(1 / 3, abs=0.05)


def test_blocks_grow():
    """The same command in the same place needs more in the last week than in the first."""
    made = make_history(20_000, 60, seed=2)
    runs = made.history.join(made.truth, on=("job_id", "array_index"), nulls_equal=True)
    begin, end = (START + timedelta(days=day) for day in (14, 46))
    command = pl.col("command").str.replace_all(r"\d+", "#")
    early = (
        runs.filter(pl.col("submit_time") < begin).group_by(command, "user").agg(pl.median("memory_truth"))
    )
    late = runs.filter(pl.col("submit_time") > end).group_by(command, "user").agg(pl.median("memory_truth"))
    both = early.join(late, on=("command", "user"))
    assert 1.03 < both.select((pl.col("memory_truth_right") / pl.col("memory_truth")).median()).item() < 1.4


def test_most_jobs_are_near_repeats(made):
    masked = pl.col("command", "cwd").str.replace_all(r"\d+", "#")
    assert made.history.select("user", masked).n_unique() < len(made.history) / 10


def test_another_start_moves_the_times_and_nothing_else():
    moved = make_history(500, seed=1, start=datetime(2024, 1, 1, tzinfo=UTC)).history
    shift = START - datetime(2024, 1, 1, tzinfo=UTC)
    times = pl.col("submit_time", "start_time", "finish_time")
    assert_frame_equal(moved.with_columns(times + shift), make_history(500, seed=1).history)
