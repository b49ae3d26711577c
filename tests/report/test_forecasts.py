"""What was advised against what was used, counted by hand."""

from dataclasses import replace
from math import sqrt

import pytest

from jobcast.language import phrase
from jobcast.report.base import Bars, Density, Lines
from jobcast.units import GIB, MIB
from tests.report.made_up import (
    FAILED,
    SCOPE,
    advice,
    as_pairs,
    figure,
    made,
    near,
    report_of,
    section,
    whole,
)


def test_the_facts_tell_what_was_promised_and_what_came_of_it():
    assert as_pairs(section("forecasts").facts) == pytest.approx(
        {
            "advised_jobs": 5,  # 24 to 28
            "followed_jobs": 4,  # all but 26
            "kept_share": 3 / 5,  # 24, 26, 28; 25 used more, and 27 was killed
            "promised_share": 0.95,
            # zhao usually asks for 32: (32 - 20) · 2 + (32 - 19.53125) · 1 + (32 - 20) · 0.5
            "given_back_gib_h": 24 + 12.46875 + 6,
            "could_give_back_gib_h": (40 - 10) * 3,  # 26
            "killed_by_advice_jobs": 1,  # 27
        }
    )
    # li never asked by himself in the queue gpu
    assert section("forecasts").remarks == (
        phrase("report.forecasts_counted", judged="5", others="0"),
        phrase("report.given_back", unknown="1"),
    )


def test_what_ended_badly_by_itself_is_neither_kept_nor_broken():
    advised = {"request": 4, "peak": 2, "advised_memory": 4 * GIB}
    crashed = [made(n, "li", "a", "x", **advised, **FAILED, exit_reason="exit_code") for n in range(9)]
    over = made(9, "li", "a", "x", request=4, peak=5, advised_memory=4 * GIB)
    found = section("forecasts", report_of([*crashed, over]))
    assert as_pairs(found.facts)["kept_share"] == 0
    assert found.remarks[0] == phrase("report.forecasts_counted", judged="1", others="9")


def test_only_jobs_of_the_same_kind_tell_what_is_usually_asked_for():
    large = [made(n, "li", "a", "train", request=200) for n in range(3)]
    small = made(9, "li", "a", "lint", request=2, advised_memory=2 * GIB)
    found = section("forecasts", report_of([*large, small]))
    assert as_pairs(found.facts)["given_back_gib_h"] == 0
    assert found.remarks[1] == phrase("report.given_back", unknown="1")


def test_the_promise_is_what_the_site_accepts():
    job = made(1, "li", "a", "x", request=4, peak=2, advised_memory=4 * GIB)
    found = report_of([job], replace(SCOPE, risk=0.01))
    assert as_pairs(section("forecasts", found).facts)["promised_share"] == 0.99
    assert figure("forecast_days", found).charts == (
        Lines(name="kept_by_day", series=("kept_share",), limit=0.99),
    )


def test_it_is_told_day_by_day_what_was_kept():
    days = figure("forecast_days")
    assert whole(days.table) == near(("day", "jobs", "kept_share"), ("2026-01-04", 5, 0.6))
    assert days.charts == (Lines(name="kept_by_day", series=("kept_share",), limit=0.95),)


def test_a_day_without_advice_has_no_share():
    advised = {"request": 4, "peak": 2, "advised_memory": 4 * GIB}
    jobs = [made(1, "li", "a", "x", at=12, **advised), made(2, "li", "a", "x", at=60, **advised)]
    assert figure("forecast_days", report_of(jobs)).table.rows == (
        ("2026-01-01", 1, 1.0),
        ("2026-01-02", 0, None),
        ("2026-01-03", 1, 1.0),
    )


def test_the_scatter_counts_jobs_in_cells_of_a_quarter_of_a_doubling():
    cells = figure("forecast_cells")
    assert whole(cells.table) == near(
        ("peak_from_gib", "advised_from_gib", "jobs"),
        (2**1, 2**2, 1),  # 28: 2, 4
        (2**3, 2**3.25, 1),  # 26: 8, 10
        (2**4, 2**4.25, 1),  # 24: 16, 20
        (2**4.25, 2**4.25, 1),  # 25: 22, 19.53125
    )
    axes = {"across": "peak_from_gib", "up": "advised_from_gib", "jobs": "jobs"}
    assert cells.charts == (Density(name="ml_overall_scatter", **axes, steps=4),)


def test_differences_are_summed_and_averaged_by_interval_of_the_peak():
    difference = figure("forecast_difference")
    nothing = (0, 0, None, None)
    assert whole(difference.table) == near(
        ("interval", "advised_jobs", "difference_tib", "difference_mean_gib", "difference_rate_share"),
        ("0-1 GiB", *nothing),
        ("1-2 GiB", 1, 2 / 1024, 2, 1),  # 28: 4 - 2
        ("2-4 GiB", *nothing),
        ("4-8 GiB", 1, 2 / 1024, 2, 0.25),  # 26: 10 - 8
        ("8-16 GiB", 1, 4 / 1024, 4, 0.25),  # 24: 20 - 16
        ("16-32 GiB", 1, -2.46875 / 1024, -2.46875, -2.46875 / 22),  # 25: 19.53125 - 22
        ("32-64 GiB", *nothing),
        ("64-128 GiB", *nothing),
        ("128-256 GiB", *nothing),
        ("256-512 GiB", *nothing),
        ("512+ GiB", *nothing),
    )
    assert difference.charts == (
        Bars(name="pre_and_max_difference_sum", series=("difference_tib",)),
        Bars(name="pre_and_max_difference_value", series=("difference_mean_gib",)),
        Bars(name="pre_and_max_difference_rate", series=("difference_rate_share",)),
    )


