"""Cumulative distributions."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from jobcast.report.trace.spread import SHARES, Spread, spread_of


def test_each_amount_is_told_with_the_share_that_does_not_exceed_it():
    assert spread_of(pl.Series([4.0, None, 0.0, 1.0, 1.0])) == Spread(
        count=4,
        zero_share=0.25,
        quantiles={0.1: 0.0, 0.25: 0.0, 0.5: 1.0, 0.75: 1.0, 0.9: 4.0, 0.99: 4.0},
        points=((1.0, 0.75), (4.0, 1.0)),
    )


def test_of_nothing_known_there_is_none():
    assert spread_of(pl.Series([], dtype=pl.Float64)) is None
    assert spread_of(pl.Series([None, None], dtype=pl.Float64)) is None


def test_of_zeros_only_there_are_no_points_on_a_logarithmic_axis():
    found = spread_of(pl.Series([0.0, 0.0]))
    assert found is not None
    assert (found.zero_share, found.points) == (1, ())


def test_of_a_million_amounts_some_hundreds_are_told_the_largest_among_them():
    found = spread_of(pl.int_range(1, 1_000_001, eager=True).cast(pl.Float64))
    assert found is not None
    assert len(found.points) <= 501
    assert found.points[-1] == (1e6, 1.0)
    assert all(abs(share - amount / 1e6) < 1e-9 for amount, share in found.points)


AMOUNTS = st.lists(
    st.sampled_from([0.0, 0.5, 1.0, 2.0, 7.0, 100.0]) | st.floats(0, 1e9), min_size=1, max_size=700
)


@given(AMOUNTS)
def test_shares_are_what_counting_gives(amounts):
    found = spread_of(pl.Series(amounts))
    assert found is not None
    for amount, share in found.points:
        assert share == sum(one <= amount for one in amounts) / len(amounts)
    assert list(found.points) == sorted(found.points)
    for part in SHARES:
        assert sum(one <= found.quantiles[part] for one in amounts) >= part * len(amounts) - 1e-6
