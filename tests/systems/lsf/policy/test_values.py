import pytest

from jobcast.systems.lsf.policy.values import (
    Minutes,
    TaskLimits,
    bracketed,
    count,
    cycles,
    limits,
    minutes,
    task_limits,
    truth,
)
from jobcast.systems.lsf.policy.windows import common, windows

DAY = 86_400
HOUR = 3600


@pytest.mark.parametrize(
    ("text", "seconds", "of_host"),
    [
        ("10", 600, False),
        ("1:30", 5400, False),
        ("90.0", 5400, False),
        ("60/hostA", 3600, True),
        ("0:01/Intel_E5", 60, True),
    ],
)
def test_run_limits_are_minutes_or_hours_and_minutes(text, seconds, of_host):
    assert minutes(text) == Minutes(seconds, of_host)


@pytest.mark.parametrize("text", ["", "0", "0:00", "-5", "1:2:3", "1h", "ten", "9" * 20, "٣"])
def test_other_run_times_are_told_to_be_none(text):
    with pytest.raises(ValueError, match="is no run time"):
        minutes(text)


@pytest.mark.parametrize("text", ["", "1 2 3"])
def test_limits_are_one_or_two(text):
    with pytest.raises(ValueError, match="write a maximum, or a default and a maximum"):
        limits(text)


@pytest.mark.parametrize(
    ("text", "least", "default", "most"),
    [("64", 1, 1, 64), ("4 64", 4, 4, 64), ("4 8 64", 4, 8, 64)],
)
def test_task_limits_are_the_most_or_least_and_most_or_all_three(text, least, default, most):
    assert task_limits(text) == TaskLimits(least, default, most)


@pytest.mark.parametrize("text", ["", "8 4", "1 2 3 4", "0 5", "x"])
def test_other_task_limits_are_refused(text):
    with pytest.raises(ValueError, match=r"will not do|is no whole number"):
        task_limits(text)


def test_reservation_time_is_a_number_of_cycles():
    assert cycles("MAX_RESERVE_TIME[5]") == cycles(" max_reserve_time [ 5 ] ") == 5


@pytest.mark.parametrize(
    "text", ["", "5", "MAX_RESERVE_TIME[0]", "MAX_RESERVE_TIME[]", "MAX_RESERVE_TIME[-1]"]
)
def test_other_reservation_times_are_refused(text):
    with pytest.raises(ValueError, match="MAX_RESERVE_TIME"):
        cycles(text)


def test_words_with_brackets_come_apart():
    assert bracketed("PREEMPTIVE[a+2 b] preemptable") == {"PREEMPTIVE": "a+2 b", "PREEMPTABLE": ""}


@pytest.mark.parametrize(("text", "value"), [("Y", True), ("yes", True), ("n", False), ("No", False)])
def test_truths_are_yes_or_no_in_any_case(text, value):
    assert truth(text) is value


def test_counts_are_whole():
    assert count("007") == 7
    with pytest.raises(ValueError, match="no whole number"):
        count("1.5")


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("8:30-18:00", tuple((day * DAY + 30_600, day * DAY + 64_800) for day in range(7))),
        ("5:19:00-1:8:30", ((0, 8 * HOUR + 1800), (4 * DAY + 19 * HOUR, 7 * DAY))),
        ("0:0:00-0:12:00", ((6 * DAY, 6 * DAY + 12 * HOUR),)),
        ("7:0:00-0:12:00", ((6 * DAY, 6 * DAY + 12 * HOUR),)),
        ("0-24:00", None),
        ("1:0:00-1:0:00", ((0, 7 * DAY),)),
        ("6-6", ((0, 7 * DAY),)),
        ("1:0:00-1:8:00 1:7:00-1:9:00", ((0, 9 * HOUR),)),
    ],
)
def test_windows_are_spans_of_a_week_from_monday(text, spans):
    if spans is None:
        with pytest.raises(ValueError, match="is no window"):
            windows(text)
    else:
        assert windows(text) == spans


def test_a_window_that_ends_before_it_begins_goes_on_into_the_next_day():
    night = windows("20-8")
    assert night[0] == (0, 8 * HOUR)
    assert night[1] == (20 * HOUR, DAY + 8 * HOUR)
    assert night[-1] == (6 * DAY + 20 * HOUR, 7 * DAY)
    assert windows("20 - 8") == night


@pytest.mark.parametrize(
    "text", ["8", "8-", "25-3", "8:60-9:00", "8:00-9", "8:1:00-9:1:00", "a-b", "1:2:3:4-1:2:3:4", "::-::"]
)
def test_what_is_no_window_is_refused_with_examples(text):
    with pytest.raises(ValueError, match="is no window; write 8:30-18:00"):
        windows(text)


def test_open_is_what_both_windows_leave_open():
    assert common(((0, 10), (20, 30)), ((5, 25),)) == ((5, 10), (20, 25))
    assert common((), ((5, 25),)) == common(((5, 25),), ()) == ((5, 25),)
