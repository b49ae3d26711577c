"""What alarms cost and save."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.train.failures.thresholds import NEVER, Price, alarms, best_threshold, read_price

TOLD = np.array([0.9, 0.6, 0.4, 0.1])
FAILED = np.array([True, False, True, False])
COST = np.array([3600.0, 7200.0, 36000.0, 3600.0])


@pytest.mark.parametrize(
    ("text", "price"),
    [("600", Price(core_seconds=600)), ("10%", Price(share=0.1)), (" 2.5 % ", Price(share=0.025))],
)
def test_a_price_is_an_amount_or_a_share(text, price):
    assert read_price(text) == price


@pytest.mark.parametrize("text", ["", "-1", "10 %x", "a lot", "1e400", "nan"])
def test_anything_else_is_no_price(text):
    with pytest.raises(ValueError, match="no price of a false alarm"):
        read_price(text)


def test_the_threshold_is_where_price_and_savings_meet():
    found = Price(share=0.1).threshold(np.array([100.0, 5000.0, 0.0]))
    assert found.tolist() == [pytest.approx(1 / 11), pytest.approx(1 / 11), math.inf]
    assert Price(core_seconds=100).threshold(np.array([300.0])).tolist() == [0.25]


def test_the_best_threshold_is_the_one_that_would_have_saved_most():
    assert best_threshold(TOLD, FAILED, COST, Price(share=0.1)) == 0.4
    assert best_threshold(TOLD, FAILED, COST, Price(core_seconds=36_001)) == 0.9


def test_where_nothing_failed_there_is_never_an_alarm():
    never = best_threshold(TOLD, np.zeros(4, dtype=bool), COST, Price(share=0.1))
    assert never == NEVER
    found = alarms(TOLD, FAILED, COST, threshold=never, price=Price())
    assert (found.hits, found.false_alarms, found.recall, found.saved_core_hours) == (0, 0, 0.0, 0.0)
    assert math.isnan(found.precision)
    assert (found.as_json()["precision"], found.as_json()["threshold"]) == (None, None)
    assert best_threshold(*np.empty((2, 0)), np.empty(0), Price()) == NEVER


def test_alarms_are_counted_and_paid_for():
    found = alarms(TOLD, FAILED, COST, threshold=0.4, price=Price(share=0.5))
    assert found.as_json() == {
        "threshold": 0.4,
        "hits": 2,
        "missed": 0,
        "false_alarms": 1,
        "quiet": 1,
        "wasted_core_hours": 11.0,
        "caught_core_hours": 11.0,
        "paid_core_hours": 1.0,
        "recall": 1.0,
        "precision": 2 / 3,
        "saved_core_hours": 10.0,
    }


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.7]), st.booleans(), st.floats(1, 100)), min_size=1))
def test_no_other_threshold_saves_more(rows):
    told, failed, cost = map(np.array, zip(*rows, strict=True))
    price = Price(share=0.3, core_seconds=2)
    best = best_threshold(told, failed, cost, price)
    saved = [
        alarms(told, failed, cost, threshold=one, price=price).saved_core_hours
        for one in (best, *told, NEVER)
    ]
    assert saved[0] == pytest.approx(max(saved))
