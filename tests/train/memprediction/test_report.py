"""The report has the manual's columns and means the same by them."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from jobcast.train.memprediction.report import make_report

INF = float("inf")


def test_the_table_is_the_manuals():
    true = np.array([0.5, 1.0, 1.5, 2.0, 100.0])
    predicted = np.array([1.0, 0.5, 3.0, 1.0, 50.0])
    report = make_report(predicted, true, (-INF, 1, 2, 4, INF), {"mae": 10.6})
    expected = pl.DataFrame(
        {
            "max_mem_interval": ["(-inf, 1.0]", "(1.0, 2.0]", "(2.0, 4.0]", "(4.0, inf]"],
            "max_mem_num": [2, 2, 0, 1],
            "pre_mem_diff": [0.0, 0.25, None, -50.0],
            "pre_mem_diff_rate": [25.0, 25.0, None, -50.0],
        }
    )
    assert_frame_equal(report.table, expected)
    assert report.rmse == pytest.approx(((0.25 + 0.25 + 2.25 + 1 + 2500) / 5) ** 0.5)
    assert report.mse == pytest.approx(report.rmse**2)
    assert report.metrics == {"mae": 10.6}
    assert report.split == "random"


def test_a_job_that_used_nothing_has_a_difference_but_no_rate():
    report = make_report(np.array([1.0, 2.0]), np.array([0.0, 1.0]), (-INF, 1, INF), {})
    assert report.table["pre_mem_diff"].to_list() == [1.0, None]
    assert report.table["pre_mem_diff_rate"].to_list() == [100.0, None]


def test_a_job_outside_all_bounds_counts_only_for_the_whole():
    report = make_report(np.array([2.0, 2.0]), np.array([1.0, 9.0]), (0, 4), {})
    assert report.table["max_mem_num"].to_list() == [1]
    assert report.rmse == 5.0
