"""What becomes of jobs when the starter, a shepherd or a client is killed."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from jobcast.act.executors.base import Began, End, Ended, ExecutorError, Paused, Phase
from jobcast.act.plain import to_json
from tests.act.executors.bench import COUNTS, Bench, Watched, eventually, number_in, with_
from tests.act.executors.starting import starter, starters


def test_jobs_survive_the_end_of_the_starter_and_are_adopted_by_the_next(bench: Bench, home: Path):
    async def scene(seen: Watched) -> None:
        await seen.executor.start(bench.sh("ends@1", "while ! [ -e go ]; do sleep 0.02; done; exit 3"))
        await seen.executor.start(bench.sh("stays@1", "while :; do sleep 0.02; done"))
        for name in ("ends@1", "stays@1"):
            await seen.first(Began, name)
        await seen.executor.suspend("stays@1")
        await seen.first(Paused, "stays@1")
        os.kill(starter(home), signal.SIGKILL)
        (bench.folder / "go").touch()
        ended = await seen.first(Ended, "ends@1")
        assert (ended.how, ended.exit_code) == (End.EXITED, 3)
        (known,) = await seen.executor.known()
        assert (known.attempt, known.phase) == ("stays@1", Phase.SUSPENDED)
        await seen.executor.kill("stays@1")
        assert (await seen.first(Ended, "stays@1")).how == End.KILLED

    with_(bench, scene)


def test_an_attempt_whose_shepherd_dies_is_lost_and_nothing_of_it_goes_on(bench: Bench, home: Path):
    counter = bench.folder / "counter"

    async def scene(seen: Watched) -> None:
        await seen.executor.start(bench.sh("a@1", f"setsid sh -c '{COUNTS}' {counter} & {COUNTS}", "other"))
        await eventually(lambda: number_in(counter))
        head = starter(home)
        (shepherd,) = (pid for pid in starters(home) if pid != head)
        os.kill(shepherd, signal.SIGKILL)
        ended = await seen.first(Ended, "a@1")
        last = counter.read_text()
        await asyncio.sleep(0.2)
        assert (ended.how, ended.exit_code) == (End.LOST, 0)
        assert ended.began == (await seen.first(Began, "a@1")).at
        assert counter.read_text() == last

    with_(bench, scene)


def test_nothing_is_lost_and_nothing_runs_twice_when_starter_and_client_are_killed_again_and_again(
    bench: Bench, home: Path
):
    names = [f"{number}@1" for number in range(120)]

    async def scene(seen: Watched) -> None:
        for number, name in enumerate(names):
            if number % 20 == 10:
                os.kill(starter(home), signal.SIGKILL)
            await surely(lambda name=name: seen.executor.start(bench.sh(name, "echo x >> $0", name)))  # type: ignore[misc]
        for name in names:
            assert (await seen.first(Ended, name)).how == End.EXITED

    with_(bench, scene)
    assert [(bench.folder / name).read_text() for name in names] == ["x\n"] * len(names)


async def surely(ask: Callable[[], Awaitable[None]]) -> None:
    """Ask until it is taken, as who isn't sure whether he had asked."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await ask()
            except ExecutorError:
                await asyncio.sleep(0.05)


def test_two_starters_do_not_share_a_spool(bench: Bench, home: Path):
    async def scene(seen: Watched) -> None:
        clients = [bench.client() for _ in range(4)]
        await asyncio.gather(*(each.open() for each in clients))
        assert len(starters(home)) == 1
        for each in clients:
            await each.close()

    with_(bench, scene)


def test_a_starter_that_died_between_taking_a_job_and_running_it_runs_it_when_it_is_back(
    bench: Bench, home: Path
):
    folder = home / "spool" / "attempts" / "a@1"
    folder.mkdir(parents=True)
    (folder / "attempt.json").write_bytes(to_json(bench.sh("a@1", "echo x >> ran")))

    async def scene(seen: Watched) -> None:
        assert (await seen.first(Ended, "a@1")).how == End.EXITED
        assert (bench.folder / "ran").read_text() == "x\n"

    with_(bench, scene)
