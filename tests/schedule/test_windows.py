"""When a queue is open during the week."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.schedule.windows import WEEK, is_open, next_change, next_opening

HOUR = 3600
WORK = tuple((day * 24 * HOUR + 8 * HOUR, day * 24 * HOUR + 17 * HOUR) for day in range(5))
MONDAY = 1_000_000


@pytest.mark.parametrize(
    ("day", "hour", "is_now", "opens", "changes"),
    [
        (0, 7, False, 1, 1),
        (0, 8, True, 0, 9),
        (0, 16, True, 0, 1),
        (0, 17, False, 15, 15),
        (4, 17, False, 63, 63),
        (6, 23, False, 9, 9),
    ],
)
def test_windows_open_and_close_by_the_week(
    day: int, hour: int, is_now: bool, opens: int, changes: int
) -> None:
    for week in (-2, 0, 3):
        now = MONDAY + week * WEEK + (day * 24 + hour) * HOUR
        assert is_open(WORK, now, MONDAY) is is_now
        assert next_opening(WORK, now, MONDAY) == now + opens * HOUR
        assert next_change(WORK, now, MONDAY) == now + changes * HOUR


def test_without_windows_all_is_open() -> None:
    assert is_open((), 5, 0)
    assert next_change((), 5, 0) is None
    assert next_opening((), 5, 0) == 5


def test_a_window_to_the_end_of_the_week_goes_on_in_the_next() -> None:
    weekend = ((0, HOUR), (WEEK - HOUR, WEEK))
    assert is_open(weekend, WEEK - 1, 0)
    assert is_open(weekend, WEEK, 0)
    assert next_opening(weekend, 2 * HOUR, 0) == WEEK - HOUR


@given(st.integers(-2 * WEEK, 2 * WEEK))
def test_it_is_open_when_it_next_opens_and_nothing_changes_before_the_next_change(now: int) -> None:
    assert is_open(WORK, next_opening(WORK, now, MONDAY), MONDAY)
    change = next_change(WORK, now, MONDAY)
    assert change is not None
    assert now < change
    assert is_open(WORK, change - 1, MONDAY) == is_open(WORK, now, MONDAY)
