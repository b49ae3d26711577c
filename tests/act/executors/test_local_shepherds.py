"""Shepherds of the embedded executor tend one attempt after the other."""

import asyncio
import os
import signal
from pathlib import Path

from jobcast.act.executors.base import Began, End, Ended, Paused
from tests.act.executors.bench import Bench, Watched, eventually, with_
from tests.act.executors.starting import starter, starters


def test_a_shepherd_without_an_attempt_tends_the_next(bench: Bench, home: Path):
    async def scene(seen: Watched) -> None:
        for number in range(3):
            await seen.run(bench.sh(f"{number}@1", "echo $PPID", output=str(number)))
        assert {int((bench.folder / str(number)).read_text()) for number in range(3)} == set(shepherds(home))

    with_(bench, scene)


def test_a_shepherd_that_was_killed_without_an_attempt_keeps_none_from_running(bench: Bench, home: Path):
    async def scene(seen: Watched) -> None:
        for number in range(3):
            await seen.run(bench.sh(f"{number}@1", ":"))
            (shepherd,) = shepherds(home)
            os.kill(shepherd, signal.SIGKILL)
        assert (await seen.run(bench.sh("last@1", "exit 3"))).exit_code == 3

    with_(bench, scene)


def test_what_was_given_to_a_shepherd_that_is_just_killed_runs_and_obeys_what_it_was_told(
    bench: Bench, home: Path
):
    async def scene(seen: Watched) -> None:
        await seen.run(bench.sh("before@1", ":"))
        (shepherd,) = shepherds(home)
        os.kill(shepherd, signal.SIGSTOP)
        await seen.executor.start(bench.sh("a@1", "echo x >> ran; exit 3"))
        await seen.executor.suspend("a@1")
        os.kill(shepherd, signal.SIGKILL)
        await seen.first(Paused, "a@1", lambda news: news.suspended)
        await seen.executor.resume("a@1")
        ended = await seen.first(Ended, "a@1")
        assert (ended.how, ended.exit_code) == (End.EXITED, 3)
        assert (bench.folder / "ran").read_text() == "x\n"

    with_(bench, scene)


def test_a_shepherd_that_is_killed_loses_no_attempt_but_its_last(bench: Bench, home: Path):
    async def scene(seen: Watched) -> None:
        await seen.run(bench.sh("before@1", ":"))
        await seen.executor.start(bench.sh("a@1", "sleep 600"))
        await seen.first(Began, "a@1")
        (shepherd,) = shepherds(home)
        os.kill(shepherd, signal.SIGKILL)
        assert (await seen.first(Ended, "a@1")).how == End.LOST
        assert [each.how for each in seen.of(Ended, "before@1")] == [End.EXITED]

    with_(bench, scene)


def test_what_a_shepherd_took_for_one_attempt_is_not_told_of_the_next(bench: Bench):
    async def scene(seen: Watched) -> None:
        busy = "i=0; while [ $i -lt 300 ]; do (:); i=$((i+1)); done"
        first = await seen.run(bench.sh("a@1", busy))
        second = await seen.run(bench.sh("b@1", ":"))
        assert first.consumed.user_cpu + first.consumed.system_cpu > 0
        assert second.consumed.user_cpu + second.consumed.system_cpu < (
            first.consumed.user_cpu + first.consumed.system_cpu
        )

    with_(bench, scene)


def test_shepherds_without_an_attempt_end_with_their_starter(bench: Bench, home: Path):
    async def scene(seen: Watched) -> None:
        await seen.run(bench.sh("a@1", ":"))
        left = set(shepherds(home))
        os.kill(starter(home), signal.SIGKILL)
        await eventually(lambda: not left & set(starters(home)))

    with_(bench, scene)


def test_all_begin_though_more_are_started_at_once_than_may_begin_at_once(bench: Bench):
    names = [f"{number}@1" for number in range(8 * (os.cpu_count() or 1))]

    async def scene(seen: Watched) -> None:
        await asyncio.gather(*(seen.executor.start(bench.sh(name, "sleep 600")) for name in names))
        for name in names:
            await seen.first(Began, name)
        for name in names:
            await seen.executor.kill(name)
        assert {(await seen.first(Ended, name)).how for name in names} == {End.KILLED}

    with_(bench, scene)


def shepherds(home: Path) -> list[int]:
    """Return the shepherds there are."""
    head = starter(home)
    return [pid for pid in starters(home) if pid != head]
