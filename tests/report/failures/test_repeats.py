"""Kinds of jobs that fail again and again, and what to do about them."""

import pytest

from jobcast.language import phrase
from jobcast.report.failures.repeats import ADVICE, advice, most
from tests.report.failures.made_up import runs
from tests.report.made_up import figure, near, report_of, whole

NOBODY = phrase("report.nobody")


def repeats(*jobs):
    return figure("failure_repeats", report_of(jobs)).table.rows


def test_a_full_report_tells_kinds_by_the_cost_of_their_failures():
    assert whole(figure("failure_kinds").table) == near(
        (
            "kind",
            "user",
            "queue",
            "share",
            "core_h",
            "gib_h",
            "gpu_h",
            "money",
            "failed_jobs",
            "failed_share",
        ),
        ("drc_#", "li", "pnr", 16 / 28, 16, 1024, 0, 18.24, 1, 1 / 3),  # 7, 8, 9
        ("boot", "wang", NOBODY, 8 / 28, 8, 0.5, 0, 4.005, 1, 1),  # 15
        ("route", "wang", "syn", 2 / 28, 2, 4, 0, 1.04, 1, 1 / 4),  # 11, 12, 13, 14
        ("cc", NOBODY, "pnr", 1 / 28, 1, 0, 2, 0.5, 2, 1),  # 17, 18
        ("low", "wang", "pnr", 1 / 28, 1, 4, 0, 0.54, 1, 1),  # 16
        ("fit", "zhao", "pnr", None, 0, 10, 0, 0.1, 1, 1 / 5),  # 23 to 27
    )


def test_nine_of_the_ten_newest_runs_that_failed_are_a_habit():
    jobs = runs("....x.xxxxxxxxx", exit_reason="exit_code", exit_code=1)
    why = (phrase("report_reason.exit_code"), "1", phrase("report_repeat.exit_code"))
    assert repeats(*jobs) == (("sim", "li", "pnr", 9, 10, *why, 10, 20, 0, 10),)


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ("x", None),
        ("xx", None),
        ("xxx", (3, 3)),
        ("xxx...", (3, 6)),
        ("xxx....", None),
        ("xxxxxxxxxx..........", None),  # it was mended
        ("..........xxxxx", (5, 10)),
        ("..........xxxx", None),
        ("xcxcxc", (3, 3)),  # being cancelled is no failure
        ("xxxcccccccccccc", (3, 3)),
    ],
)
def test_at_least_three_and_half_of_the_newest_must_have_failed(outcomes, told):
    found = [row[3:5] for row in repeats(*runs(outcomes))]
    assert found == ([] if told is None else [told])


def test_the_newest_are_told_by_when_they_ended_however_the_history_is_ordered():
    jobs = runs("..........xxxxx")
    assert repeats(*jobs) == repeats(*reversed(jobs)) == repeats(*jobs[::2], *jobs[1::2])


def test_what_is_told_most_often_counts_and_of_several_the_first():
    assert most([3, None, 1, 3, 1, None, None]) == 1
    assert most(["b", "b", "a"]) == "b"
    assert most([None]) is None


@pytest.mark.parametrize(
    ("reason", "code", "told"),
    [
        ("memory_limit", 137, "memory_limit"),
        ("run_limit", None, "run_limit"),
        ("node", 1, "node"),
        ("preempted", None, "preempted"),
        ("exit_code", 1, "exit_code"),
        ("exit_code", 127, "no_command"),
        ("unknown", 126, "no_command"),
        ("exit_code", 137, "killed"),
        ("unknown", 9, "killed"),
        ("unknown", None, "unknown"),
        ("odd", 137, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_what_to_do_follows_from_reason_and_code(reason, code, told):
    assert advice(reason, code) == told
    assert told in ADVICE


def test_a_reason_that_only_the_batch_system_knows_stands_as_it_is():
    ((*_, reason, code, todo, _, _, _, _),) = repeats(*runs("xxx", exit_reason="odd"))
    assert (reason, code, todo) == ("odd", None, phrase("report_repeat.unknown"))


def test_thirty_kinds_are_told_those_that_cost_most():
    jobs = [job for kind in range(32) for job in runs("xxx", user=f"u{kind:02}", cores_requested=1 + kind)]
    assert [row[1] for row in repeats(*jobs)] == [f"u{kind:02}" for kind in range(31, 1, -1)]
