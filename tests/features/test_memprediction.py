"""A job becomes the same numbers whenever and beside whomever it is asked for."""

from datetime import UTC, datetime

import numpy as np
import polars as pl

from jobcast.features.memprediction import Category, Features, UserMemory
from jobcast.history import SCHEMA
from jobcast.units import GIB
from tests.features.test_embedding import embedding
from tests.made_up import frame, job
from tests.train.memprediction.made_up import made_up_jobs


def features(jobs: pl.DataFrame) -> Features:
    return Features.learn(jobs, (embedding(), embedding(column="job_name")))


def test_unseen_values_share_a_category_of_their_own():
    category = Category.learn("queue", pl.DataFrame({"queue": ["sta", "pnr", None, "sta"]}))
    asked = pl.DataFrame({"queue": ["pnr", "sta", "gone", None]})
    assert category.values == ("pnr", "sta")
    assert category.code(asked).to_list() == [1, 2, 0, 0]


def test_a_stranger_has_the_memory_of_all_users():
    jobs = frame(
        job("1", user="chen", memory_peak=1 * GIB),
        job("2", user="chen", memory_peak=2 * GIB),
        job("3", user="chen", memory_peak=6 * GIB),
        job("4", user="fang", memory_peak=11 * GIB),
    )
    memory = UserMemory.learn(jobs)
    mean, median = memory.look_up(pl.Series(["fang", "chen", "nobody", None]))
    assert mean.to_list() == [11, 3, 5, 5]
    assert median.to_list() == [11, 2, 4, 4]


def test_the_request_and_the_date_are_features():
    moment = datetime(2024, 2, 29, 23, 30, tzinfo=UTC)  # a Thursday, which only the year tells
    jobs = frame(
        job(
            submit_time=moment,
            memory_requested=8 * GIB,
            cores_requested=16,
            interactive=True,
            span_hosts=1,
            memory_peak=GIB,
        )
    )
    learnt = Features.learn(jobs, ())
    row = dict(zip(learnt.names, learnt.matrix(jobs)[0].tolist(), strict=True))
    assert row == {
        "user": 1,
        "project": 0,
        "queue": 1,
        "day_of_week": 4,
        "hour_of_day": 23,
        "month": 2,
        "rusage_mem": 8,
        "processors_requested": 16,
        "interactive": 1,
        "span_hosts": 1,
        "user_max_mem_mean": 1,
        "user_max_mem_median": 1,
    }


def test_without_a_submission_the_start_is_the_moment():
    start = datetime(2024, 3, 1, 5, tzinfo=UTC)
    jobs = frame(job(submit_time=None, start_time=start, memory_peak=GIB))
    learnt = Features.learn(jobs, ())
    assert learnt.matrix(jobs)[0, learnt.names.index("hour_of_day")] == 5


def test_a_submission_about_which_nothing_is_known_has_features_all_the_same():
    learnt = features(made_up_jobs())
    unknown = pl.DataFrame({"job_id": ["1"]}, schema={"job_id": pl.String}).select(
        pl.lit(None, dtype=kind).alias(name) for name, kind in SCHEMA.items()
    )
    row = learnt.matrix(unknown)[0]
    assert np.isfinite(row).all()


def test_a_job_alone_has_the_features_it_has_among_others():
    jobs = made_up_jobs(40)
    learnt = features(jobs)
    together = learnt.matrix(jobs)
    for number in (0, 7, 39):
        np.testing.assert_array_equal(learnt.matrix(jobs[number : number + 1])[0], together[number])


def test_usage_is_not_read():
    jobs = made_up_jobs(20)
    learnt = features(jobs)
    usage = ("memory_peak", "memory_mean", "cpu_time", "run_time")
    before = jobs.with_columns(pl.lit(None, dtype=SCHEMA[name]).alias(name) for name in usage)
    np.testing.assert_array_equal(learnt.matrix(before), learnt.matrix(jobs))


def test_each_column_of_the_matrix_has_a_name():
    learnt = features(made_up_jobs(5))
    assert len(learnt.names) == len(set(learnt.names)) == learnt.matrix(made_up_jobs(5)).shape[1] == 12 + 4
