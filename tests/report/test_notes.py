"""Who is told what, and in which order."""

from dataclasses import replace

import pytest

from jobcast.language import phrase
from jobcast.report.base import Note
from jobcast.report.scope import Advising, Prices
from jobcast.units import GIB
from tests.report.made_up import FAILED, JOBS, SCOPE, made, report, report_of

FREE = replace(SCOPE, prices=Prices())
GIB_HOURS, CORE_HOURS = 2510.53125, 109
"""All that was held by the jobs that are made up."""


def note(user: str | None, kind: str, queue: str, finding: str, runs: int, **known) -> Note:
    told = {"gib_hours": 0, "core_hours": 0, "flag": "", **known}
    weight = told["gib_hours"] / GIB_HOURS + told["core_hours"] / CORE_HOURS
    text = phrase(f"report.note_{finding}", **told.pop("text"))
    who = {"user": user, "kind": kind, "queue": queue, "system": "lsf"}
    return Note(**who, finding=finding, runs=runs, text=text, weight=pytest.approx(weight), **told)


def test_those_who_can_save_most_come_first_and_their_largest_finding_first():
    assert list(report_of(JOBS, FREE).notes) == [
        note(
            "li", "drc_#", "pnr", "memory_under", 2,
            text={"short": "1", "killed": "1", "runs": "3", "amount": "1,024"},
            flag='bsub -R "rusage[mem=768GB]"',  # 1.1 · 600 is less than 1.5 · 512
            gib_hours=1024,
        ),
        note(
            "chen", "place_#", "pnr", "cores_over", 3,
            text={"runs": "3", "cores": "4", "busy": "1.10", "amount": "24"},
            flag="bsub -n 1",
            core_hours=24,  # 4 · 8 - 1 · 8
        ),
        note(
            "chen", "place_#", "pnr", "memory_over", 3,
            text={"runs": "3", "request": "12 GiB", "peak": "2 GiB", "amount": "68"},
            flag='bsub -R "rusage[mem=2560MB]"',
            gib_hours=68,  # 88 - 2.5 · 8
        ),
        note(
            "chen", "sim", "syn", "memory_open", 3,
            text={"runs": "3", "peak": "4 GiB"},
            flag='bsub -R "rusage[mem=4608MB]"',
        ),
        note(
            "wang", "route", "syn", "cores_under", 2,
            text={"runs": "2", "cores": "1", "busy": "4", "amount": "7"},
            flag='bsub -n 4 -R "span[hosts=1]"',
            core_hours=7,  # 3 · 2 + 1
        ),
        note(
            "wang", "route", "syn", "limit_under", 1,
            text={"killed": "1", "runs": "4", "limit": "01:00:00", "amount": "2"},
            flag="bsub -W 1:30",
            core_hours=2,
        ),
        note(
            "wang", "route", "syn", "memory_under", 1,
            text={"short": "1", "killed": "0", "runs": "4", "amount": "0"},
            flag='bsub -R "rusage[mem=7GB]"',
        ),
        note(
            "zhao", "fit", "pnr", "memory_under", 2,
            text={"short": "1", "killed": "1", "runs": "5", "amount": "10"},
            flag='bsub -R "rusage[mem=30GB]"',
            gib_hours=10,
        ),
    ]  # fmt: skip


def test_where_a_site_charges_money_decides():
    found = [(note.user, note.finding, note.money) for note in report().notes[:4]]
    assert found == [
        ("chen", "cores_over", 12),  # 24 core·h at 0.5
        ("chen", "memory_over", pytest.approx(0.68)),  # 68 GiB·h at 0.01
        ("chen", "memory_open", 0),
        ("li", "memory_under", pytest.approx(10.24)),
    ]


def wasteful(user: str | None, kind: str, request: float) -> list[dict]:
    """Return three runs that ask for far more than their one GiB."""
    return [made(n, user, "pnr", kind, request=request, peak=1) for n in range(3)]


def test_nobody_is_told_more_than_five_things():
    found = report_of([run for n in range(7) for run in wasteful("li", "abcdefg"[n], 10 + n)]).notes
    assert [note.kind for note in found] == ["g", "f", "e", "d", "c"]


def test_all_that_somebody_could_save_counts_even_what_is_not_told():
    jobs = [run for n in range(7) for run in wasteful("li", "abcdefg"[n], 10)]  # 7 · 3 · 8.5 GiB·h
    jobs += wasteful("chen", "x", 54)  # 3 · 52.5 GiB·h
    assert [note.user for note in report_of(jobs).notes] == ["li"] * 5 + ["chen"]
    jobs += wasteful("chen", "y", 20)  # 3 · 18.5 more
    assert [note.user for note in report_of(jobs).notes] == ["chen"] * 2 + ["li"] * 5


