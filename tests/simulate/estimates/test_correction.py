from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.simulate.estimates.correction import CORRECTION_NAMES, CORRECTIONS, STEPS, CorrectionName

LONG = 10**6


def corrected(name: CorrectionName, first: int, request: int) -> list[int]:
    """Return the estimates of a job that outruns all of them, up to its request."""
    estimates = [first]
    while estimates[-1] < request:
        estimates.append(CORRECTIONS[name](first, len(estimates) - 1, request))
    return estimates


def test_the_request_is_what_remains_of_a_wrong_estimate() -> None:
    assert corrected("request", 100, LONG) == [100, LONG]


def test_steps_are_added_to_the_first_estimate_one_after_another() -> None:
    assert corrected("incremental", 100, LONG) == [100, *(100 + step for step in STEPS), LONG]
    assert corrected("incremental", 100, 1500) == [100, 160, 400, 1000, 1500]


def test_an_estimate_is_doubled_until_the_request_is_reached() -> None:
    assert corrected("doubling", 100, 1500) == [100, 200, 400, 800, 1500]


def test_an_estimate_is_doubled_beyond_the_request_where_nothing_caps_it() -> None:
    assert corrected("doubling-uncapped", 100, 1500) == [100, 200, 400, 800, 1600]


@pytest.mark.parametrize("name", [name for name in CORRECTION_NAMES if name != "doubling-uncapped"])
@given(request=st.integers(2, 10**9), share=st.floats(0, 1))
def test_each_correction_is_longer_than_the_estimate_before_it_and_ends_at_the_request(
    name: CorrectionName, request: int, share: float
) -> None:
    estimates = corrected(name, max(1, int(share * (request - 1))), request)
    assert all(before < after for before, after in pairwise(estimates))
    assert estimates[-1] == request
