"""Cores asked for against cores kept busy, counted by hand."""

import pytest

from jobcast.language import phrase
from jobcast.report.base import Bars, Density, Ring
from tests.report.made_up import FAILED, SCRIPT, as_pairs, figure, made, near, report_of, section, whole


def test_the_facts_compare_jobs_that_ended_well_and_tell_cores_and_cpu_time():
    assert as_pairs(section("cpu").facts) == pytest.approx(
        {
            "cpu_compared_jobs": 13,  # 1 to 5, 7, 8, 11, 12, 13, 19, 23, 24; 22 ran for no time
            # chen 8 + 8 + 16 + 1 + 1, li 8 + 8, wang 2 + 1 + 1, script 1, zhao 16 + 2
            "asked_core_h": 34 + 16 + 4 + 1 + 18,
            # chen 2 + 2 + 4.4 + 1 + 0.5, li 8 + 4, wang 8 + 1.5 + 2, script 0.25, zhao 8 + 2
            "busy_core_h": 9.9 + 12 + 11.5 + 0.25 + 10,
            "core_efficiency_share": 43.65 / 73,
            # chen 3 · 2 + 3 · 2 + 2.9 · 4 + 0.5, li 4, script 0.75, zhao 8
            "idle_core_h": 24.1 + 4 + 0.75 + 8,
            "beyond_core_h": 7.5,  # wang 3 · 2 + 0.5 + 1
            "one_busy_jobs": 3,  # 1, 2, and 3 with exactly 1.1
            "many_busy_jobs": 2,  # 11, 13, and not 12 with exactly 1.5
        }
    )
    assert section("cpu").remarks == (
        phrase("report.cpu_counted", jobs="28", done="19", compared="13"),
        phrase("report.cpu_bounds", one="1.1", many="1.5"),
    )


def test_core_hours_are_summed_by_the_number_of_cores():
    sizes = figure("core_sizes")
    assert whole(sizes.table) == near(
        ("cores_asked", "jobs", "asked_core_h", "busy_core_h", "busy_share"),
        ("1", 7, 9, 15.25, 15.25 / 9),  # 4, 5, 11, 12, 13, 19, 24: 1 + 0.5 + 8 + 1.5 + 2 + 0.25 + 2
        ("2", 0, 0, 0, None),
        ("3-4", 3, 32, 8.4, 8.4 / 32),  # 1, 2, 3
        ("5-8", 2, 16, 12, 0.75),  # 7, 8
        ("9-16", 1, 16, 8, 0.5),  # 23
        ("17-32", 0, 0, 0, None),
        ("33-64", 0, 0, 0, None),
        ("65-128", 0, 0, 0, None),
        ("129+", 0, 0, 0, None),
    )
    assert sizes.charts == (Bars(name="cores_asked_and_busy", series=("asked_core_h", "busy_core_h")),)


def test_the_scatter_counts_jobs_in_cells_of_half_a_doubling():
    cells = figure("core_cells")
    assert whole(cells.table) == near(
        ("asked_cores", "busy_cores", "jobs"),
        (4, 1, 3),  # 1, 2, 3
        (1, 1, 2),  # 4, 24
        (1, 0.25, 1),  # 19
        (1, 0.5, 1),  # 5
        (1, 2**0.5, 1),  # 12: 1.5
        (1, 2, 1),  # 13
        (1, 4, 1),  # 11
        (8, 4, 1),  # 8
        (8, 8, 1),  # 7
        (16, 8, 1),  # 23
    )
    axes = {"across": "asked_cores", "up": "busy_cores", "jobs": "jobs"}
    assert cells.charts == (Density(name="cores_scatter", **axes, steps=2),)


