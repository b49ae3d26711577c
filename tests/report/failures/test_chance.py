"""Bounds and tails that can be looked up or counted."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.report.failures.chance import as_many_by_chance, wilson


@pytest.mark.parametrize(
    ("hits", "trials", "bounds"),
    [
        (0, 0, (0, 1)),
        (0, 10, (0, 0.2775)),  # R, prop.test(0, 10, correct = FALSE)
        (1, 10, (0.0179, 0.4042)),
        (5, 10, (0.2366, 0.7634)),
        (10, 10, (0.7225, 1)),
        (81, 263, (0.2553, 0.3662)),  # Newcombe 1998, table I
    ],
)
def test_the_bounds_of_a_share_are_those_of_wilson(hits, trials, bounds):
    assert wilson(hits, trials) == pytest.approx(bounds, abs=6e-5)


@given(st.integers(0, 300), st.integers(1, 300))
def test_a_share_lies_between_its_bounds(hits, trials):
    share = min(hits, trials) / trials
    low, high = wilson(min(hits, trials), trials)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1


@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from([0.0, 0.001, 0.25, 0.5, 0.99, 1.0]))
def test_the_tail_of_a_binomial_is_the_sum_of_all_ways(hits, trials, chance):
    ways = sum(
        comb(trials, one) * chance**one * (1 - chance) ** (trials - one) for one in range(hits, trials + 1)
    )
    expected = ways if hits <= trials else 0
    assert as_many_by_chance(hits, max(trials, hits), chance) >= expected * (1 - 1e-9)
    if hits <= trials:
        assert as_many_by_chance(hits, trials, chance) == pytest.approx(expected, abs=1e-12)


def test_a_hundred_thousand_trials_are_no_trouble():
    tail = 3.812533101e-10  # scipy.stats.binom.sf(1199, 100000, 0.01)
    assert as_many_by_chance(1_200, 100_000, 0.01) == pytest.approx(tail, rel=1e-6)
