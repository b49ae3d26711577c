"""Who is told what, and in which order."""

from dataclasses import replace

import polars as pl
import pytest

from jobcast.language import phrase
from jobcast.report.base import Note
from jobcast.report.notes import notes_about
from jobcast.report.scope import Advising, Prices
from jobcast.units import GIB
from tests.made_up import frame
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
            flag='bsub -M 768GB -R "rusage[mem=768GB]"',  # 1.1 · 600 is less than 1.5 · 512
            gib_hours=1024,
        ),
        note(
            "chen", "place_#", "pnr", "cores_over", 3,
            text={"runs": "3", "cores": "4", "busy": "1.10", "amount": "24"},
            flag='bsub -n 1 -R "rusage[mem=2560MB]"',
            core_hours=24,  # 4 · 8 - 1 · 8
        ),
        note(
            "chen", "place_#", "pnr", "memory_over", 3,
            text={"runs": "3", "request": "12 GiB", "peak": "2 GiB", "amount": "68"},
            flag='bsub -n 1 -R "rusage[mem=2560MB]"',
            gib_hours=68,  # 88 - 2.5 · 8
        ),
        note(
            "wang", "route", "syn", "limit_under", 1,
            text={"killed": "1", "runs": "4", "limit": "01:00:00", "amount": "2"},
            flag="bsub -W 3:00",  # the longest took two hours
            core_hours=2,
        ),
        note(
            "wang", "route", "syn", "cores_under", 2,
            text={"runs": "2", "cores": "1", "busy": "4", "amount": "7"},  # 3 · 2 + 1
            flag='bsub -n 4 -M 7GB -R "span[hosts=1] rusage[mem=7GB]"',
        ),
        note(
            "wang", "route", "syn", "memory_under", 1,
            text={"short": "1", "killed": "0", "runs": "4", "amount": "0"},
            flag='bsub -n 4 -M 7GB -R "span[hosts=1] rusage[mem=7GB]"',
        ),
        note(
            "zhao", "fit", "pnr", "memory_under", 2,
            text={"short": "1", "killed": "1", "runs": "5", "amount": "10"},
            flag='bsub -M 30GB -R "rusage[mem=30GB]"',
            gib_hours=10,
        ),
    ]  # fmt: skip


def test_where_a_site_charges_money_decides():
    found = [(note.user, note.finding, note.money) for note in report().notes[:3]]
    assert found == [
        ("chen", "cores_over", 12),  # 24 core·h at 0.5
        ("chen", "memory_over", pytest.approx(0.68)),  # 68 GiB·h at 0.01
        ("li", "memory_under", pytest.approx(10.24)),
    ]


def wasteful(user: str | None, kind: str, request: float) -> list[dict]:
    """Return three runs that ask for far more than their one GiB."""
    return [made(n, user, "pnr", kind, request=request, peak=1) for n in range(3)]


def test_of_several_people_nobody_is_told_more_than_five_things():
    jobs = [run for n in range(7) for run in wasteful("li", "abcdefg"[n], 10 + n)]
    jobs += [run for n in range(6) for run in wasteful("chen", "abcdef"[n], 4 + n)]
    assert [(note.user, note.kind) for note in report_of(jobs).notes] == [
        *(("li", kind) for kind in "gfedc"),
        *(("chen", kind) for kind in "fedcb"),
    ]


def test_a_single_person_is_told_everything():
    found = report_of([run for n in range(7) for run in wasteful("li", "abcdefg"[n], 10 + n)]).notes
    assert [note.kind for note in found] == ["g", "f", "e", "d", "c", "b", "a"]


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


def on(*hosts: str, **known) -> list[dict]:
    """Return three runs of an hour on eight cores, of which as many were busy as `cpu` says."""
    told = {"cores": 8, "cpu": 3, "hosts": list(hosts), **known}
    return [made(n, "li", "a", "x", **told) for n in range(3)]


def test_cores_are_kept_on_one_host_where_as_few_fit_on_one():
    assert flags(on("a")) == ['bsub -n 3 -R "span[hosts=1]"']
    assert flags(on("a", "b")) == ['bsub -n 3 -R "span[hosts=1]"']
    assert flags(on("a", "b", cpu=4)) == ['bsub -n 4 -R "span[hosts=1]"']
    assert flags(on("a", "b", cpu=5)) == ["bsub -n 5"]


def test_cores_are_kept_on_one_host_where_any_run_was_on_one():
    assert flags([*on("a"), *on("a", "b")]) == ['bsub -n 3 -R "span[hosts=1]"']
    assert flags([*on("a", "b"), *on("a", "b", "c", "d", cpu=5)]) == ["bsub -n 5"]


