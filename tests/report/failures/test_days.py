"""When jobs failed."""

from datetime import timedelta

from jobcast.report.base import Bars, Lines
from jobcast.report.failures.chance import wilson
from tests.made_up import NEW_YEAR
from tests.report.failures.made_up import broken
from tests.report.made_up import FAILED, figure, made, near, report_of, whole

REASONS = (
    "memory_limit_jobs",
    "run_limit_jobs",
    "node_jobs",
    "preempted_jobs",
    "exit_code_jobs",
    "unknown_jobs",
)


def test_failures_are_told_by_day_and_reason():
    days = figure("failure_days")
    assert whole(days.table) == near(
        ("day", "jobs", "failed_jobs", "failed_share", "core_h", *REASONS),
        ("2026-01-01", 6, 0, 0, 0, *[0] * 6),  # 1 to 6
        ("2026-01-02", 14, 6, 6 / 14, 28, 1, 1, 1, 1, 1, 1),  # 7 to 19, and 22 late on the day before
        ("2026-01-03", 0, 0, None, 0, *[0] * 6),
        ("2026-01-04", 6, 1, 1 / 6, 0, 1, *[0] * 5),  # 23 to 28
    )
    assert days.charts == (
        Bars(name="failures_by_day", series=REASONS, stacked=True),
        Lines(name="failed_share_by_day", series=("failed_share",)),
    )


def test_only_reasons_that_there_were_have_a_column_and_all_unknown_to_us_one_together():
    days = figure("failure_days", broken())
    assert [column.name for column in days.table.columns[5:]] == ["exit_code_jobs", "other_jobs"]
    assert days.table.rows[0][:3] == (
        "2026-01-01",
        17,
        8,
    )  # a kind on all hosts, all others on one; and the odd one


def test_failures_are_told_by_the_hour_of_the_sites_zone():
    jobs = [made(n, "li", "a", "x") | {"finish_time": NEW_YEAR + timedelta(hours=n)} for n in range(20)]
    jobs += [made(30, "li", "a", "x", **FAILED) | {"finish_time": NEW_YEAR + timedelta(hours=16, minutes=59)}]
    hours = figure("failure_hours", report_of(jobs))
    rows = hours.table.rows
    assert [row[0] for row in rows] == [f"{hour:02}:00" for hour in range(24)]
    assert rows[0] == ("00:00", 2, 1, 0.5, wilson(1, 2)[0])
    assert rows[1:4] == (("01:00", 1, 0, 0, 0), ("02:00", 1, 0, 0, 0), ("03:00", 1, 0, 0, 0))
    assert rows[4] == ("04:00", 0, 0, None, None)
    assert hours.charts == (Bars(name="failures_by_hour", series=("failed_share", "failed_low_share")),)
