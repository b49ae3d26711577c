"""What is found wrong with jobs of one kind, and what not."""

from typing import Any

import pytest

from jobcast.job import Request
from jobcast.language import phrase
from jobcast.report.kinds import Kind
from jobcast.report.rules import RULES, Finding, _rounded
from jobcast.units import GIB, MIB

HOUR = 3600.0
GOOD: dict[str, Any] = {
    "system": "lsf", "user": "li", "queue": "pnr", "kind": "place_#", "runs": 3, "hosts": 1, "fewest_hosts": 1,
    "cores": 4, "fewest_cores": 4,
    "told_runs": 3, "told_hours": 6.0, "held": 60.0, "request": 10.0, "peak": 9.0, "short_runs": 0,
    "killed_runs": 0, "killed_at": None, "killed_gib_hours": 0.0, "silent_runs": 0,
    "counted_runs": 3, "counted_hours": 6.0, "core_hours": 24.0, "least_cores": 4, "most_cores": 4, "busy": 3.9,
    "beyond_runs": 0, "beyond_cores": None, "beyond_busy": None, "beyond": 0.0,
    "timed_runs": 3, "limit": 10 * HOUR, "longest": 8 * HOUR, "overrun_runs": 0,
    "overrun_limit": None, "overrun_hours": 0.0,
}  # fmt: skip
"""Three runs of two hours each, in which everything was near to what was asked for."""


def findings(fewest_runs: int = 3, **known: Any) -> dict[str, Finding]:
    """Return what is found in runs that differ from good ones in what is `known` of them."""
    kind = Kind(**(GOOD | known))
    return {name: found for name, rule in RULES.items() if (found := rule(kind, fewest_runs)) is not None}


def test_in_good_runs_nothing_is_found():
    assert findings() == {}


def test_too_much_memory_was_asked_for_where_the_largest_peak_lies_far_below():
    assert findings(peak=4.0) == {
        "memory_over": Finding(
            runs=3,
            text=phrase("report.note_memory_over", runs="3", request="10 GiB", peak="4 GiB", amount="33"),
            request=Request(memory=4608 * MIB),  # 4.4, in steps of a half
            gib_hours=60 - 4.5 * 6,
        )
    }


@pytest.mark.parametrize(
    ("peak", "found"),
    [
        (8 / 1.1, True),  # 8 are exactly four fifths of 10
        (8.01 / 1.1, False),  # 9
    ],
)
def test_memory_is_worth_a_word_up_to_four_fifths_of_the_request(peak, found):
    assert ("memory_over" in findings(peak=peak)) is found


@pytest.mark.parametrize(
    "known",
    [
        {"told_runs": 2},
        {"short_runs": 1},
        {"killed_runs": 1},
        {"request": None},
        {"peak": None},
        {"held": 27.0},  # 4.5 GiB in 6 hours: most runs asked for less
        {"held": 20.0},
        {"runs": 20, "killed_runs": 1, "killed_at": 6.0},  # 9 GiB are advised
    ],
)
def test_too_much_memory_is_found_only_where_all_runs_agree(known):
    assert "memory_over" not in findings(**({"peak": 4.0} | known))


@pytest.mark.parametrize(("freed", "found"), [(0.1, True), (0.0999, False)])
def test_a_tenth_of_an_hour_and_more_is_worth_a_word(freed, found):
    little = {"told_hours": 1.0, "counted_hours": 1.0, "peak": 4.0, "busy": 1.0}
    told = findings(**little, held=4.5 + freed + 1e-9, core_hours=1 + freed + 1e-9)
    assert list(told) == (["memory_over", "cores_over"] if found else [])


def test_too_little_memory_was_asked_for_where_runs_used_more_or_were_killed():
    killed = {"killed_runs": 2, "killed_at": 10.0, "killed_gib_hours": 1234.5}
    assert findings(short_runs=1, peak=11.0, **killed) == {
        "memory_under": Finding(
            runs=3,
            text=phrase("report.note_memory_under", short="1", killed="2", runs="3", amount="1,234"),
            request=Request(memory=15 * GIB),  # half as much again as at the kill is more than 12.1
            gib_hours=1234.5,
        )
    }


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ({"runs": 21, "killed_runs": 1, "killed_at": 2.0}, {"memory_over": 4.5}),
        ({"runs": 20, "killed_runs": 1, "killed_at": 2.0}, {"memory_under": 4.5}),
        ({"runs": 21, "short_runs": 1}, {"memory_over": 4.5}),
        ({"runs": 20, "short_runs": 1}, {"memory_under": 4.5}),
        ({"runs": 41, "short_runs": 1, "killed_runs": 1, "killed_at": 4.0}, {"memory_over": 6}),
        ({"runs": 40, "short_runs": 1, "killed_runs": 1, "killed_at": 4.0}, {"memory_under": 6}),
        ({"runs": 100, "killed_runs": 4, "killed_at": 9.0}, {}),  # 14 would be more than was asked for
    ],
)
def test_memory_is_too_little_from_a_twentieth_of_the_runs_and_may_be_too_much_below(known, found):
    told = findings(**({"peak": 4.0} | known))
    assert {name: one.request for name, one in told.items()} == {
        name: Request(memory=round(gib * GIB)) for name, gib in found.items()
    }


