"""What a job has of the machine that it runs on."""

import os
import resource
import signal
import sys
from dataclasses import replace

import pytest

from jobcast.act.executors.base import Began, End, Paused
from jobcast.machine import Share
from jobcast.program import Affinity, Enforce, Enforcement, Exits, Unit
from tests.act.executors.bench import Bench, Watched, eventually, number_in, with_


def test_jobs_are_bound_to_cpus_of_their_own_which_one_that_is_suspended_gives_up(bench: Bench):
    here = sorted(os.sched_getaffinity(0))
    all_of_them = Affinity(unit=Unit.CPU, per_task=len(here))
    show = "import os; print(sorted(os.sched_getaffinity(0)))"

    async def scene(seen: Watched) -> None:
        async def bound(name: str) -> tuple[str, str]:
            command = (sys.executable, "-I", "-S", "-c", show)
            ended = await seen.run(
                bench.attempt(name, *command, output=name, affinity=Affinity(unit=Unit.CPU))
            )
            return (bench.folder / name).read_text(), ended.detail

        assert await bound("free@1") == (f"[{here[0]}]\n", "")
        await seen.executor.start(bench.sh("all@1", "sleep 60", affinity=all_of_them))
        await seen.first(Began, "all@1")
        unbound = "it ran unbound: too few CPUs were free to bind it to"
        assert await bound("crowded@1") == (f"{here}\n", unbound)
        await seen.executor.suspend("all@1")
        await seen.first(Paused, "all@1")
        assert await bound("instead@1") == (f"[{here[0]}]\n", "")
        await seen.executor.kill("all@1")

    with_(bench, scene)


def test_a_job_that_other_hands_stop_and_let_go_on_is_told_so(bench: Bench):
    async def scene(seen: Watched) -> None:
        await seen.executor.start(bench.sh("a@1", "echo $$ > pid; sleep 600"))
        pid = await eventually(lambda: number_in(bench.folder / "pid"))
        await seen.first(Began, "a@1")
        os.kill(pid, signal.SIGSTOP)
        await seen.first(Paused, "a@1", lambda news: news.suspended)
        os.kill(pid, signal.SIGCONT)
        await seen.first(Paused, "a@1", lambda news: not news.suspended)
        await seen.executor.kill("a@1")

    with_(bench, scene)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a job its priority back")
def test_a_job_that_takes_more_cpus_than_it_may_is_slowed_until_it_takes_less(bench: Bench):
    line = "echo $$ > pid; (while ! [ -e less ]; do :; done) & while ! [ -e less ]; do :; done; sleep 600"

    async def scene(seen: Watched) -> None:
        # None at all: how many a busy machine lets it have is not known.
        few = Enforcement(cpus=0, policy=Enforce.SHARES)
        await seen.executor.start(bench.sh("a@1", line, enforcement=few, nice=3))
        pid = await eventually(lambda: number_in(bench.folder / "pid"))
        await eventually(lambda: os.getpriority(os.PRIO_PROCESS, pid) == 13)
        (bench.folder / "less").touch()
        await eventually(lambda: os.getpriority(os.PRIO_PROCESS, pid) == 3)
        await seen.executor.kill("a@1")

    with_(bench, scene)


def test_a_job_finds_a_file_that_names_its_machines(bench: Bench):
    async def scene(seen: Watched) -> None:
        where = (Share(machine="here", tasks=2),)
        await seen.run(replace(bench.sh("a@1", 'cat "$LOADL_HOSTFILE"', output="o"), allocation=where))
        assert (bench.folder / "o").read_text() == "here\nhere\n"

    with_(bench, scene)


def test_a_job_has_no_more_than_the_machine_allows_and_is_told(bench: Bench):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def scene(seen: Watched) -> None:
        limits = {"nofile": (None, None), "core": (0, 0)}
        ended = await seen.run(bench.sh("a@1", "ulimit -Sn; ulimit -Hn", limits=limits, output="o"))
        assert (bench.folder / "o").read_text() == f"{most}\n{most}\n"
        assert ended.detail == "limits above those of this machine were lowered to them: nofile"

    with_(bench, scene)


def test_a_limit_that_cannot_be_is_told_as_the_jobs_though_its_user_prolog_meets_it_first(bench: Bench):
    async def scene(seen: Watched) -> None:
        exits = Exits(user_prolog=("/bin/true",))
        ended = await seen.run(bench.sh("a@1", "exit 0", limits={"nofile": (10, 5)}, exits=exits))
        assert (ended.how, ended.detail) == (
            End.NOT_BEGUN,
            "its limit nofile can't be set: Invalid argument",
        )

    with_(bench, scene)
