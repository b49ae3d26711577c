"""Whose jobs failed, and at what cost."""

from jobcast.language import phrase
from jobcast.report.base import Ring
from tests.report.failures.made_up import failures
from tests.report.made_up import FAILED, figure, made, near, report_of, whole

NOBODY = phrase("report.nobody")
COLUMNS = ("share", "core_h", "gib_h", "gpu_h", "money", "failed_jobs", "failed_share")


def test_failed_jobs_are_told_by_user_without_those_that_were_cancelled():
    users = figure("failure_users")
    assert whole(users.table) == near(
        ("user", *COLUMNS),
        ("li", 16 / 28, 16, 1024, 0, 18.24, 1, 1 / 5),  # 9, of 7 to 10 and 28
        ("wang", 11 / 28, 11, 8.5, 0, 5.585, 3, 1 / 2),  # 14, 15, 16: 2 + 8 + 1
        (NOBODY, 1 / 28, 1, 0, 2, 0.5, 2, 1),  # 17, 18
    )
    assert users.charts == (Ring(name="failed_core_hours_user", value="core_h", first=10),)


def test_failed_jobs_are_told_by_project_and_queue():
    assert whole(figure("failure_projects").table) == near(
        ("project", *COLUMNS),
        (NOBODY, 27 / 28, 27, 1042.5, 0, 23.925, 6, 6 / 25),
        ("p1", 1 / 28, 1, 0, 2, 0.5, 1, 1),
    )
    assert whole(figure("failure_queues").table) == near(
        ("queue", *COLUMNS),
        ("pnr", 18 / 28, 18, 1038, 2, 19.38, 5, 5 / 16),
        (NOBODY, 8 / 28, 8, 0.5, 0, 4.005, 1, 1 / 2),
        ("syn", 2 / 28, 2, 4, 0, 1.04, 1, 1 / 7),
    )


def test_where_no_job_tells_its_project_nothing_is_said_of_projects():
    names = [figure.name for figure in failures([made(1, "li", None, "x", **FAILED)]).figures]
    assert "failure_users" in names
    assert not {"failure_projects", "failure_queues"} & {*names}


def test_where_no_cores_are_known_people_are_ordered_by_their_failed_jobs():
    jobs = [made(n, "li" if n else "wang", "a", "x", **FAILED) for n in range(4)]
    rows = figure("failure_users", report_of(jobs)).table.rows
    assert [(row[0], row[1], row[2]) for row in rows] == [("li", 0.75, 0), ("wang", 0.25, 0)]


def test_beyond_fifteen_queues_the_others_stand_together():
    jobs = [made(n, "li", f"q{n:02}", "x", **FAILED, cores=30 - n) for n in range(17)]
    rows = figure("failure_queues", report_of(jobs)).table.rows
    assert [row[0] for row in rows] == [*(f"q{n:02}" for n in range(15)), phrase("report.others", people="2")]
    assert rows[-1][2] == 15 + 14
