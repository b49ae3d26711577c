"""Jobs of one kind, and what is known of their runs."""

import polars as pl
import pytest

from jobcast.report import kinds
from jobcast.report.kinds import Kind, as_kinds, kind, kinds_of
from jobcast.report.measures import measured
from tests.made_up import frame, job
from tests.report.made_up import CANCELLED, FAILED, made

HOUR = 3600.0


def found(*jobs, fewest_runs: int = 1) -> list[Kind]:
    return as_kinds(kinds_of(measured(frame(*jobs).lazy()), fewest_runs, pl.collect_all).collect())


@pytest.mark.parametrize(
    ("name", "command", "expected"),
    [
        ("place_12", "/bin/sim", "place_#"),
        ("v1.2_run003x", None, "v#.#_run#x"),
        ("place", None, "place"),
        (None, "/tools/v2023.1/bin/sim -top a_7", "/tools/v#.#/bin/sim -top a_#"),
        (None, "  sim2 -top a", "  sim# -top a"),
        ("", "sim", "sim"),
        ("", "", "-"),
        (None, "", "-"),
        (None, None, "-"),
        ("1" * 200, None, "#"),
        ("x" * 200, None, "x" * 120),
        (None, "x" * 200, "x" * 120),
        ("x" * 118 + "12y", None, "x" * 118 + "#"),
        ("run.7f3a9c21d4.log", None, "run.#.log"),
        ("job_3f9a2c1d", None, "job_#"),
        ("3f9a2c1d_x", None, "#_x"),
        ("deadbeef cafe", None, "deadbeef cafe"),
        ("<script>alert(1)</script>", None, "<script>alert(#)</script>"),
        ("作业７", None, "作业７"),
    ],
)
def test_jobs_are_of_one_kind_by_their_masked_name_or_their_masked_command(name, command, expected):
    jobs = frame(job(name=name, command=command))
    assert jobs.select(kind())["kind"].to_list() == [expected]


def test_jobs_of_another_system_user_queue_or_name_are_of_another_kind():
    jobs = [
        {"name": "a1"}, {"name": "a2"}, {"name": "b1"}, {"name": "a1", "user": None}, {"name": "a1", "queue": None},
        {"name": "a1", "system": "slurm"},
    ]  # fmt: skip
    rows = [
        (row.system, row.user, row.queue, row.kind, row.runs) for row in found(*(job(**row) for row in jobs))
    ]
    assert sorted(rows, key=str) == [
        ("lsf", "chen", "pnr", "a#", 2),
        ("lsf", "chen", "pnr", "b#", 1),
        ("lsf", "chen", None, "a#", 1),
        ("lsf", None, "pnr", "a#", 1),
        ("slurm", "chen", "pnr", "a#", 1),
    ]


def test_what_is_known_of_all_runs_of_a_kind_is_counted_by_hand():
    good = {"user": "li", "queue": "pnr", "name": "x"}
    jobs = [
        made(1, **good, hours=2, request=8, peak=3, cores=4, cpu=4, limit=5, hosts=["a", "b"]),
        made(2, **good, hours=1, request=2, peak=4, cores=2, cpu=3, limit=6, hosts=["a"]),
        made(3, **good, hours=1, peak=6, cores=1, cpu=1.6),
        made(4, **good, hours=2, request=5, cores=2, cpu=8, hosts=[]),
        made(5, **good, **FAILED, hours=3, request=7, peak=9, cores=16, cpu=48, exit_reason="memory_limit"),
        made(6, **good, **FAILED, hours=1, peak=1, exit_reason="memory_limit"),
        made(7, **good, **FAILED, hours=4, request=1, peak=99, cores=3, limit=4, exit_reason="run_limit"),
        made(8, **good, **FAILED, hours=1, limit=1, exit_reason="run_limit"),
        made(9, **good, **FAILED, hours=1, request=64, peak=65, cores=8, limit=99, exit_reason="exit_code"),
    ]
    assert found(*jobs) == [
        Kind(
            system="lsf",
            user="li",
            queue="pnr",
            kind="x",
            runs=9,
            hosts=2,
            fewest_hosts=0,
            cores=16,
            fewest_cores=1,
            told_runs=2,  # 1, 2
            told_hours=3,
            held=8 * 2 + 2 * 1,
            request=8,
            peak=99,  # of 7, which failed, but had needed so much until then
            short_runs=1,  # 2
            killed_runs=2,  # 5, 6
            killed_at=9,
            killed_gib_hours=7 * 3 + 1 * 1,
            silent_runs=1,  # 3
            counted_runs=4,  # 1 to 4
            counted_hours=6,
            core_hours=4 * 2 + 2 * 1 + 1 * 1 + 2 * 2,
            least_cores=1,
            most_cores=4,
            busy=16,  # of 5, however it ended; of those that ended well 2 of 4, 3 of 2, 1.6 of 1, 4 of 2
            beyond_runs=2,  # 3 and 4; 2 kept exactly half as many again busy
            beyond_cores=2,
            beyond_busy=4,
            beyond=pytest.approx(0.6 * 1 + 2 * 2),
            timed_runs=2,  # 1, 2
            limit=6 * HOUR,
            longest=4 * HOUR,  # of 7
            overrun_runs=2,  # 7, 8
            overrun_limit=4 * HOUR,
            overrun_hours=3 * 4 + 1 * 1,  # one core where none are told
        )
    ]


