"""What training takes out of a history."""

from datetime import timedelta

import numpy as np

from jobcast.train.material import COLUMNS, material
from jobcast.units import GIB
from tests.made_up import NEW_YEAR, frame, job

HISTORY = frame(
    job("1", memory_peak=8 * GIB, finish_time=NEW_YEAR + timedelta(hours=3)),
    job("2", memory_peak=None, finish_time=NEW_YEAR + timedelta(hours=1)),
    job("3", memory_peak=0, finish_time=NEW_YEAR + timedelta(hours=1)),
    job("4", memory_peak=4 * GIB, state="failed", finish_time=NEW_YEAR + timedelta(hours=1)),
    job("5", memory_peak=2 * GIB, finish_time=NEW_YEAR + timedelta(hours=2)),
)


def test_only_jobs_that_ended_well_with_a_measured_peak_teach():
    stuff = material(HISTORY.select(COLUMNS))
    assert stuff.teaches.tolist() == [True, False, False, False, True]
    np.testing.assert_array_equal(stuff.peak, [33, np.nan, np.nan, 32, 31])


def test_what_had_finished_by_a_moment_comes_in_order_of_its_finish():
    stuff = material(HISTORY)
    begin = int(NEW_YEAR.timestamp())
    assert stuff.finished_by(begin + 3 * 3600).rows.tolist() == [4, 0]
    assert stuff.finished_by(begin + 3 * 3600 - 1).rows.tolist() == [4]
    assert stuff.finished_by(begin).rows.tolist() == []


def test_an_empty_history_gives_empty_material():
    stuff = material(HISTORY.clear())
    assert (len(stuff.submissions), len(stuff.finish), stuff.teaches.tolist()) == (0, 0, [])
