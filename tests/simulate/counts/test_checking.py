"""Jobs that no engine could run are refused, with the row and what it should be."""

from dataclasses import replace

import numpy as np
import pytest

from jobcast.errors import InputError
from jobcast.simulate.counts.base import EASY, Given, Rule
from jobcast.simulate.counts.engine import run
from tests.simulate.counts.logs import jobs_of

GOOD = {"submit": [0, 5], "run": [10, 10], "request": [20, 10], "processors": [4, 8]}


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ({"processors": [4, 9]}, "row 1: processors is 9, but must be from 1 to 8 (1 jobs are like that)"),
        ({"processors": [0, 0]}, "row 0: processors is 0, but must be from 1 to 8 (2 jobs are like that)"),
        ({"submit": [5, 4]}, "row 1: submit is 4, but must be from 5 to 68719476736 (1 jobs are like that)"),
        (
            {"submit": [-1, 4]},
            "row 0: submit is -1, but must be from 0 to 68719476736 (1 jobs are like that)",
        ),
        ({"run": [0, 10]}, "row 0: run is 0, but must be from 1 to 20 (1 jobs are like that)"),
        ({"run": [10, 11]}, "row 1: run is 11, but must be from 1 to 10 (1 jobs are like that)"),
        (
            {"request": [20, 1 << 50]},
            "row 1: request is 1125899906842624, but must be from 1 to 68719476736 (1 jobs are like that)",
        ),
    ],
)
def test_a_job_that_cannot_be_run_is_named(columns, complaint):
    with pytest.raises(InputError) as caught:
        run(jobs_of(**GOOD | columns), 8, EASY)
    assert caught.value.message == complaint
    assert caught.value.hint.startswith("leave these jobs out, or correct them")


def test_estimates_of_no_time_are_refused():
    rule = Rule(estimates=Given(seconds=np.array([1, 0])))
    with pytest.raises(InputError, match="row 1: estimates is 0, but must be from 1"):
        run(jobs_of(**GOOD), 8, rule)


@pytest.mark.parametrize("column", [np.array([1.5, 2.0]), np.array([1, 2, 3]), np.array([1, 2], np.int32)])
def test_columns_of_another_kind_or_length_are_refused(column):
    with pytest.raises(InputError, match=r"run is .* of shape .*; wanted are whole numbers of 64 bits"):
        run(replace(jobs_of(**GOOD), run=column), 8, EASY)


@pytest.mark.parametrize(("processors", "depth"), [(0, 1), (-4, 1), (8, -1)])
def test_a_machine_without_processors_and_a_depth_below_0_are_refused(processors, depth):
    with pytest.raises(InputError) as caught:
        run(jobs_of(**GOOD), processors, Rule(depth=depth))
    assert caught.value.hint == "give at least 1 processor, and a depth of 0 or more"


def test_no_jobs_at_all_start_never():
    nothing = jobs_of(submit=[], run=[], request=[], processors=[])
    for depth in (0, 1):
        assert len(run(nothing, 8, Rule(depth=depth)).start) == 0
