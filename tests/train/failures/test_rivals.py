"""What the layers are compared with."""

from dataclasses import replace

import numpy as np
import pytest

from jobcast.train.failures.rivals import RIVALS, RivalSettings, drawn, fit, simple
from jobcast.train.failures.scores import curve
from tests.train.failures.made_up_cases import made_up_cases

pytest.importorskip("sklearn", reason="scikit-learn is an extra")


@pytest.mark.parametrize("name", RIVALS)
def test_each_learns_something_though_much_is_unknown(name):
    cases = made_up_cases(3_000)
    matrix = cases.matrix.copy()
    matrix[::7, 3] = np.nan
    matrix[0, 0] = np.inf
    matrix[:, 4] = np.nan
    told = fit(name, replace(cases, matrix=matrix), RivalSettings())(made_up_cases(3_000, seed=2).matrix)
    assert ((told >= 0) & (told <= 1)).all()
    assert curve(told, made_up_cases(3_000, seed=2).failed).area > 0.7


@pytest.mark.parametrize("name", RIVALS)
def test_of_jobs_that_all_ended_alike_each_tells_that(name):
    cases = replace(made_up_cases(100), failed=np.ones(100, dtype=bool))
    assert fit(name, cases, RivalSettings())(cases.matrix).tolist() == [1.0] * 100


def test_no_more_jobs_are_drawn_than_a_rival_may_take():
    cases = made_up_cases(500)
    few = drawn(cases, RivalSettings(jobs=40))
    assert len(few) == 40
    assert set(few.asked) <= set(cases.asked)
    assert drawn(cases, RivalSettings(jobs=500)) is cases


def test_simple_answers_that_know_nothing_tell_the_base_rate():
    cases = replace(made_up_cases(3), rivals={"last_failed": np.array([1.0, np.nan, 0.0])})
    told = {name: chances.tolist() for name, chances in simple(cases, 0.25).items()}
    assert told == {"last_failed": [1.0, 0.25, 0.0], "base_rate": [0.25, 0.25, 0.25]}