def test_a_kind_of_which_nothing_is_told_has_only_runs():
    (nothing,) = found(made(1, None, None, None, hours=None, wait=None))
    counted = {name for name, kind_ in Kind.__annotations__.items() if kind_ in (int, float)}
    known = {name: getattr(nothing, name) for name in Kind.__annotations__}
    assert {name: known[name] for name in counted} == {**dict.fromkeys(counted, 0), "runs": 1}
    assert {name for name in known.keys() - counted if known[name] is not None} == {"system", "kind"}


@pytest.mark.parametrize("ended", [{}, FAILED, CANCELLED, {**FAILED, "exit_reason": "memory_limit"}])
def test_whatever_a_run_came_to_counts_however_it_ended(ended):
    little = {"request": 8, "peak": 1, "cores": 4, "cpu": 0.5, "hours": 1}
    most = {"request": 8, "peak": 7, "cores": 4, "cpu": 6, "hours": 2}
    (kind_,) = found(made(1, "li", "a", "x", **little), made(2, "li", "a", "x", **most, **ended))
    assert (kind_.peak, kind_.busy, kind_.longest) == (7, 3, 2 * HOUR)


def test_cores_that_a_run_kept_busy_count_only_where_it_tells_how_many_it_asked_for():
    (kind_,) = found(made(1, "li", "a", "x", cores=4, cpu=1), made(2, "li", "a", "x", cpu=9))
    assert (kind_.busy, kind_.counted_runs) == (1, 1)


@pytest.mark.parametrize(
    ("basis", "cores", "peak"),
    [
        ("rss_max_task", 1, 5),
        ("rss_max_task", None, 5),
        ("rss_max_task", 2, None),
        ("rss_sum", 2, 5),
        ("cgroup", 64, 5),
        (None, 2, 5),
    ],
)
def test_the_peak_of_the_largest_of_several_tasks_counts_as_not_measured(basis, cores, peak):
    (kind_,) = found(made(1, "li", "a", "x", request=8, peak=5, cores=cores, memory_basis=basis))
    told = (0, 0, None) if peak is None else (1, 8, 8)
    assert (kind_.peak, kind_.told_runs, kind_.held, kind_.request) == (peak, *told)


def test_peaks_of_one_task_are_neither_too_much_nor_asked_for_too_little():
    one_task = {"cores": 4, "memory_basis": "rss_max_task"}
    silent = made(1, "li", "a", "x", peak=5, **one_task)
    short = made(2, "li", "a", "x", request=1, peak=5, **one_task)
    killed = made(3, "li", "a", "x", request=2, peak=5, **one_task, **FAILED, exit_reason="memory_limit")
    (kind_,) = found(silent, short, killed)
    assert (kind_.silent_runs, kind_.short_runs, kind_.killed_runs, kind_.killed_at) == (0, 0, 1, 2)


def test_kinds_with_too_few_runs_are_left_out():
    jobs = [made(n, "li", "pnr", name) for n, name in enumerate(["a", "a", "b", "b", "b"])]
    jobs += [made(n, None, None, None) for n in range(3)]
    rows = [(row.user, row.queue, row.kind, row.runs) for row in found(*jobs, fewest_runs=3)]
    assert rows == [(None, None, "-", 3), ("li", "pnr", "b", 3)]


def test_a_name_that_is_empty_and_one_that_is_missing_lend_each_other_no_runs():
    jobs = [made(n, user, "pnr", "x") for n, user in enumerate([None, None, "", ""])]
    assert found(*jobs, fewest_runs=3) == []
    assert sorted((row.user or "none", row.runs) for row in found(*jobs, fewest_runs=2)) == [("none", 2)] * 2


def test_the_kinds_that_held_the_most_are_looked_at(monkeypatch):
    monkeypatch.setattr(kinds, "_MOST", 2)
    jobs = [
        made(1, "li", "pnr", "little", request=8, peak=8),
        made(2, "li", "pnr", "memory", request=80, peak=8),  # as much as 10 cores
        made(3, "li", "pnr", "cores", cores=12, cpu=1),
        made(4, "li", "pnr", "neither"),
    ]
    assert [row.kind for row in found(*jobs)] == ["cores", "memory"]


def test_kinds_are_asked_of_columns_alone():
    assert isinstance(kind(), pl.Expr)