@pytest.mark.parametrize(
    ("known", "advised"),
    [
        ({"short_runs": 1, "peak": 11.0}, 13),  # 12.1
        ({"killed_runs": 1, "killed_at": 8.0, "peak": 20.0}, 22),  # a run that failed otherwise came to 20
        ({"short_runs": 1, "peak": 11.0, "killed_runs": 1, "killed_at": 8.0}, 13),
        ({"killed_runs": 1, "killed_at": 8.0, "peak": None}, 12),
        ({"killed_runs": 1, "killed_at": None, "peak": 9.0}, 10),  # 9.9
        ({"killed_runs": 1, "killed_at": None, "peak": None}, None),  # nobody knows how much they needed
        ({"short_runs": 0, "killed_runs": 0}, None),
    ],
)
def test_as_much_memory_is_advised_as_peaks_and_kills_call_for(known, advised):
    found = findings(**known).get("memory_under")
    assert (found and found.request) == (None if advised is None else Request(memory=advised * GIB))


def test_no_memory_was_asked_for_where_measured_runs_tell_no_request():
    assert findings(silent_runs=3, told_runs=0, request=None, peak=0.3) == {
        "memory_open": Finding(
            runs=3,
            text=phrase("report.note_memory_open", runs="3", peak="307 MiB"),
            request=Request(memory=384 * MIB),  # 337.92 MiB, in steps of 64
        )
    }


def test_where_silent_runs_were_killed_both_findings_ask_for_as_much():
    killed = {"killed_runs": 1, "killed_at": 4.0, "killed_gib_hours": 4.0}
    found = findings(silent_runs=3, told_runs=0, request=None, peak=4.0, **killed)
    assert {name: one.request for name, one in found.items()} == {
        "memory_under": Request(memory=6 * GIB),
        "memory_open": Request(memory=6 * GIB),
    }


@pytest.mark.parametrize("known", [{"silent_runs": 2}, {"silent_runs": 3, "peak": None}])
def test_a_missing_request_is_found_only_in_enough_measured_runs(known):
    assert "memory_open" not in findings(**known)


def test_too_many_cores_were_asked_for_where_no_run_kept_them_busy():
    assert findings(busy=2.1, most_cores=8) == {
        "cores_over": Finding(
            runs=3,
            text=phrase("report.note_cores_over", runs="3", cores="8", busy="2.10", amount="6"),
            request=Request(cores=3),
            core_hours=24 - 3 * 6,
        )
    }


@pytest.mark.parametrize(
    ("busy", "advised"),
    [(0.0, 1), (1.0, 1), (1.1, 1), (1.11, 2), (2.0, 2), (2.01, 3), (3.0, 3), (3.01, None)],
)
def test_as_many_cores_are_advised_as_were_busy_and_one_where_it_was_hardly_more(busy, advised):
    found = findings(busy=busy).get("cores_over")  # 4 of 4 is above four fifths
    assert (found and found.request) == (None if advised is None else Request(cores=advised))


@pytest.mark.parametrize(("busy", "found"), [(4.0, True), (4.1, False)])
def test_cores_are_worth_a_word_up_to_four_fifths_of_the_fewest(busy, found):
    assert ("cores_over" in findings(busy=busy, least_cores=5, most_cores=5, core_hours=60.0)) is found


@pytest.mark.parametrize(
    "known",
    [
        {"counted_runs": 2},
        {"busy": None},
        {"least_cores": None},
        {"least_cores": 2},  # 2 is no more than what some run asked for
        {"core_hours": 12.0},
    ],
)
def test_too_many_cores_are_found_only_where_all_runs_agree(known):
    assert "cores_over" not in findings(**({"busy": 1.5} | known))


def test_to_ask_for_more_cores_saves_nothing_and_what_was_taken_is_only_told():
    beyond = {"beyond_runs": 2, "beyond_cores": 2, "beyond_busy": 3.2, "beyond": 2.4}
    assert findings(**beyond) == {
        "cores_under": Finding(
            runs=2,
            text=phrase("report.note_cores_under", runs="2", cores="2", busy="3.20", amount="2.40"),
            request=Request(cores=4),
        )
    }


