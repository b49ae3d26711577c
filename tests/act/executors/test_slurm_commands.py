"""How an attempt is told to sbatch."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.act.executors.base import Attempt
from jobcast.act.executors.slurm_commands import end, limit, look_at_limit, minutes, submit
from jobcast.act.executors.slurm_script import batch_script, mark
from jobcast.machine import Share
from jobcast.program import Exits, Program

ATTEMPT = Attempt(
    id="n01.12.0@1",
    job="n01.12.0",
    user="news",
    program=Program(arguments=("/bin/true",), directory="/"),
    allocation=(Share(machine="n1", tasks=2), Share(machine="n2", tasks=1)),
    cpus={"n1": 4, "n2": 2},
    memory={"n1": (2 << 30) + 1, "n2": 1 << 30},
)


def options(**changes: Any) -> dict[str, str]:
    attempt = dataclasses.replace(ATTEMPT, **changes)
    arguments = submit(attempt, "live", ("--uid=9", "--gid=9"), "90").arguments
    assert arguments[:2] == ("sbatch", "--parsable")
    return dict(argument.removeprefix("--").partition("=")[::2] for argument in arguments[2:])


def test_a_job_is_held_and_told_its_machines_its_cpus_its_memory_and_its_limit() -> None:
    assert options() == {
        "hold": "",
        "no-requeue": "",
        "export": "NIL",
        "propagate": "NONE",
        "chdir": "/",
        "input": "/dev/null",
        "output": "/dev/null",
        "open-mode": "append",
        "partition": "live",
        "job-name": "jobcast n01.12.0",
        "comment": "jobcast attempt=n01.12.0@1",
        "nodes": "2",
        "nodelist": "n1,n2",
        "ntasks": "4",
        "ntasks-per-node": "2",
        "cpus-per-task": "2",
        "uid": "9",
        "gid": "9",
        "mem": "2049M",
        "time": "90",
    }


def test_without_memory_the_partition_decides_how_much_it_may_take() -> None:
    assert "mem" not in options(memory={})


@pytest.mark.parametrize(
    ("tasks", "cpus", "told"),
    [
        ((2, 2), {"n1": 4, "n2": 4}, ("4", "2", "2")),
        ((1, 1), {"n1": 1, "n2": 3}, ("2", "1", "3")),
        ((2, 1), {"n1": 5, "n2": 2}, ("10", "5", "1")),
        ((3, 3), {"n1": 1, "n2": 1}, ("2", "1", "1")),
        ((3, 1), {}, ("6", "3", "1")),
    ],
)
def test_each_machine_grants_as_many_cpus_as_the_one_that_takes_most(
    tasks: tuple[int, int], cpus: dict[str, int], told: tuple[str, str, str]
) -> None:
    shares = tuple(Share(machine=name, tasks=count) for name, count in zip(("n1", "n2"), tasks, strict=True))
    found = options(allocation=shares, cpus=cpus)
    assert (found["ntasks"], found["ntasks-per-node"], found["cpus-per-task"]) == told


@given(st.text())
def test_what_users_write_stands_in_a_script_as_base64_alone(hostile: str) -> None:
    program = Program(arguments=(hostile,), directory=hostile, script=hostile, environment={"A": hostile})
    script = batch_script(
        dataclasses.replace(ATTEMPT, program=program), python="/usr/bin/python3", grace=5.0, path="/bin"
    )
    first, *_, last = script.splitlines()
    assert first == "#!/usr/bin/python3 -IS"
    assert last.startswith('main("')
    assert last.isascii()
    assert last.count('"') == 2


@given(st.text(min_size=1), st.text(min_size=1))
def test_marks_are_two_words_and_differ_as_their_attempts_do(one: str, other: str) -> None:
    assert mark(one).isprintable()
    assert len(mark(one).split()) == 2
    assert (mark(one) == mark(other)) == (one == other)


def test_only_what_tends_a_job_hears_that_it_is_to_end_and_how() -> None:
    told = [end("7").arguments, end("7", at_once=True).arguments]
    assert told == [("scancel", "--batch", f"--signal={name}", "7") for name in ("TERM", "QUIT")]


def test_slurms_own_limit_is_behind_ours_and_stays_behind_it_where_that_is_moved() -> None:
    exits = Exits(prolog=("/p",), user_prolog=("/up",), user_epilog=("/ue",), longest=30)
    moved = dataclasses.replace(ATTEMPT, run_limit=61, exits=exits)
    assert [minutes(each, "1-0") for each in (ATTEMPT, moved)] == ["1-0", "3"]
    assert limit("7", "3", None).arguments == (
        *("scontrol", "update", "JobId=7", "TimeLimit=3"),
        "AdminComment=soft_run_limit=inf",
    )
    assert limit("7", "3", 60).arguments[-1] == "AdminComment=soft_run_limit=60"
    assert look_at_limit("7").arguments == ("scancel", "--batch", "--signal=URG", "7")
