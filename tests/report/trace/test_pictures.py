"""The pictures of what is wasted."""

import re

import pytest

from jobcast.language import choose
from jobcast.report.trace.pictures import drawn
from jobcast.report.trace.spread import Spread

pytest.importorskip("matplotlib")

SPREAD = Spread(count=2, zero_share=0.0, quantiles={0.5: 35380.0}, points=((35380.0, 0.5), (1e6, 1.0)))
ZEROS = Spread(count=2, zero_share=1.0, quantiles={0.5: 0.0}, points=())
BEGINS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}


@pytest.mark.parametrize("kind", BEGINS)
def test_both_distributions_are_drawn_as_each_kind_of_file_the_same_each_time(kind):
    picture = drawn(SPREAD, SPREAD, kind)
    assert picture.startswith(BEGINS[kind])
    assert drawn(SPREAD, SPREAD, kind) == picture


def test_the_picture_has_a_curve_and_the_median_for_each_of_memory_and_cores():
    choose("en")
    picture = drawn(SPREAD, SPREAD, "svg").decode()
    assert len(re.findall(r'id="axes_\d"', picture)) == 2
    assert picture.count("<!-- median 35,380 -->") == 2


def test_where_nothing_but_zeros_is_known_there_is_no_curve():
    assert "median" not in drawn(ZEROS, ZEROS, "svg").decode()
