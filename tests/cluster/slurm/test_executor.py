"""The Slurm executor, in a partition of a real Slurm."""

import asyncio
import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from jobcast import clock
from jobcast.act.executors import slurm_end, slurm_start, slurm_watch
from jobcast.act.executors.base import Began, End, Ended, ExecutorError, Paused, Phase
from jobcast.act.executors.slurm import SlurmExecutor, SlurmSite
from jobcast.act.executors.slurm_asking import RefusedError, ask
from jobcast.machine import Share
from jobcast.program import Exits
from jobcast.systems.base import Command
from jobcast.systems.slurm.hostlist import expand
from tests.act.executors.bench import COUNTS, PATIENCE_S, Bench, Watched, eventually, number_in, with_
from tests.act.executors.conformance import Conformance
from tests.cluster.slurm.conftest import PARTITION
from tests.cluster.slurm.running import Cluster
from tests.cluster.waiting import until


class TestSlurm(Conformance):
    """All that every executor must do."""


def test_an_attempt_whose_submission_was_not_heard_of_is_found_and_runs_once(
    bench: Bench, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cluster.jobs(PARTITION)
    attempt = bench.sh("a b'$(id)@1", "echo x >> ran")

    async def deaf(command: Command, told: bytes = b"") -> str:
        await ask(command, told)
        raise ExecutorError("nobody heard it")

    async def scene(seen: Watched) -> None:
        monkeypatch.setattr(slurm_start, "ask", deaf)
        with pytest.raises(ExecutorError, match="nobody heard it"):
            await seen.executor.start(attempt)
        monkeypatch.setattr(slurm_start, "ask", ask)
        assert await seen.executor.known() == ()

    async def later(seen: Watched) -> None:
        assert (await seen.run(attempt)).how == End.EXITED

    with_(bench, scene)
    with_(bench, later)
    assert (bench.folder / "ran").read_text() == "x\n"
    assert len(set(cluster.jobs(PARTITION)) - set(before)) == 1


def test_slurms_own_time_limit_moves_with_that_of_an_attempt(bench: Bench, cluster: Cluster) -> None:
    async def scene(seen: Watched) -> None:
        await seen.executor.start(replace(bench.sh("moved@1", "sleep 600"), run_limit=60))
        await seen.first(Began, "moved@1")
        await seen.executor.limit("moved@1", run_limit=601, soft_run_limit=None)
        told = cluster.run("squeue", "-h", "-p", PARTITION, "--name=jobcast moved", "-o", "%l")
        assert told == "11:00\n"
        await seen.executor.kill("moved@1")
        await seen.first(Ended, "moved@1")

    with_(bench, scene)


def test_another_job_runs_on_the_cpus_of_one_that_stands_still(bench: Bench) -> None:
    whole = {"n1": 12}

    async def scene(seen: Watched) -> None:
        first, second = (
            replace(bench.sh(name, line), cpus=whole, memory={"n1": 1 << 30}, run_limit=600)
            for name, line in (("low@1", "sleep 600"), ("high@1", "exit 4"))
        )
        await seen.executor.start(first)
        await seen.first(Began, "low@1")
        await seen.executor.suspend("low@1")
        await seen.first(Paused, "low@1")
        assert (await seen.run(second)).exit_code == 4
        assert [each.phase for each in await seen.executor.known()] == [Phase.SUSPENDED]
        await seen.executor.resume("low@1")
        await seen.first(Paused, "low@1", lambda news: not news.suspended)
        await seen.executor.kill("low@1")
        assert (await seen.first(Ended, "low@1")).how == End.KILLED

    with_(bench, scene)


async def _where_it_stands(counter: Path) -> int:
    """Return what a counter has reached, as soon as it has been the same for a second."""
    reached = -1
    async with asyncio.timeout(PATIENCE_S):
        while (now := number_in(counter)) != reached:
            reached = now
            await asyncio.sleep(1)
    return reached


def test_a_job_that_is_to_stand_still_before_it_runs_does_so_when_it_runs(bench: Bench) -> None:
    async def scene(seen: Watched) -> None:
        counter = bench.folder / "counter"
        await seen.executor.start(bench.sh("a@1", COUNTS, str(counter)))
        await seen.executor.suspend("a@1")
        await seen.first(Paused, "a@1", lambda news: news.suspended)
        reached = await _where_it_stands(counter)  # Slurm stops it some two seconds after it says so
        await seen.executor.resume("a@1")
        await eventually(lambda: number_in(counter) > reached)
        await seen.executor.kill("a@1")
        assert (await seen.first(Ended, "a@1")).how == End.KILLED

    with_(bench, scene)


def test_a_job_is_to_stand_still_whoever_dies_before_it_runs(bench: Bench, cluster: Cluster) -> None:
    other = cluster.submit("-p", "normal", "-w", "n1", "--wrap", "sleep 600")
    until(lambda: cluster.run("squeue", "-h", "-j", other, "-o", "%T") == "RUNNING\n", 30)

    async def scene(seen: Watched) -> None:
        await seen.executor.start(replace(bench.sh("a@1", "sleep 60"), cpus={"n1": 12}))
        await seen.executor.suspend("a@1")

    async def later(seen: Watched) -> None:
        cluster.run("scancel", other)
        await seen.first(Paused, "a@1", lambda news: news.suspended)
        await seen.executor.kill("a@1")
        assert (await seen.first(Ended, "a@1")).how == End.KILLED

    with_(bench, scene)
    with_(bench, later)


def test_cpus_and_memory_are_granted_as_they_were_given_out(bench: Bench, cluster: Cluster) -> None:
    async def scene(seen: Watched) -> None:
        attempt = replace(
            bench.sh(
                "a@1", "scontrol -d show job $SLURM_JOB_ID", output="o", environment=cluster.environment
            ),
            allocation=(Share(machine="n2", tasks=1), Share(machine="n1", tasks=1)),
            cpus={"n1": 3, "n2": 3},
            memory={"n1": 200 << 20, "n2": 200 << 20},
            run_limit=61,
        )
        await seen.run(attempt)
        shown = (bench.folder / "o").read_text()
        (nodes, cpus, memory) = re.findall(r" Nodes=(\S+) CPU_IDs=(\S+) Mem=(\d+)", shown)[0]
        assert (nodes, len(expand(f"[{cpus}]")), memory) == ("n[1-2]", 3, "200")
        assert "TimeLimit=00:02:00" in shown
        assert "BatchHost=n1" in shown

    with_(bench, scene)


def test_what_slurm_does_not_start_is_given_back(bench: Bench, cluster: Cluster, home: Path) -> None:
    whole = replace(bench.sh("a@1", "true"), cpus={"n2": 12})
    whole = replace(whole, allocation=(Share(machine="n2", tasks=1),))
    other = cluster.submit("-p", "normal", "-w", "n2", "--wrap", "sleep 600")
    site = SlurmSite(partition=PARTITION, pause_up_to=0.5, patience=1.0)

    async def scene(seen: Watched) -> None:
        ended = await seen.run(whole)
        assert (ended.how, ended.began) == (End.LOST, None)
        assert ended.detail.startswith("Slurm did not start it where the scheduler had found room: ")
        ended = await seen.run(replace(bench.sh("b@1", "true"), run_limit=2 * 86400))
        assert (ended.how, ended.detail) == (End.NOT_BEGUN, "Slurm will not start it: PartitionTimeLimit")

    until(lambda: cluster.run("squeue", "-h", "-j", other, "-o", "%T") == "RUNNING\n", 30)
    client = partial(SlurmExecutor, home / "state", site, now=lambda: clock.now().timestamp())
    with_(replace(bench, client=client), scene)
    cluster.run("scancel", other)


def test_a_prolog_that_failed_when_its_manager_died_keeps_the_job_from_running(bench: Bench) -> None:
    exits = Exits(prolog=("/bin/sh", "-c", f"echo x >> {bench.folder}/prolog; exit 9"))

    async def without_scancel(command: Command, told: bytes = b"") -> str:
        if command.arguments[0] == "scancel":
            raise ExecutorError("nobody there")
        return await ask(command, told)

    async def scene(seen: Watched) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(slurm_start, "ask", without_scancel)
            await seen.executor.start(bench.sh("a@1", "touch ran", exits=exits))
            await eventually((bench.folder / "prolog").exists)
            await asyncio.sleep(1.5)
            assert seen.of(Ended, "a@1") == []

    async def later(seen: Watched) -> None:
        ended = await seen.first(Ended, "a@1")
        assert (ended.how, ended.exits) == (End.NOT_BEGUN, {"prolog": 9})
        assert [each.name for each in bench.folder.iterdir()] == ["prolog"]
        assert (bench.folder / "prolog").read_text() == "x\n"

    with_(bench, scene)
    with_(bench, later)


def test_slurm_that_is_gone_for_a_while_loses_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(_command: Command, _told: bytes = b"") -> str:
        raise ExecutorError("nobody there")

    async def confused(_command: Command, _told: bytes = b"") -> str:
        raise RefusedError("an error of a kind that nobody has seen")

    async def scene(seen: Watched) -> None:
        await seen.executor.start(bench.sh("a@1", "sleep 1; exit 3"))
        await seen.first(Began, "a@1")
        for trouble in (nobody, confused):
            with monkeypatch.context() as patch:
                for module in (slurm_end, slurm_watch):
                    patch.setattr(module, "ask", trouble)
                await asyncio.sleep(1.5)
                assert seen.of(Ended, "a@1") == []
        ended = await seen.first(Ended, "a@1")
        assert (ended.how, ended.exit_code) == (End.EXITED, 3)

    with_(bench, scene)


def test_root_runs_jobs_as_their_owners(bench: Bench) -> None:
    bench.folder.chmod(0o777)

    async def scene(seen: Watched) -> None:
        exits = Exits(user_prolog=("/bin/sh", "-c", "id -un > prolog"))
        await seen.run(bench.sh("a@1", "id -un; id -gn", user="games", output="o", exits=exits))
        assert (bench.folder / "o").read_text() == "games\ngames\n"
        assert (bench.folder / "o").owner() == "games"
        assert (bench.folder / "prolog").read_text() == "games\n"

    with_(bench, scene)


def test_slurm_ends_what_takes_more_memory_than_it_was_granted(bench: Bench) -> None:
    async def scene(seen: Watched) -> None:
        line = "head -c 150M /dev/zero | tail | sleep 30"
        ended = await seen.run(replace(bench.sh("a@1", line), memory={"n1": 50 << 20}))
        assert ended.how == End.OVER_MEMORY

    with_(bench, scene)


def test_a_job_that_others_cancel_is_told_so(bench: Bench, cluster: Cluster) -> None:
    async def scene(seen: Watched) -> None:
        before = set(cluster.jobs(PARTITION))
        await seen.executor.start(bench.sh("a@1", "sleep 60"))
        await seen.first(Began, "a@1")
        cluster.run("scancel", *(set(cluster.jobs(PARTITION)) - before))
        ended = await seen.first(Ended, "a@1")
        assert (ended.how, ended.detail) == (End.SIGNALLED, "others ended it in Slurm (CANCELLED)")

    with_(bench, scene)


def test_what_slurm_refuses_is_not_begun(bench: Bench) -> None:
    async def scene(seen: Watched) -> None:
        nowhere = replace(bench.sh("a@1", "true"), allocation=(Share(machine="n9", tasks=1),))
        ended = await seen.run(nowhere)
        assert ended.how == End.NOT_BEGUN
        assert "Invalid node name" in ended.detail

    with_(bench, scene)


def test_one_manager_at_a_time_has_a_partition_and_says_who_else_decides_there(
    bench: Bench, home: Path, cluster: Cluster
) -> None:
    async def scene(seen: Watched) -> None:
        executor = seen.executor
        assert isinstance(executor, SlurmExecutor)
        with pytest.raises(ExecutorError, match="another process has the folder"):
            await bench.client().open()
        other = SlurmExecutor(home / "other", SlurmSite(partition=PARTITION), now=float)
        with pytest.raises(ExecutorError, match="another manager holds the partition live"):
            await other.open()
        shared = (
            "machines of partition live also belong to other partitions, where Slurm decides: normal, night"
        )
        assert executor.authority.said().startswith(shared)
        job = cluster.submit("-p", PARTITION, "--hold", "--wrap", "true")
        await eventually(lambda: executor.authority.foreign)
        assert executor.authority.said() == (
            f"in partition live Slurm decides about jobs that aren't ours: {job}"
        )
        cluster.run("scancel", job)

    async def free() -> None:
        executor = SlurmExecutor(home / "other", SlurmSite(partition=PARTITION), now=float)
        await executor.open()
        await executor.close()
        with pytest.raises(ExecutorError, match="no partition nowhere"):
            await SlurmExecutor(home / "nowhere", SlurmSite(partition="nowhere"), now=float).open()

    with_(bench, scene)
    asyncio.run(free())