def test_errors_of_advice_stand_beside_those_of_people():
    errors = figure("forecast_errors")
    assert whole(errors.table) == near(
        ("who", "jobs", "mae_gib", "rmse_gib"),
        # 4, -2.46875, 2, 2
        (phrase("report_who.advice"), 4, 10.46875 / 4, sqrt((16 + 2.46875**2 + 4 + 4) / 4)),
        # 1: 9, 2: 8, 3: 10, 7: 0, 8: -88, 11: 4, 12: 0, 13: -2, 19: 99, 23: 16
        (
            phrase("report_who.people"), 10, 236 / 10,
            sqrt((81 + 64 + 100 + 0 + 7744 + 16 + 0 + 4 + 9801 + 256) / 10),
        ),
    )  # fmt: skip
    assert errors.charts == ()


def test_errors_are_counted_by_size():
    bands = figure("forecast_bands")
    assert whole(bands.table) == near(
        ("error", "advice_share", "people_share"),
        ("0-1 GiB", 0, 2 / 10),  # 7, 12
        ("1-2 GiB", 2 / 4, 1 / 10),  # 26, 28; 13
        ("2-4 GiB", 2 / 4, 1 / 10),  # 24, 25; 11
        ("4-8 GiB", 0, 1 / 10),  # 2
        ("8-16 GiB", 0, 3 / 10),  # 1, 3, 23
        ("16-32 GiB", 0, 0),
        ("32-64 GiB", 0, 0),
        ("64+ GiB", 0, 2 / 10),  # 8, 19
    )
    assert bands.charts == (Bars(name="predict", series=("advice_share", "people_share")),)


@pytest.mark.parametrize(
    ("text", "advised"),
    [
        (advice("20000MB"), 20000 * MIB),
        (advice("20000"), 20000 * MIB),
        (advice(" 1.5 GB "), 1.5 * GIB),
        (advice("512K"), GIB / 2048),
        ("ALLOC_MEMORY_USER=memoryPrediction(reset=20000MB)", 20000 * MIB),
        ("ALLOC_MEMORY_USER=memPrediction(set=2GB)", 2 * GIB),
        (f"mine; {advice('2GB')} by esub", 2 * GIB),
        (advice("0MB"), None),
        (advice("much"), None),
        (advice(""), None),
        (advice("1.2.3GB"), None),
        ("memPrediction(reset=20000MB)", None),
        ("20000MB", None),
        ("", None),
        (None, None),
    ],
)
def test_what_memprediction_advised_stands_in_the_description(text, advised):
    job = made(1, "li", "a", "x", peak=1, description=text)
    found = section("forecasts", report_of([job]))
    if advised is None:
        assert found.remarks == (phrase("report.no_advice"),)
        assert (found.facts, found.figures) == ((), ())
    else:
        difference = figure("forecast_difference", report_of([job])).table.column("difference_mean_gib")
        assert difference[0] == pytest.approx(advised / GIB - 1)


def test_what_jobcast_advised_counts_before_a_description():
    job = made(1, "li", "a", "x", peak=1, advised_memory=2 * GIB, description=advice("4GB"))
    assert figure("forecast_errors", report_of([job])).table.rows == ((phrase("report_who.advice"), 1, 1, 1),)


@pytest.mark.parametrize(
    ("request_", "followed"), [(1024, 1), (1025, 1), (1023, 1), (1026, 0), (1022, 0), (None, 0)]
)
def test_advice_was_followed_where_the_request_is_the_advice_to_the_next_mb(request_, followed):
    amount = None if request_ is None else request_ / 1024
    job = made(1, "li", "a", "x", request=amount, advised_memory=GIB)
    assert as_pairs(section("forecasts", report_of([job])).facts)["followed_jobs"] == followed


def test_where_no_advised_job_was_measured_nothing_is_drawn():
    jobs = [made(1, "li", "a", "x", request=2, advised_memory=2 * GIB), made(2, "li", "a", "x", request=5)]
    found = section("forecasts", report_of(jobs))
    assert found.figures == ()
    assert as_pairs(found.facts) == pytest.approx(
        {
            "advised_jobs": 1,
            "followed_jobs": 1,
            "kept_share": None,
            "promised_share": 0.95,
            "given_back_gib_h": 3,
            "could_give_back_gib_h": 0,
            "killed_by_advice_jobs": 0,
        }
    )


def test_who_asks_for_less_than_the_advice_could_give_nothing_back():
    job = made(1, "li", "a", "x", request=2, peak=1, advised_memory=5 * GIB)
    assert as_pairs(section("forecasts", report_of([job])).facts)["could_give_back_gib_h"] == 0


def test_a_job_killed_with_less_than_the_advice_says_nothing_of_it():
    killed = made(
        1, "li", "a", "x", **FAILED, exit_reason="memory_limit", request=2, peak=2, advised_memory=5 * GIB
    )
    facts = as_pairs(section("forecasts", report_of([killed])).facts)
    assert (facts["kept_share"], facts["killed_by_advice_jobs"]) == (None, 0)