def test_twenty_people_are_told_something():
    found = report_of([run for n in range(22) for run in wasteful(f"u{n:02}", "x", 10 + n)]).notes
    assert [note.user for note in found] == [f"u{n:02}" for n in range(21, 1, -1)]


def test_those_who_can_save_as_much_are_told_by_name():
    found = report_of([run for user in ("wang", None, "chen") for run in wasteful(user, "x", 10)]).notes
    assert [note.user for note in found] == [None, "chen", "wang"]


def test_of_what_weighs_nothing_that_with_most_runs_comes_first():
    jobs = [made(n, "chen", "pnr", "x", peak=1) for n in range(3)]
    jobs += [made(n, "li", "pnr", kind, peak=1) for kind, runs in (("y", 3), ("z", 4)) for n in range(runs)]
    found = [(note.user, note.kind, note.finding, note.runs, note.weight) for note in report_of(jobs).notes]
    assert found == [
        ("li", "z", "memory_open", 4, 0),
        ("li", "y", "memory_open", 3, 0),
        ("chen", "x", "memory_open", 3, 0),
    ]


def test_memory_and_cores_count_as_shares_of_all_that_was_held():
    jobs = wasteful("li", "x", 10)  # holds 30 of 32 GiB·h, could save 3 · 8.5
    jobs += [made(n, "chen", "pnr", "y", cores=4, cpu=1) for n in range(3)]  # 12 of 24 core·h, could save 9
    jobs.append(made(9, "wang", "pnr", "z", request=2, peak=2, cores=12))
    weights = [(note.user, note.finding, note.weight) for note in report_of(jobs, FREE).notes]
    assert weights == [
        ("li", "memory_over", pytest.approx(25.5 / 32)),
        ("chen", "cores_over", pytest.approx(9 / 24)),
    ]


def test_where_no_time_passed_notes_weigh_nothing():
    killed = {**FAILED, "exit_reason": "memory_limit"}
    found = report_of([made(n, "li", "a", "x", hours=0, request=2, **killed) for n in range(3)]).notes
    assert [(note.finding, note.weight, note.gib_hours) for note in found] == [("memory_under", 0, 0)]


def test_as_many_runs_are_needed_as_the_site_says():
    jobs = wasteful("li", "x", 10)[:2]
    assert report_of(jobs).notes == ()
    two = replace(SCOPE, advising=Advising(fewest_runs=2))
    assert [note.finding for note in report_of(jobs, two).notes] == ["memory_over"]


def flags(jobs: list[dict], **how) -> list[str]:
    return [note.flag for note in report_of(jobs, replace(SCOPE, advising=Advising(**how))).notes]


def test_memory_suffices_on_the_fewest_hosts_and_cores_on_which_a_run_was():
    spread = [
        made(1, "li", "a", "x", request=64, peak=8, cores=16, hosts=["a", "b", "c", "d"]),
        made(2, "li", "a", "x", request=64, peak=8, cores=8, hosts=["a", "b"]),
        made(3, "li", "a", "x", request=64, peak=8, cores=16, hosts=["a", "b", "c"]),
    ]  # advised: 9 GiB
    assert flags(spread) == ['bsub -R "rusage[mem=4608MB]"']
    assert flags(spread, memory_per_task=True) == ['bsub -R "rusage[mem=1152MB]"']


def test_cores_are_kept_on_one_host_only_where_all_runs_were():
    jobs = [made(n, "li", "a", "x", cores=8, cpu=3, hosts=["a"]) for n in range(3)]
    assert flags(jobs) == ['bsub -n 3 -R "span[hosts=1]"']
    jobs[0]["hosts"] = ["a", "b"]
    assert flags(jobs) == ["bsub -n 3"]


def test_flags_are_written_in_the_words_of_the_system_that_ran_the_jobs():
    jobs = [row | {"system": "slurm"} for row in wasteful("li", "x", 10)]
    assert [(note.system, note.flag) for note in report_of(jobs).notes] == [("slurm", "#SBATCH --mem=1536M")]


def test_what_was_advised_makes_a_note_like_any_request():
    jobs = [row | {"advised_memory": 10 * GIB} for row in wasteful("li", "x", 10)]
    assert [note.finding for note in report_of(jobs).notes] == ["memory_over"]
