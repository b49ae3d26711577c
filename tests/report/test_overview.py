"""The whole in a few figures, counted by hand."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from jobcast.report.base import Lines, Period
from jobcast.report.scope import Scope
from tests.made_up import NEW_YEAR
from tests.report.made_up import (
    DAY_1,
    FAILED,
    JOBS,
    SCOPE,
    as_pairs,
    figure,
    made,
    near,
    report,
    report_of,
    section,
    whole,
)


def test_the_facts_count_all_jobs_however_they_ended():
    assert as_pairs(section("overview").facts) == pytest.approx(
        {
            "jobs": 28,
            "done_jobs": 19,  # all but the following
            "failed_jobs": 7,  # 9, 14, 15, 16, 17, 18, 27
            "cancelled_jobs": 2,  # 20, 21
            "users": 5,  # chen, li, wang, zhao and the script; nobody is none
            # chen 8 + 8 + 16 + 1 + 1, li 8 + 8 + 16 + 2, wang 2 + 1 + 1 + 2 + 8 + 1, nobody 1, script 1 + 6,
            # zhao 16 + 2
            "asked_core_h": 34 + 34 + 15 + 1 + 7 + 18,
            # asked for, or else used: chen 20 + 20 + 48 + 4 + 3 + 2.5, li 512 + 512 + 1024 + 1 + 4,
            # wang 16 + 4 + 4 + 4 + 0.5 + 4, script 100 + 6, zhao 32 + 40 + 19.53125 + 120 + 10
            "held_tib_h": (97.5 + 2053 + 32.5 + 106 + 221.53125) / 1024,
            "cost_money": 109 * 0.5 + 2510.53125 * 0.01,
            # request less peak where it was more: chen 18 + 16 + 40, li 2, wang 8 + 2, script 99 + 3,
            # zhao 16 + 8 + 96
            "unused_memory_money": (74 + 2 + 10 + 102 + 120) * 0.01,
        }
    )
    assert report().jobs == 28
    assert report().currency == "CNY"


def test_where_nothing_is_charged_nothing_is_said_of_money():
    facts = section("overview", report_of(JOBS, Scope(period=SCOPE.period))).facts
    assert list(as_pairs(facts)) == [
        "jobs", "done_jobs", "failed_jobs", "cancelled_jobs", "users", "asked_core_h", "held_tib_h",
    ]  # fmt: skip


def test_memory_that_one_job_lacks_does_not_make_up_for_what_another_leaves_unused():
    both = report_of([made(1, "li", "a", "x", request=3, peak=1), made(2, "li", "a", "x", request=1, peak=5)])
    assert as_pairs(section("overview", both).facts)["unused_memory_money"] == pytest.approx(2 * 0.01)


def test_days_are_those_of_the_site_and_none_is_left_out():
    trend = figure("trend")
    assert whole(trend.table) == near(
        ("day", "jobs", "failed_jobs", "request_tib_h", "peak_tib_h", "asked_core_h", "busy_core_h"),
        # 1 to 6; memory of 1, 2, 3: 20 + 20 + 48 and 2 + 4 + 8; busy 2 + 2 + 4.4 + 1 + 0.5
        ("2026-01-01", 6, 0, 88 / 1024, 14 / 1024, 34, 9.9),
        # 7 to 22, the last of which ended on the day before in UTC;
        # asked for by 7, 8, 9, 11, 12, 13, 14, 19, 21: 512 + 512 + 1024 + 16 + 4 + 4 + 4 + 100 + 6
        # used by them: 512 + 600 + 1024 + 8 + 4 + 6 + 2 + 1 + 3; busy: 8 + 4, 8 + 1.5 + 2 + 1, 0.25
        ("2026-01-02", 16, 6, 2182 / 1024, 2160 / 1024, 57, 24.75),
        ("2026-01-03", 0, 0, 0, 0, 0, 0),
        # 23 to 28: 32 + 40 + 19.53125 + 120 + 10 + 4 and 16 + 32 + 22 + 24 + 10 + 2
        ("2026-01-04", 6, 1, 225.53125 / 1024, 106 / 1024, 18, 10),
    )
    assert trend.charts == (
        Lines(name="memory_by_day", series=("request_tib_h", "peak_tib_h")),
        Lines(name="cores_by_day", series=("asked_core_h", "busy_core_h")),
    )


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (92, [("2026-01-01", 1), ("2026-01-02", 0), ("2026-01-03", 0), ("2026-01-04", 0), ("2026-01-05", 1)]),
        (93, [("2025-12-29", 1), ("2026-01-05", 1)]),  # the new year's day of 2026 is a Thursday
    ],
)
def test_more_than_92_days_are_told_by_weeks_from_monday(days, shown):
    long = replace(
        SCOPE, period=Period(since=NEW_YEAR, until=NEW_YEAR + timedelta(days=days), zone=ZoneInfo("UTC"))
    )
    jobs = [made(1, "li", "pnr", "x", at=DAY_1), made(2, "li", "pnr", "x", at=DAY_1 + 4 * 24, **FAILED)]
    assert [row[:2] for row in figure("trend", report_of(jobs, long)).table.rows] == shown