@pytest.mark.parametrize(("fewest_runs", "beyond_runs", "found"), [(3, 2, True), (3, 1, False), (1, 1, True)])
def test_two_runs_with_too_few_cores_are_enough(fewest_runs, beyond_runs, found):
    beyond = {"beyond_runs": beyond_runs, "beyond_cores": 1, "beyond_busy": 2.0, "beyond": 1.0}
    assert ("cores_under" in findings(fewest_runs, **beyond)) is found


def test_a_limit_is_too_long_where_all_runs_ended_long_before_it():
    assert findings(longest=2 * HOUR) == {
        "limit_over": Finding(
            runs=3,
            text=phrase("report.note_limit_over", runs="3", limit="10:00:00", longest="02:00:00"),
            request=Request(run_limit=3 * HOUR),
        )
    }


@pytest.mark.parametrize(
    ("longest", "advised"),
    [
        (1.0, 600),  # at least one step of ten minutes
        (400.0, 600),
        (401.0, 1200),
        (9600.0, 4 * HOUR),  # exactly two fifths of ten hours
        (9601.0, None),
    ],
)
def test_limits_are_advised_in_steps_of_ten_minutes_up_to_two_fifths(longest, advised):
    found = findings(longest=longest).get("limit_over")
    assert (found and found.request) == (None if advised is None else Request(run_limit=advised))


@pytest.mark.parametrize(
    "known",
    [
        {"timed_runs": 2},
        {"limit": None},
        {"longest": None},
        {"longest": 10 * HOUR, "overrun_runs": 1},  # that which overran was the longest
    ],
)
def test_a_limit_is_too_long_only_where_all_runs_agree(known):
    assert "limit_over" not in findings(**({"longest": HOUR} | known))


def test_a_limit_is_too_long_for_all_although_a_run_was_ended_at_a_far_shorter_one():
    overrun = {"runs": 100, "overrun_runs": 1, "overrun_limit": 2 * HOUR, "overrun_hours": 8.0}
    found = findings(longest=2 * HOUR, **overrun)
    assert {name: one.request for name, one in found.items()} == {"limit_over": Request(run_limit=3 * HOUR)}


def test_a_limit_is_too_short_where_runs_were_ended_at_it():
    overrun = {"overrun_runs": 1, "overrun_limit": 2 * HOUR, "overrun_hours": 8.0}
    assert findings(longest=1.5 * HOUR, limit=2 * HOUR, **overrun) == {
        "limit_under": Finding(
            runs=1,
            text=phrase("report.note_limit_under", killed="1", runs="3", limit="02:00:00", amount="8"),
            request=Request(run_limit=3 * HOUR),
            core_hours=8.0,
        )
    }


@pytest.mark.parametrize(
    ("runs", "overrun_runs", "found"),
    [(20, 1, ["limit_under"]), (21, 1, []), (40, 2, ["limit_under"]), (41, 2, [])],
)
def test_a_limit_is_too_short_from_a_twentieth_of_the_runs(runs, overrun_runs, found):
    overrun = {"overrun_runs": overrun_runs, "overrun_limit": 10 * HOUR, "overrun_hours": 8.0}
    assert list(findings(runs=runs, longest=10 * HOUR, **overrun)) == found


def test_no_limit_is_advised_that_the_longest_run_would_have_reached():
    found = findings(overrun_runs=1, overrun_limit=HOUR, overrun_hours=1.0, longest=8 * HOUR)
    assert found["limit_under"].request == Request(run_limit=12 * HOUR)


def test_a_run_that_was_ended_at_a_limit_which_nobody_knows_is_left_alone():
    assert findings(overrun_runs=1, overrun_limit=None) == {}


@pytest.mark.parametrize(
    ("gib", "advised"),
    [
        (0.0, 64 / 1024),
        (1 / 1024, 64 / 1024),
        (64 / 1024, 64 / 1024),
        (65 / 1024, 128 / 1024),
        (0.99, 1),
        (1, 1),
        (1.01, 1.5),
        (7.6, 8),
        (8, 8),
        (8.01, 9),
        (31.5, 32),
        (32, 32),
        (32.1, 36),
        (126, 128),
        (128, 128),
        (129, 144),
        (511, 512),
        (512, 512),
        (513, 576),
        (2000, 2048),
        (10 * 1.1, 11),  # 11.000000000000002
    ],
)
def test_memory_is_advised_in_amounts_that_people_would_write(gib, advised):
    assert _rounded(gib) == advised
