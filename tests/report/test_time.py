"""Run limits and waiting, counted by hand."""

import pytest

from jobcast.language import phrase
from jobcast.report.base import Bars, Density
from tests.report.made_up import (
    as_pairs,
    figure,
    made,
    near,
    report_of,
    section,
    whole,
)

NOBODY = phrase("report.nobody")


def test_the_facts_tell_of_limits_and_waits():
    assert as_pairs(section("time").facts) == pytest.approx(
        {
            "limited_jobs": 5,  # 1, 2, 3, 10, 14
            "limit_used_median_share": 0.4,  # of 0.2, 0.2, 0.4, 1, 1
            "wait_median_h": 1,
            # of the 26 that started 21 and 22 waited for 0, 3 for 2, 7 and 8 for 3, 9 for 4, all others for 1;
            # 90 % of them: half the way from the 23rd, which waited for 2, to the 24th, which waited for 3
            "wait_p90_h": 2.5,
        }
    )
    assert section("time").remarks == ()


def test_jobs_are_counted_by_the_share_of_their_limit_that_they_used():
    shares = figure("limit_shares")
    assert whole(shares.table) == near(
        ("used_of_limit", "jobs", "left_mean_h"),
        ("0-10 %", 0, None),
        ("10-20 %", 2, 8),  # 1, 2: 2 of 10 hours each
        ("20-30 %", 0, None),
        ("30-40 %", 1, 6),  # 3
        ("40-50 %", 0, None),
        ("50-60 %", 0, None),
        ("60-70 %", 0, None),
        ("70-80 %", 0, None),
        ("80-90 %", 0, None),
        ("90-100 %", 2, 0),  # 10, 14
        ("> 100 %", 0, None),
    )
    assert shares.charts == (Bars(name="limit_histogram", series=("jobs",)),)


@pytest.mark.parametrize("limit", [60.0, 1320.0, 3600.0, 7200.0, 86_400.0])
def test_a_share_of_whole_tenths_lies_in_the_interval_that_it_ends(limit):
    jobs = [made(n, "li", "a", "x", run_limit=limit, run_time=limit * n / 10) for n in range(1, 12)]
    assert figure("limit_shares", report_of(jobs)).table.column("jobs") == [1] * 11


def test_what_ran_beyond_its_limit_left_nothing_and_what_has_none_or_never_ran_is_not_counted():
    jobs = [
        made(1, "li", "a", "x", hours=3, limit=1),
        made(2, "li", "a", "x", hours=2, limit=1),
        made(3, "li", "a", "x", limit=0),
        made(4, "li", "a", "x"),
        made(5, "li", "a", "x", hours=0, limit=1),
        made(6, "li", "a", "x", hours=None, limit=1),
        made(7, "li", "a", "x", run_limit=1.0, run_time=0.5),
    ]
    found = report_of(jobs)
    facts = as_pairs(section("time", found).facts)
    assert (facts["limited_jobs"], facts["limit_used_median_share"]) == (3, 2)
    rows = [row for row in figure("limit_shares", found).table.rows if row[1]]
    assert rows == near(("40-50 %", 1, 0.5 / 3600), ("> 100 %", 2, 0))


def test_the_scatter_counts_jobs_in_cells_of_half_a_doubling():
    cells = figure("limit_cells")
    assert whole(cells.table) == near(
        ("run_from_h", "limit_from_h", "jobs"),
        (1, 1, 2),  # 10, 14
        (2, 2**3, 2),  # 1, 2: a limit of 10, below 2^3.5 = 11.3
        (4, 2**3, 1),  # 3
    )
    axes = {"across": "run_from_h", "up": "limit_from_h", "jobs": "jobs"}
    assert cells.charts == (Density(name="limit_scatter", **axes, steps=2),)


def test_waiting_is_told_by_queue():
    queues = figure("wait_queues")
    assert whole(queues.table) == near(
        ("queue", "jobs", "wait_median_h", "wait_p90_h", "wait_max_h"),
        ("pnr", 16, 1, 3, 4),  # 0, 0, ten times 1, 2, 3, 3, 4
        ("syn", 7, 1, 1, 1),
        (NOBODY, 2, 1, 1, 1),  # 15 and 19
        ("gpu", 1, 1, 1, 1),
    )
    drawn = ("wait_median_h", "wait_p90_h")
    assert queues.charts == (Bars(name="wait_by_queue", series=drawn),)


def test_the_thirty_queues_with_most_jobs_are_told():
    jobs = [made(n, "li", f"q{n:02}", "x") for n in range(31)]
    rows = figure("wait_queues", report_of([*jobs, made(31, "li", "q30", "x")])).table.column("queue")
    assert rows == ["q30", *(f"q{n:02}" for n in range(29))]


def test_waiting_is_told_by_the_number_of_cores():
    sizes = figure("wait_sizes")
    nothing = (0, None, None, None)
    assert whole(sizes.table) == near(
        ("cores_asked", "jobs", "wait_median_h", "wait_p90_h", "wait_max_h"),
        ("1", 9, 1, 1, 1),  # 4, 5, 11, 12, 13, 17, 19, 22, 24
        ("2", 4, 1, 1, 1),  # 10, 14, 16, 21
        ("3-4", 3, 1, 1.8, 2),  # 1, 2, 3: 1, 1, 2
        ("5-8", 3, 3, 3.8, 4),  # 7, 8, 9: 3, 3, 4
        ("9-16", 2, 1, 1, 1),  # 15, 23
        ("17-32", *nothing),
        ("33-64", *nothing),  # 20 never started
        ("65-128", *nothing),
        ("129+", *nothing),
    )
    assert sizes.charts == (Bars(name="wait_by_size", series=("wait_median_h", "wait_p90_h")),)


def test_where_nothing_is_told_of_limits_and_waits_it_is_said():
    nothing = section("time", report_of([made(1, "li", "a", "x", wait=None)]))
    assert nothing.remarks == (phrase("report.no_limits"), phrase("report.no_waits"))
    assert nothing.figures == ()
    assert as_pairs(nothing.facts) == {
        "limited_jobs": 0,
        "limit_used_median_share": None,
        "wait_median_h": None,
        "wait_p90_h": None,
    }


def test_a_start_before_the_submission_is_no_wait():
    early = made(1, "li", "a", "x", wait=-0.05)
    assert as_pairs(section("time", report_of([early])).facts)["wait_median_h"] == 0
