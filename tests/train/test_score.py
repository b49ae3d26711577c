"""Scores, computed by hand."""

import json

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from jobcast.train.score import Score, intervals, score, wastage

HOUR = 3600.0
NAN = float("nan")


def answers(*rows: tuple[float, float | None, float | None, float | None]) -> pl.DataFrame:
    """Return answers as (memory_peak, median, request, run_time)."""
    columns = ["memory_peak", "median", "request", "run_time"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.Float64), orient="row")


def test_a_request_that_suffices_wastes_what_is_not_used():
    assert wastage(np.array([3.0, 4.0]), np.array([10.0, 4.0])).tolist() == [7.0, 0.0]


def test_a_request_that_is_too_small_is_held_in_vain_and_doubled():
    # 1 fails, 2 fails, 4 fails, 8 holds 6: 1 + 2 + 4 + (8 - 6)
    assert wastage(np.array([6.0]), np.array([1.0])).tolist() == [9.0]
    # 3 fails, 6 is exactly enough
    assert wastage(np.array([6.0]), np.array([3.0])).tolist() == [3.0]


def test_a_request_of_nothing_ends_somewhere():
    lost = wastage(np.array([1.0, 1.0]), np.array([0.0, -5.0]))
    assert lost == pytest.approx([1.0 - 2.0**-20] * 2)  # 2^-20 + 2^-19 + ... + 1/2


def test_wastage_leaves_what_it_was_given_as_it_was():
    request = np.array([1.0, 2.0])
    wastage(np.array([8.0, 8.0]), request)
    assert request.tolist() == [1.0, 2.0]


def test_a_score_is_what_comes_out_by_hand():
    found = score(
        answers(
            (4.0, 5.0, 10.0, 2 * HOUR),  # over by 6 for 2 h; error 1/4
            (8.0, 2.0, 4.0, HOUR),  # under by 4 for 1 h, one retry with 8: 4 wasted; error 3/4
            (1.0, 1.0, 1.0, None),  # exactly, and nobody knows how long
            (2.0, None, None, HOUR),
            (2.0, NAN, NAN, HOUR),
        )
    )
    assert found == Score(
        jobs=3,
        unanswered=2,
        exceeded_share=pytest.approx(1 / 3),
        over_gib=6.0,
        under_gib=4.0,
        over_gib_h=12.0,
        under_gib_h=4.0,
        wastage_gib_h=16.0,
        median_error=0.25,
        mean_error_gib=pytest.approx(7 / 3),
        within_factor_2=pytest.approx(2 / 3),
    )


@pytest.mark.parametrize("unanswered", [0, 2])
def test_where_nothing_was_answered_there_are_no_shares(unanswered):
    found = score(answers(*[(1.0, None, None, HOUR)] * unanswered))
    assert found.as_dict() == {
        "jobs": 0,
        "unanswered": unanswered,
        "exceeded_share": None,
        "over_gib": 0,
        "under_gib": 0,
        "over_gib_h": 0,
        "under_gib_h": 0,
        "wastage_gib_h": 0,
        "median_error": None,
        "mean_error_gib": None,
        "within_factor_2": None,
    }
    json.dumps(found.as_dict(), allow_nan=False)


def test_perfect_knowledge_wastes_nothing():
    found = score(answers((4.0, 4.0, 4.0, HOUR), (0.5, 0.5, 0.5, HOUR)))
    assert (found.exceeded_share, found.wastage_gib_h, found.median_error, found.within_factor_2) == (
        0,
        0,
        0,
        1,
    )


def test_the_table_of_intervals_holds_each_upper_bound_and_stays_empty_where_no_job_is():
    table = intervals(
        answers(
            (1.0, 2.0, 2.0, HOUR),  # in (-inf, 1]: +1, +100 %
            (0.5, 0.25, 0.25, HOUR),  # in (-inf, 1]: -0.25, -50 %, exceeded
            (1.5, 1.5, 3.0, HOUR),
            (600.0, 300.0, 500.0, HOUR),
            (5.0, None, None, HOUR),
        )
    )
    names = [
        "(-inf, 1.0]", "(1.0, 2.0]", "(2.0, 4.0]", "(4.0, 8.0]", "(8.0, 16.0]", "(16.0, 32.0]", "(32.0, 64.0]",
        "(64.0, 128.0]", "(128.0, 256.0]", "(256.0, 512.0]", "(512.0, inf]",
    ]  # fmt: skip
    none = [None] * 8
    expected = pl.DataFrame(
        {
            "max_mem_interval": names,
            "max_mem_num": [2, 1, *[0] * 8, 1],
            "pre_mem_diff": [0.375, 0.0, *none, -300.0],
            "pre_mem_diff_rate": [25.0, 0.0, *none, -50.0],
            "exceeded_share": [0.5, 0.0, *none, 1.0],
        }
    )
    assert_frame_equal(table, expected, check_dtypes=False)


def test_the_table_of_no_answers_has_all_intervals():
    table = intervals(answers(), bins=(float("-inf"), 0.0, 2.0, float("inf")))
    assert table.rows() == [("(-inf, 2.0]", 0, None, None, None), ("(2.0, inf]", 0, None, None, None)]