@pytest.mark.parametrize(
    ("known", "flag"),
    [
        ({"hosts": ["a", "b", "c", "d"], "cpu": 4}, 'bsub -n 4 -R "rusage[mem=4608MB]"'),  # 9 GiB on two
        ({"hosts": ["a", "b"], "cpu": 4}, 'bsub -n 4 -R "span[hosts=1] rusage[mem=9GB]"'),
        ({"hosts": ["a", "b"], "cpu": 6}, 'bsub -n 6 -R "rusage[mem=4608MB]"'),
        ({"hosts": ["a"], "cpu": 6}, 'bsub -n 6 -R "span[hosts=1] rusage[mem=9GB]"'),
        ({"hosts": ["a"], "cpu": 4, "system": "slurm"}, "#SBATCH --ntasks=1 --cpus-per-task=4 --mem=9G"),
        ({"hosts": ["a", "b"], "cpu": 6, "system": "slurm"}, "#SBATCH --ntasks=6 --mem-per-cpu=1536M"),
        (
            {"hosts": ["a", "b"], "cpu": 6, "system": "loadleveler"},
            "# @ total_tasks = 6; # @ resources = ConsumableMemory(1536mb)",
        ),
        (
            {"hosts": ["a", "b"], "cpu": 6, "system": "kubernetes"},
            'resources: {requests: {cpu: "3", memory: 4608Mi}}',
        ),
    ],
)
def test_memory_and_cores_are_advised_in_one_flag_on_as_many_hosts_as_the_cores_need(known, flag):
    jobs = on(**({"request": 64, "peak": 8} | known))
    found = [(note.finding, note.flag) for note in report_of(jobs, FREE).notes]
    assert sorted(found) == [("cores_over", flag), ("memory_over", flag)]


def test_memory_for_each_task_is_divided_by_the_cores_that_are_advised():
    jobs = on("a", request=64, peak=8)
    assert flags(jobs, memory_per_task=True) == ['bsub -n 3 -R "span[hosts=1] rusage[mem=3GB]"'] * 2


@pytest.mark.parametrize(
    ("hosts", "system", "how", "flag"),
    [
        ("a", "lsf", {}, 'bsub -n 5 -R "span[hosts=1]"'),
        ("a", "lsf", {"memory_per_task": True}, 'bsub -n 5 -R "span[hosts=1] rusage[mem=2GB]"'),
        ("ab", "lsf", {}, 'bsub -n 5 -R "rusage[mem=5GB]"'),
        ("a", "slurm", {}, "#SBATCH --ntasks=1 --cpus-per-task=5 --mem=10G"),
        ("ab", "slurm", {}, "#SBATCH --ntasks=5 --mem-per-cpu=2G"),
        ("a", "loadleveler", {}, "# @ resources = ConsumableCpus(5)"),
        ("ab", "loadleveler", {}, "# @ total_tasks = 5; # @ resources = ConsumableMemory(2gb)"),
        ("a", "kubernetes", {}, 'resources: {requests: {cpu: "5"}}'),
        ("ab", "kubernetes", {}, 'resources: {requests: {cpu: "3", memory: 5Gi}}'),
        ("a", "swf", {}, "cores=5"),
    ],
)
def test_fewer_cores_restate_the_memory_that_would_go_with_them(hosts, system, how, flag):
    jobs = on(*hosts, system=system, cpu=5, request=10, peak=9)
    assert flags(jobs, **how) == [flag]


@pytest.mark.parametrize("hosts", ["ab", "abcd"])
def test_on_fewer_hosts_the_memory_of_all_is_restated(hosts):
    jobs = on(*hosts, cpu=2, request=10, peak=9)
    assert flags(jobs) == ['bsub -n 2 -R "span[hosts=1] rusage[mem=10GB]"']


def test_memory_that_nobody_asked_for_is_not_restated():
    assert flags(on("a", system="slurm")) == ["#SBATCH --ntasks=1 --cpus-per-task=3"]


@pytest.mark.parametrize(
    ("system", "flag"),
    [
        ("lsf", 'bsub -M 15GB -R "rusage[mem=15GB]"'),
        ("kubernetes", "resources: {requests: {memory: 15Gi}, limits: {memory: 15Gi}}"),
        ("slurm", "#SBATCH --mem=15G"),
        ("loadleveler", "# @ resources = ConsumableMemory(15gb)"),
    ],
)
def test_who_needs_more_memory_lifts_its_limit_too(system, flag):
    killed = {**FAILED, "exit_reason": "memory_limit"}
    jobs = [made(n, "li", "a", "x", request=10, peak=10, system=system, **killed) for n in range(3)]
    assert flags(jobs) == [flag]


