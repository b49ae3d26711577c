"""Memory asked for against memory used, counted by hand."""

import pytest

from jobcast.language import phrase
from jobcast.report.base import Bars, Density
from tests.report.made_up import FAILED, as_pairs, figure, made, near, report_of, section, whole


def test_the_facts_compare_jobs_that_ended_well_and_were_measured():
    assert as_pairs(section("memory").facts) == pytest.approx(
        {
            "measured_jobs": 17,  # 1 to 8, 11, 12, 13, 19, 23, 24, 25, 26, 28
            "without_request_jobs": 3,  # 4, 5, and 6 which asked for 0
            "compared_jobs": 14,
            # chen 20 + 20 + 48, li 512 + 512 + 4, wang 16 + 4 + 4, script 100, zhao 32 + 40 + 19.53125 + 120
            "memory_requested_tib_h": (88 + 1028 + 24 + 100 + 211.53125) / 1024,
            # chen 2 + 4 + 8, li 512 + 600 + 2, wang 8 + 4 + 6, script 1, zhao 16 + 32 + 22 + 24
            "memory_used_tib_h": (14 + 1114 + 18 + 1 + 94) / 1024,
            "memory_efficiency_share": 1241 / 1451.53125,
            # chen 18 + 16 + 40, li 2, wang 8, script 99, zhao 16 + 8 + 96
            "over_tib_h": (74 + 2 + 8 + 99 + 120) / 1024,
            "under_tib_h": (88 + 2 + 2.46875) / 1024,  # 8, 13 and 25, an hour each
            # chen 9 + 8 + 10, li 2, wang 4, script 99, zhao 16 + 4 + 32
            "over_tib": (27 + 2 + 4 + 99 + 52) / 1024,
            "under_tib": (88 + 2 + 2.46875) / 1024,
        }
    )
    assert section("memory").remarks == (
        phrase("report.memory_counted", compared="17", jobs="28", not_done="9", no_peak="2", without="3"),
    )


def test_each_interval_holds_its_upper_bound():
    intervals = figure("memory_intervals")
    assert whole(intervals.table) == [
        ("interval", "peak_jobs", "request_jobs", "without_request_jobs"),
        ("0-1 GiB", 2, 0, 0),  # 1 and 19, of exactly 1 GiB
        ("1-2 GiB", 3, 0, 0),  # 2, 3 and 28, of exactly 2
        ("2-4 GiB", 5, 3, 3),  # 4, 5, 6, 11, 12; asked for: 12, 13, 28
        ("4-8 GiB", 2, 1, 0),  # 13, 26; 11
        ("8-16 GiB", 2, 3, 0),  # 23, 24; 1, 2, 3
        ("16-32 GiB", 1, 3, 0),  # 25; 23, 24, 25
        ("32-64 GiB", 0, 1, 0),  # 26
        ("64-128 GiB", 0, 1, 0),  # 19
        ("128-256 GiB", 0, 0, 0),
        ("256-512 GiB", 1, 2, 0),  # 7, of exactly 512; 7, 8
        ("512+ GiB", 1, 0, 0),  # 8
    ]
    assert intervals.charts == (
        Bars(name="overall_histogram", series=("peak_jobs", "request_jobs")),
        Bars(name="non_rusage_job_count", series=("without_request_jobs",)),
    )


def test_the_scatter_counts_jobs_in_cells_of_a_quarter_of_a_doubling():
    cells = figure("memory_cells")
    assert whole(cells.table) == near(
        ("peak_from_gib", "request_from_gib", "jobs"),
        (2**9, 2**9, 2),  # 7: 512, 512; 8: 600 lies below 2^9.25 = 609
        (2**0, 2**3.25, 1),  # 1: 1, 10
        (2**0, 2**6.5, 1),  # 19: 1, 100
        (2**1, 2**2, 1),  # 28: 2, 4
        (2**1, 2**3.25, 1),  # 2: 2, 10
        (2**1, 2**3.5, 1),  # 3: 2, 12
        (2**2, 2**2, 1),  # 12: 4, 4
        (2**2, 2**3, 1),  # 11: 4, 8
        (2**2.5, 2**2, 1),  # 13: 6, 4
        (2**3, 2**5.25, 1),  # 26: 8, 40
        (2**4, 2**4.25, 1),  # 24: 16, 20
        (2**4, 2**5, 1),  # 23: 16, 32
        (2**4.25, 2**4.25, 1),  # 25: 22, 19.53125
    )
    axes = {"across": "peak_from_gib", "up": "request_from_gib", "jobs": "jobs"}
    assert cells.charts == (Density(name="overall_scatter", **axes, steps=4),)


