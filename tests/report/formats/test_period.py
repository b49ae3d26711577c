"""How a report names its period, in the days of the site."""

from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest

from jobcast.language import choose
from jobcast.report.formats.period import days, filters, finished, told, when_made
from tests.report.formats.made_up import PERIOD, SMALL


def test_the_period_the_filters_and_the_making_are_one_line():
    assert told(SMALL) == (
        "jobs that finished from 2026-01-01 00:00 to 2026-01-03 00:00 · queue: pnr, short · made 2026-02-01 20:30"
    )
    choose("zh")
    assert told(SMALL) == (
        "2026-01-01 00:00 至 2026-01-03 00:00 结束的作业 · 队列：pnr, short · 生成于 2026-02-01 20:30"
    )


def test_each_filter_is_told():
    asked = replace(SMALL, filters={"user": ["chen", "{fang}"], "project": ["comet"]})
    assert [one.say() for one in filters(asked)] == ["user: chen, {fang}", "project: comet"]
    assert filters(replace(SMALL, filters={})) == []


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        (PERIOD.zone, "2026-01-01", "2026-01-02"),
        (UTC, "2025-12-31", "2026-01-02"),
        (timezone(timedelta(hours=-5)), "2025-12-31", "2026-01-02"),
    ],
)
def test_the_last_day_is_that_of_the_last_moment(zone, first, last):
    assert days(replace(SMALL, period=replace(PERIOD, zone=zone))) == (first, last)


def test_a_moment_is_told_in_the_zone_of_the_period():
    report = replace(SMALL, period=replace(PERIOD, zone=timezone(timedelta(hours=-5))))
    assert finished(report).say() == "jobs that finished from 2025-12-31 11:00 to 2026-01-02 11:00"
    assert when_made(report).say() == "made 2026-02-01 07:30"