def test_a_run_limit_is_advised_in_a_flag_of_its_own():
    found = report_of(on("a", request=64, peak=8, limit=10), FREE).notes
    both = 'bsub -n 3 -R "span[hosts=1] rusage[mem=9GB]"'
    assert [(note.finding, note.flag) for note in found] == [
        ("memory_over", both),
        ("cores_over", both),
        ("limit_over", "bsub -W 1:30"),
    ]


def test_flags_are_written_in_the_words_of_the_system_that_ran_the_jobs():
    jobs = [row | {"system": "slurm"} for row in wasteful("li", "x", 10)]
    assert [(note.system, note.flag) for note in report_of(jobs).notes] == [("slurm", "#SBATCH --mem=1536M")]


def test_what_was_advised_makes_a_note_like_any_request():
    jobs = [row | {"advised_memory": 10 * GIB} for row in wasteful("li", "x", 10)]
    assert [note.finding for note in report_of(jobs).notes] == ["memory_over"]


DONE_AND_KILLED = [
    *(made(n, "li", "a", f"x{n}", request=10, peak=6) for n in range(5)),
    made(5, "li", "a", "x5", request=10, peak=10, **FAILED, exit_reason="memory_limit"),
]
OTHERS = [
    *wasteful("li", "y", 10),
    *wasteful("chen", "x#", 10),
    *(row | {"queue": "b"} for row in wasteful("li", "x#", 10)),
    *(row | {"system": "slurm"} for row in wasteful("li", "x#", 10)),
]


def about(listed: list[dict], jobs: list[dict], **how) -> tuple[Note, ...]:
    return notes_about(frame(*listed).lazy(), frame(*jobs).lazy(), Advising(**how))


@pytest.mark.parametrize(
    "listed", [DONE_AND_KILLED, DONE_AND_KILLED[:5], DONE_AND_KILLED[:1], DONE_AND_KILLED[5:]]
)
def test_whichever_runs_of_a_kind_are_listed_all_its_runs_tell(listed):
    assert about(listed, DONE_AND_KILLED + OTHERS) == (
        Note(
            user="li",
            kind="x#",
            queue="a",
            system="lsf",
            finding="memory_under",
            runs=1,
            text=phrase("report.note_memory_under", short="0", killed="1", runs="6", amount="10"),
            flag='bsub -M 15GB -R "rusage[mem=15GB]"',
            gib_hours=10,
            core_hours=0,
            weight=pytest.approx(10 / 60),
        ),
    )


def test_of_several_listed_kinds_each_is_told_about():
    listed = [DONE_AND_KILLED[0], OTHERS[0], OTHERS[3]]
    found = [(note.user, note.kind, note.queue) for note in about(listed, DONE_AND_KILLED + OTHERS)]
    assert found == [("li", "y", "pnr"), ("li", "x#", "a"), ("chen", "x#", "pnr")]


def test_a_person_whose_jobs_are_listed_is_told_everything():
    jobs = [run for n in range(7) for run in wasteful("li", "abcdefg"[n], 10 + n)]
    assert len(about(jobs[::3], jobs)) == 7


def test_jobs_without_user_queue_or_name_are_of_one_kind_too():
    jobs = [made(n, None, None, None, request=10, peak=1) for n in range(3)]
    found = [
        (note.user, note.queue, note.kind, note.runs, note.flag) for note in about(jobs[:1], jobs + OTHERS)
    ]
    assert found == [(None, None, "-", 3, 'bsub -R "rusage[mem=1536MB]"')]
    both = [(note.user, note.kind) for note in about([jobs[0], OTHERS[0]], jobs + OTHERS)]
    assert both == [(None, "-"), ("li", "y")]


def test_on_too_few_runs_of_a_kind_nothing_is_told():
    assert about(DONE_AND_KILLED[5:], DONE_AND_KILLED[4:] + OTHERS) == ()
    assert [note.runs for note in about(DONE_AND_KILLED[5:], DONE_AND_KILLED[4:], fewest_runs=2)] == [1]


def test_where_nothing_is_listed_nothing_is_told():
    assert notes_about(frame().lazy(), frame(*OTHERS).lazy(), Advising()) == ()
    assert notes_about(frame(*OTHERS).lazy(), frame().lazy(), Advising()) == ()


def test_questions_about_listed_jobs_are_put_in_as_few_rounds_as_possible():
    rounds = []

    def collect(asked):
        rounds.append(len(asked))
        return pl.collect_all(asked)

    found = notes_about(frame(OTHERS[0]).lazy(), frame(*OTHERS).lazy(), Advising(), collect)
    assert ([note.kind for note in found], rounds) == (
        ["y"],
        [1, 1, 2],
    )  # the kinds, those with enough runs, all else