def test_differences_are_summed_and_averaged_by_interval_of_the_peak():
    difference = figure("memory_difference")
    nothing = (0, 0, None, None, None, 0, 0)
    assert whole(difference.table) == near(
        (
            "interval", "compared_jobs", "difference_tib", "difference_mean_gib", "difference_rate_share",
            "request_to_peak_ratio", "over_tib", "under_tib",
        ),
        # 10 - 1 and 100 - 1, both of 1
        ("0-1 GiB", 2, 108 / 1024, 54, 54, 55, 108 / 1024, 0),
        # 10 - 2, 12 - 2 and 4 - 2, of 2: 4, 5 and 1
        ("1-2 GiB", 3, 20 / 1024, 20 / 3, 10 / 3, 13 / 3, 20 / 1024, 0),
        # 8 - 4 and 4 - 4, of 4; three others asked for nothing
        ("2-4 GiB", 2, 4 / 1024, 2, 0.5, 1.5, 4 / 1024, 0),
        # 4 - 6 of 6, 40 - 8 of 8: -1/3 and 4
        ("4-8 GiB", 2, 30 / 1024, 15, 11 / 6, 17 / 6, 32 / 1024, 2 / 1024),
        # 32 - 16 and 20 - 16, of 16
        ("8-16 GiB", 2, 20 / 1024, 10, 0.625, 1.625, 20 / 1024, 0),
        # 19.53125 - 22
        ("16-32 GiB", 1, -2.46875 / 1024, -2.46875, -2.46875 / 22, 19.53125 / 22, 0, 2.46875 / 1024),
        ("32-64 GiB", *nothing),
        ("64-128 GiB", *nothing),
        ("128-256 GiB", *nothing),
        ("256-512 GiB", 1, 0, 0, 0, 1, 0, 0),
        ("512+ GiB", 1, -88 / 1024, -88, -88 / 600, 512 / 600, 0, 88 / 1024),
    )  # fmt: skip
    assert difference.charts == (
        Bars(name="rusage_and_max_difference_sum", series=("difference_tib",)),
        Bars(name="rusage_and_max_difference_value", series=("difference_mean_gib",)),
        Bars(name="rusage_and_max_difference_rate", series=("difference_rate_share",)),
        Bars(name="rusage_efficienct", series=("request_to_peak_ratio",), limit=1.0),
    )


def test_an_interval_whose_jobs_asked_for_nothing_tells_as_much_as_an_empty_one():
    jobs = [made(1, "li", "a", "x", peak=3), made(2, "li", "a", "x", request=600, peak=600)]
    *rows, _ = figure("memory_difference", report_of(jobs)).table.rows
    assert {row[1:] for row in rows} == {(0, 0.0, None, None, None, 0.0, 0.0)}


def test_where_no_job_asked_for_memory_only_peaks_are_told():
    found = section("memory", report_of([made(1, "li", "a", "x", peak=3)]))
    counted = phrase("report.memory_counted", compared="1", jobs="1", not_done="0", no_peak="0", without="1")
    assert found.remarks == (counted, phrase("report.no_requests"))
    assert [figure.name for figure in found.figures] == ["memory_intervals"]
    assert as_pairs(found.facts) == {"measured_jobs": 1, "without_request_jobs": 1, "compared_jobs": 0}


def test_the_peak_of_one_task_is_none_of_a_job_with_several_cores():
    alone = {"request": 16, "peak": 4, "memory_basis": "rss_max_task"}
    jobs = [made(1, "li", "a", "x", cores=16, **alone), made(2, "li", "a", "x", cores=1, **alone)]
    found = section("memory", report_of(jobs))
    assert as_pairs(found.facts)["compared_jobs"] == 1
    assert phrase("report.of_one_task", jobs="1") in found.remarks


def test_where_no_job_ended_well_or_was_measured_it_is_said_why_nothing_is_compared():
    failed = made(1, "li", "pnr", "x", **FAILED, request=4, peak=2)
    unmeasured = made(2, "li", "pnr", "x", request=4, peak=0)
    assert section("memory", report_of([failed])).remarks == (phrase("report.no_done", jobs="1"),)
    nothing = section("memory", report_of([failed, unmeasured]))
    assert nothing.remarks == (phrase("report.no_peak", done="1"),)
    assert (nothing.facts, nothing.figures) == ((), ())
