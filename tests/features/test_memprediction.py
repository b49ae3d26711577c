"""A job becomes the same numbers whenever and beside whomever it is asked for."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from jobcast.features.memprediction import (
    Category,
    Embedding,
    Features,
    UserMemory,
    WordRule,
    words,
)
from jobcast.history import SCHEMA
from jobcast.units import GIB
from tests.made_up import frame, job
from tests.train.memprediction.made_up import made_up_jobs


def embedding(**known: object) -> Embedding:
    vectors = np.array([[1, 0], [0, 2], [4, 4]], np.float32)
    return Embedding(
        **{
            "column": "command",
            "method": "glove",
            "rule": WordRule.LETTERS,
            "vocabulary": ("vcs", "top", "pll"),
            "vectors": vectors,
        }
        | known
    )


def features(jobs: pl.DataFrame) -> Features:
    return Features.learn(jobs, (embedding(), embedding(column="job_name")))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (WordRule.LETTERS, ["spectre", "mt", "tb", "pll", "ss", "p", "v", "c", "sp"]),
        (WordRule.LETTERS_AND_DIGITS, ["spectre", "mt", "4", "tb", "pll", "ss0p67v125c", "sp"]),
    ],
)
def test_a_text_falls_into_words_by_the_rule(rule, expected):
    texts = pl.Series(["spectre +mt=4 tb_pll/ss0p67v125c.sp", None, "", "终"])
    assert words(texts, rule).to_list() == [expected, [], [], []]


def test_a_text_is_the_mean_over_its_known_words():
    texts = pl.Series(["vcs -top top", "pll", "unheard of", None, ""])
    expected = [[1 / 3, 4 / 3], [4, 4], [0, 0], [0, 0], [0, 0]]
    np.testing.assert_allclose(embedding().embed(texts), expected, rtol=1e-6)


def test_equal_texts_get_equal_vectors_in_any_order():
    texts = pl.Series(["vcs top", None, "pll", "vcs top", "pll", None])
    rows = embedding().embed(texts)
    np.testing.assert_array_equal(rows[[3, 5, 4]], rows[[0, 1, 2]])
    np.testing.assert_array_equal(embedding().embed(texts.reverse()), rows[::-1])


def test_the_number_of_the_nearest_cluster_is_one_more_feature():
    clustered = embedding(centres=np.array([[0, 0], [4, 4]], np.float32))
    assert clustered.names == ("command_glove_0", "command_glove_1", "command_glove_cluster")
    assert clustered.embed(pl.Series(["pll", "vcs", None]))[:, 2].tolist() == [1, 0, 0]


def test_an_embedding_without_words_maps_every_text_to_zero():
    empty = embedding(vocabulary=(), vectors=np.zeros((0, 3), np.float32))
    assert empty.embed(pl.Series(["vcs", None])).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_texts_that_all_have_the_same_number_of_words_are_no_special_case():
    assert embedding().embed(pl.Series(["vcs top", "top pll", "vcs pll"])).shape == (3, 2)


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
