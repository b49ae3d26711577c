"""The embedded executor does what every executor must do."""

import asyncio
import json
import os
import signal
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from jobcast.act.executors.base import Began, End, Ended
from jobcast.act.executors.local import LocalExecutor
from jobcast.act.starter.spool import groups_of
from tests.act.executors.bench import Bench, Watched, eventually, watched, with_
from tests.act.executors.conformance import Conformance
from tests.act.executors.life import Life
from tests.act.executors.limits import Limits
from tests.act.executors.starting import bench_in, starter, starters


class TestLocal(Conformance):
    """All that every executor must do."""


GROUPS = groups_of(Path(tempfile.gettempdir()))


@pytest.mark.skipif(GROUPS.tree is None, reason=GROUPS.told)
class TestLocalInGroups(Life, Limits):
    """What processes have to do with, where the host has control groups of version 2."""

    @pytest.fixture
    def bench(self, home: Path) -> Bench:
        return bench_in(home, groups=True)

    def test_a_job_has_a_group_of_its_own_that_goes_with_it(self, bench: Bench, home: Path):
        async def scene(seen: Watched) -> None:
            await seen.run(bench.sh("a@1", "cat /proc/self/cgroup", output="o"))
            tree = groups_of(home / "spool").tree
            assert tree is not None
            assert f"/{tree.name}/a@1\n" in (bench.folder / "o").read_text()
            assert not tree.exists()

        with_(bench, scene)

    def test_nothing_of_a_group_outlives_the_death_of_its_shepherd(self, bench: Bench, home: Path):
        async def scene(seen: Watched) -> None:
            await seen.executor.start(bench.sh("a@1", "sleep 600"))
            await seen.first(Began, "a@1")
            head = starter(home)
            (shepherd,) = (pid for pid in starters(home) if pid != head)
            os.kill(shepherd, signal.SIGKILL)
            assert (await seen.first(Ended, "a@1")).how == End.LOST
            tree = groups_of(home / "spool").tree
            assert tree is not None
            assert not tree.exists()

        with_(bench, scene)


def test_what_takes_its_time_to_end_is_ended_at_once_when_that_is_asked(home: Path):
    patient = replace(
        bench_in(home, groups=False), client=lambda: LocalExecutor(home / "spool", ("here",), grace=9e6)
    )

    async def scene(seen: Watched) -> None:
        line = "trap 'echo > asked' TERM; echo > up; while :; do sleep 0.1; done"
        await seen.executor.start(patient.sh("a@1", line))
        await eventually((patient.folder / "up").exists)
        await seen.executor.kill("a@1")
        await eventually((patient.folder / "asked").exists)
        await seen.executor.kill("a@1", at_once=True)
        ended = await seen.first(Ended, "a@1")
        assert (ended.how, ended.exit_code) == (End.KILLED, 128 + 9)

    with_(patient, scene)


def test_a_starter_that_an_older_program_left_running_is_not_asked_what_it_does_not_know(home: Path):
    asked: list[str] = []

    async def play() -> None:
        hung_up = asyncio.Event()

        async def older(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while line := await reader.readline():
                question = json.loads(line)
                asked.append(question["ask"])
                writer.write(json.dumps({"n": question["n"], "version": 1}).encode() + b"\n")
            writer.close()
            await writer.wait_closed()
            hung_up.set()

        (home / "spool").mkdir()
        async with await asyncio.start_unix_server(older, home / "spool" / "socket"):
            async with watched(bench_in(home, groups=False)) as seen:
                await seen.executor.limit("a@1", run_limit=60, soft_run_limit=50)
                await seen.executor.suspend("a@1")
            await hung_up.wait()

    asyncio.run(play())
    assert asked == ["listen", "suspend"]