def test_jobs_are_counted_by_the_share_of_their_cores_that_was_busy():
    shares = figure("core_shares")
    assert whole(shares.table) == near(
        ("busy_of_asked", "jobs", "asked_core_h"),
        ("0-10 %", 0, 0),
        ("10-20 %", 0, 0),
        ("20-30 %", 4, 33),  # 1, 2, 3, 19: 8 + 8 + 16 + 1
        ("30-40 %", 0, 0),
        ("40-50 %", 3, 25),  # 5, 8, 23, all with exactly half: 1 + 8 + 16
        ("50-60 %", 0, 0),
        ("60-70 %", 0, 0),
        ("70-80 %", 0, 0),
        ("80-90 %", 0, 0),
        ("90-100 %", 3, 11),  # 4, 7, 24: 1 + 8 + 2
        ("100-150 %", 1, 1),  # 12
        ("> 150 %", 2, 3),  # 11, 13
    )
    assert shares.charts == (Bars(name="utilisation_histogram", series=("jobs",)),)


@pytest.mark.parametrize("cores", [1, 3, 6, 7, 12, 24, 48, 128])
def test_a_share_of_whole_tenths_lies_in_the_interval_that_it_ends(cores):
    jobs = [made(n, "li", "a", "x", cores=cores, cpu_time=360.0 * n * cores) for n in range(1, 11)]
    assert figure("core_shares", report_of(jobs)).table.column("jobs") == [*[1] * 10, 0, 0]


def test_people_are_ordered_by_the_cores_that_they_leave_idle():
    over = figure("core_over_users")
    assert whole(over.table) == near(
        ("user", "share", "idle_cores", "idle_core_h", "asked_core_h", "busy_core_h", "busy_share", "jobs"),
        # 3 + 3 + 2.9 + 0 + 0.5
        ("chen", 9.4 / 22.15, 9.4, 24.1, 34, 9.9, 9.9 / 34, 5),
        ("zhao", 8 / 22.15, 8, 8, 18, 10, 10 / 18, 2),
        ("li", 4 / 22.15, 4, 4, 16, 12, 0.75, 2),
        (SCRIPT, 0.75 / 22.15, 0.75, 0.75, 1, 0.25, 0.25, 1),
    )
    chart = Ring(name="over_processors_requested_user_pie_chart", value="idle_cores", first=10)
    assert over.charts == (chart,)


def test_those_who_keep_one_of_several_cores_busy_lose_all_the_others():
    assert whole(figure("one_core_busy_users").table) == near(
        ("user", "share", "idle_core_h", "one_busy_jobs", "jobs"),
        ("chen", 1, 3 * 2 + 3 * 2 + 3 * 4, 3, 5),
    )


def test_those_who_keep_many_cores_busy_with_one_take_all_the_others():
    assert whole(figure("many_cores_busy_users").table) == near(
        ("user", "share", "beyond_core_h", "many_busy_jobs", "jobs"),
        ("wang", 1, 3 * 2 + 1, 2, 3),
    )


@pytest.mark.parametrize(
    ("cores", "busy", "one", "many"),
    [
        (2, 1.1, 1, 0),
        (2, 1.2, 0, 0),
        (2, 0, 1, 0),
        (2, 3.1, 0, 0),
        (1, 1, 0, 0),
        (1, 1.5, 0, 0),
        (1, 1.6, 0, 1),
    ],
)
def test_one_of_several_cores_and_several_for_one_have_bounds(cores, busy, one, many):
    found = report_of([made(1, "li", "a", "x", cores=cores, cpu=busy)])
    facts = as_pairs(section("cpu", found).facts)
    assert (facts["one_busy_jobs"], facts["many_busy_jobs"]) == (one, many)


def test_where_no_job_tells_its_cpu_time_it_is_said_why_nothing_is_compared():
    jobs = [made(n, "li", "a", "x", cores=1) for n in range(1_000)]
    jobs += [made(-1, "li", "a", "x", cores=2, cpu=1, hours=0), made(-2, "li", "a", "x", cpu=1)]
    jobs += [made(-3, "li", "a", "x", **FAILED, cores=1, cpu=1)]
    nothing = section("cpu", report_of(jobs))
    assert nothing.remarks == (phrase("report.no_cpu_time", done="1,002"),)
    assert (nothing.facts, nothing.figures) == ((), ())
