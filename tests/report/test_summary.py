"""Which jobs a report is about, and which of its parts are made."""

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from jobcast.report.summary import SECTIONS, Reader
from tests.made_up import frame
from tests.report.made_up import DAY_2, JOBS, MADE, PERIOD, SCOPE, made, report, report_of


def jobs_found(*jobs, **scope) -> int:
    return report_of(jobs, replace(SCOPE, **scope)).jobs


def test_a_period_holds_its_first_moment_and_not_its_last_one():
    moments = [PERIOD.since, PERIOD.until]
    instant = timedelta(microseconds=1)
    inside = [
        jobs_found(made(1, "li", "pnr", "x") | {"finish_time": moment + step})
        for moment in moments
        for step in (-instant, timedelta(0))
    ]
    assert inside == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("filters", "jobs"),
    [
        ({}, 28),
        ({"user": ()}, 28),
        ({"user": ["li"]}, 5),
        ({"user": ["li", "wang"]}, 11),
        ({"user": ["li"], "queue": ["gpu"]}, 1),
        ({"queue": ["gpu", "syn"], "user": ()}, 8),
        ({"user": ["nobody"]}, 0),
        ({"project": ["p"]}, 0),
    ],
)
def test_only_jobs_with_these_values_are_counted(filters, jobs):
    found = report_of(JOBS, replace(SCOPE, filters=filters))
    assert found.jobs == jobs
    assert found.filters == {column: values for column, values in filters.items() if values}


@pytest.mark.parametrize(
    ("seconds", "jobs"),
    [
        (0.0, 28),
        (1.0, 25),  # neither 18 and 20, of which nobody knows it, nor 22, which ran for no time
        (1800.0, 25),
        (1801.0, 22),  # nor 15, 16, 27
        (4 * 3600.0, 1),
        (1e9, 0),
    ],
)
def test_jobs_that_ran_for_less_are_left_out(seconds, jobs):
    assert jobs_found(*JOBS, min_run_time=seconds) == jobs


@pytest.mark.parametrize("wanted", [SECTIONS, (), ("memory",), ("time", "cpu"), ("overview",)])
def test_the_overview_stands_first_and_the_wanted_sections_in_their_order(wanted):
    found = report_of(JOBS, sections=wanted)
    assert found.sections == tuple(
        section for section in report().sections if section.name == "overview" or section.name in wanted
    )
    on = {"memory": "memory_", "cpu": "cores_", "time": "limit_"}
    about = tuple(on[name] for name in wanted if name in on)
    assert set(found.notes) == {
        note for note in report().notes if not about or note.finding.startswith(about)
    }


def test_the_history_is_read_once_for_each_section_and_twice_for_failures_and_notes():
    heard, times = [], []

    def collect(questions):
        times.append(len(questions))
        return pl.collect_all(questions)

    found = report_of(JOBS, reader=Reader(collect=collect, progress=heard.append))
    assert heard == [*SECTIONS, "notes"]
    assert len(times) == 9
    assert found == report()


def test_the_order_of_the_history_changes_nothing():
    assert report_of(tuple(reversed(JOBS))) == report()
    assert report_of(frame(*JOBS).sort("user", "job_id")) == report()


def test_a_report_tells_what_it_is_about():
    found = report_of(JOBS, replace(SCOPE, filters={"queue": ["pnr"]}))
    assert (found.period, found.made, found.filters) == (PERIOD, MADE, {"queue": ["pnr"]})
    assert report_of([made(1, "li", "pnr", "x", at=DAY_2)]).currency == "CNY"
