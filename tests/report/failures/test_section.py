"""How many jobs failed, why, and at what cost, counted by hand."""

import pytest

from jobcast.language import phrase
from jobcast.report.base import Bars
from jobcast.report.scope import Scope
from tests.made_up import frame
from tests.report.failures.made_up import failures, runs
from tests.report.made_up import (
    CANCELLED,
    FAILED,
    PERIOD,
    as_pairs,
    figure,
    made,
    near,
    report_of,
    section,
    whole,
)


def test_the_facts_tell_how_many_failed_and_at_what_cost():
    assert as_pairs(section("failures").facts) == pytest.approx(
        {
            "failed_jobs": 7,
            "failed_of_ended_share": 7 / 26,
            "cancelled_jobs": 2,
            "failed_core_h": 28,  # 9, 14, 15, 16, 17: 8 · 2 + 2 + 16 · 0.5 + 2 · 0.5 + 1
            "failed_core_share": 28 / as_pairs(section("overview").facts)["asked_core_h"],
            "failed_gib_h": 1042.5,  # 9, 14, 15 (what it used), 16, 27: 1024 + 4 + 0.5 + 4 + 10
            "failed_gpu_h": 2,  # 17
            "failed_money": 28 * 0.5 + 1042.5 * 0.01,
            "worst_day_share": 6 / 7,
        }
    )
    # 18 and 27 don't tell their cores, 17 neither request nor peak; and none where it ran
    assert section("failures").remarks == (
        phrase("report.failures_counted", cores="2", memory="1"),
        phrase("report.no_hosts"),
    )


def test_jobs_that_tell_nothing_of_their_cost_are_counted():
    jobs = [made(1, "li", "a", "x", **FAILED), made(2, "li", "a", "x", **CANCELLED), made(3, "li", "a", "x")]
    jobs.append(made(4, "li", "a", "x", **FAILED, cores=2, peak=1))
    assert failures(jobs).remarks[0] == phrase("report.failures_counted", cores="2", memory="2")


def test_what_did_not_end_well_is_told_by_reason():
    reasons = figure("failure_reasons")
    assert whole(reasons.table) == near(
        ("reason", "ended_badly_jobs", "core_h", "gib_h", "gpu_h", "money"),
        (phrase("report_reason.memory_limit"), 2, 16, 1034, 0, 18.34),  # 9, 27
        (phrase("report_reason.run_limit"), 1, 2, 4, 0, 1.04),  # 14
        (phrase("report_reason.node"), 1, 8, 0.5, 0, 4.005),  # 15
        (phrase("report_reason.preempted"), 1, 1, 4, 0, 0.54),  # 16
        (phrase("report_reason.exit_code"), 1, 1, 0, 2, 0.5),  # 17
        (phrase("report_reason.unknown"), 1, 0, 0, 0, 0),  # 18
        (phrase("report_reason.cancelled"), 2, 6, 6, 0, 3.06),  # 20, 21
    )
    assert reasons.charts == (
        Bars(name="failures_in_core_hours", series=("core_h",)),
        Bars(name="failures_in_gib_hours", series=("gib_h",)),
    )


def test_reasons_that_only_a_batch_system_knows_stand_behind_all_others():
    jobs = [
        made(1, "li", "a", "x", **FAILED, exit_reason="odd"),
        made(2, "li", "a", "x", **CANCELLED, exit_reason="odd"),
        made(3, "li", "a", "x", **FAILED, exit_reason="even"),
    ]
    rows = figure("failure_reasons", report_of(jobs)).table.rows
    assert [row[:4] for row in rows] == [
        (phrase("report_reason.cancelled"), 1, 0, 0),
        ("even", 1, 0, 0),
        ("odd", 1, 0, 0),
    ]


def test_what_did_not_end_well_is_told_by_exit_code_the_commonest_first():
    assert whole(figure("failure_codes").table) == near(
        ("exit_code", "ended_badly_jobs", "core_h", "gib_h", "gpu_h", "money"),
        ("137", 2, 16, 1034, 0, 18.34),
        ("130", 1, 6, 6, 0, 3.06),
        ("140", 1, 2, 4, 0, 1.04),
        ("1", 1, 1, 0, 2, 0.5),
    )


def test_fifteen_exit_codes_are_told():
    jobs = [made(n, "li", "a", "x", **FAILED, cores=1 + n, exit_code=n) for n in range(17)]
    assert figure("failure_codes", report_of(jobs)).table.column("exit_code") == [
        str(n) for n in range(16, 1, -1)
    ]


@pytest.mark.parametrize("jobs", [0, 1])
def test_where_nothing_failed_it_is_said(jobs):
    nothing = failures(frame(made(1, "li", "a", "x")).head(jobs))
    assert nothing.remarks == (phrase("report.no_failures"),)
    assert nothing.figures == ()
    assert as_pairs(nothing.facts) == {
        "failed_jobs": 0,
        "failed_of_ended_share": 0 if jobs else None,
        "cancelled_jobs": 0,
        "failed_core_h": 0,
        "failed_core_share": None,
        "failed_gib_h": 0,
        "failed_money": 0,
    }


def test_where_jobs_were_cancelled_only_reasons_are_told_and_nobody_is_blamed():
    found = failures([made(1, "li", "a", "x", **CANCELLED, cores=2)])
    assert [one.name for one in found.figures] == ["failure_reasons", "failure_codes"]
    assert as_pairs(found.facts)["failed_of_ended_share"] is None
    assert found.remarks == (phrase("report.failures_counted", cores="0", memory="1"),)


def test_where_all_jobs_failed_all_of_it_is_told():
    found = failures(runs("xxxxx", exit_reason="exit_code", exit_code=2))
    facts = as_pairs(found.facts)
    assert (facts["failed_of_ended_share"], facts["failed_core_share"], facts["worst_day_share"]) == (1, 1, 1)
    assert [one.name for one in found.figures] == [
        *("failure_reasons", "failure_codes", "failure_users", "failure_queues"),
        *("failure_kinds", "failure_repeats", "failure_days", "failure_hours"),
    ]


def test_without_prices_and_gpus_neither_is_shown():
    found = failures([made(1, "li", "a", "x", **FAILED, cores=2)], scope=Scope(period=PERIOD))
    names = {fact.name for fact in found.facts}
    assert not {"failed_gpu_h", "failed_money"} & names
    columns = {column.name for one in found.figures for column in one.table.columns}
    assert not {"gpu_h", "money"} & columns
