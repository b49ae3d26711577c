"""What moved an answer most is told by rung, the strongest first."""

import numpy as np
import pytest

from jobcast.forecast import Contribution
from jobcast.predict.contributions import strongest


def test_features_of_one_rung_count_together_and_the_strongest_comes_first():
    names = ("user:mean", "cores", "user:last", "hour")
    assert strongest(names, np.array([1.0, -0.5, 1.0, 0.0]), base=2.0) == (
        Contribution(feature="user", factor=4.0),
        Contribution(feature="cores", factor=0.7071),
        Contribution(feature="hour", factor=1.0),
    )


def test_of_equals_the_first_by_name_comes_first_and_five_are_told():
    told = strongest(tuple("gfedcba"), np.full(7, -1.0), base=np.e)
    assert [one.feature for one in told] == list("abcde")
    assert told[0].factor == pytest.approx(1 / np.e, abs=1e-4)
