"""What every executor must do, whatever it drives: one set of tests, and a bench that each executor gives to them."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from jobcast.act.executors.base import (
    Attempt,
    Began,
    End,
    Ended,
    Executor,
    Known,
    News,
    Paused,
    Phase,
)
from jobcast.machine import Share
from jobcast.program import Program

PATIENCE_S = 30.0
N = TypeVar("N", bound=News)

COUNTS = 'n=0; while :; do n=$((n+1)); echo $n > "$0"; sleep 0.02; done'
"""Of sh: counts up in the file that is its name, for ever."""


DAEMON = "import os; os.fork() and os._exit(0); os.setsid(); os.fork() and os._exit(0)"
"""Of Python: leaves its session and its parent."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where an executor is tried."""

    folder: Path
    """Empty, and the user may write to it."""
    user: str
    """Who runs the jobs."""
    machine: str
    """Where they run."""
    client: Callable[[], Executor]
    """Makes one, not open, of the same executor each time."""
    slow: bool = False
    """It takes seconds to start a job; then fewer are started."""

    def attempt(self, name: str, *arguments: str, **program: Any) -> Attempt:
        """Return an attempt that runs these arguments, with further fields of `Program` and of `Attempt`."""
        own = {key: program.pop(key) for key in ("exits", "told", "enforcement", "user") if key in program}
        program.setdefault("directory", str(self.folder))
        return Attempt(
            id=name,
            job=name.partition("@")[0],
            program=Program(arguments=arguments, **program),
            allocation=(Share(machine=self.machine, tasks=1),),
            cpus={self.machine: 1},
            **{"user": self.user} | own,
        )

    def sh(self, name: str, line: str, *more: str, **program: Any) -> Attempt:
        """Return an attempt that runs a line of sh; what follows is $0, $1 and so on."""
        return self.attempt(name, "/bin/sh", "-c", line, *more, **program)


@dataclass
class Watched:
    """An executor that is open, and what it has told."""

    executor: Executor
    heard: list[News] = field(default_factory=list)

    async def first(self, kind: type[N], attempt: str, fits: Callable[[N], bool] = lambda _news: True) -> N:
        """Return the first such news of an attempt, when it comes."""

        def found() -> N | None:
            return next((each for each in self.of(kind, attempt) if fits(each)), None)

        return await eventually(found)

    def of(self, kind: type[N], attempt: str) -> list[N]:
        """Return all such news of an attempt until now."""
        return [each for each in self.heard if isinstance(each, kind) and each.attempt == attempt]

    async def run(self, attempt: Attempt) -> Ended:
        """Start it and wait for its end."""
        await self.executor.start(attempt)
        return await self.first(Ended, attempt.id)


R = TypeVar("R")


async def eventually(found: Callable[[], R | None]) -> R:
    """Return what is found, as soon as it's there and true."""
    async with asyncio.timeout(PATIENCE_S):
        while not (value := found()):
            await asyncio.sleep(0.01)
    return value


@contextlib.asynccontextmanager
async def watched(bench: Bench) -> AsyncIterator[Watched]:
    """Open a new client and listen to it."""
    executor = bench.client()
    await executor.open()
    seen = Watched(executor)

    async def listen() -> None:
        async for news in executor.news():
            seen.heard.append(news)

    task = asyncio.create_task(listen())
    try:
        yield seen
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await executor.close()


def with_(bench: Bench, scene: Callable[[Watched], Awaitable[None]]) -> None:
    """Play a scene with a client that is open."""

    async def play() -> None:
        async with watched(bench) as seen:
            await scene(seen)

    asyncio.run(play())


def number_in(path: Path) -> int:
    """Return the number that a file holds; 0 while it holds none."""
    text = path.read_text() if path.exists() else ""
    return int(text or 0)


class Conformance:
    """To be inherited by the tests of an executor, which have a fixture ``bench``."""

    def test_a_job_runs_and_tells_when_it_began_how_it_ended_and_what_it_took(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            ended = await seen.run(bench.sh("a@1", "echo out; echo err >&2; exit 3", output="o", error="e"))
            began = await seen.first(Began, "a@1")
            assert ended == Ended(
                attempt="a@1",
                began=began.at,
                at=ended.at,
                how=End.EXITED,
                exit_code=3,
                consumed=ended.consumed,
            )
            assert began.at <= ended.at
            assert (bench.folder / "o").read_text() == "out\n"
            assert (bench.folder / "e").read_text() == "err\n"

        with_(bench, scene)

    def test_what_is_asked_twice_is_started_once(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            attempt = bench.sh("a@1", "echo x >> ran; sleep 0.2")
            await seen.executor.start(attempt)
            await seen.run(attempt)
            await seen.executor.start(attempt)
            await seen.run(bench.sh("b@1", "sleep 0.3"))
            assert (bench.folder / "ran").read_text() == "x\n"
            assert len(seen.of(Began, "a@1")) == 1

        with_(bench, scene)

    def test_an_id_stays_used_after_it_was_forgotten(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            attempt = bench.sh("a@1", "echo x >> ran")
            await seen.run(attempt)
            await seen.executor.forget("a@1")
            await seen.executor.start(attempt)
            await seen.run(bench.sh("b@1", "sleep 0.3"))
            assert (bench.folder / "ran").read_text() == "x\n"
            assert await seen.executor.known() == ()

        with_(bench, scene)

    def test_a_signal_that_nobody_here_sent_is_told(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            ended = await seen.run(bench.sh("a@1", "kill -SEGV $$"))
            assert (ended.how, ended.exit_code) == (End.SIGNALLED, 128 + 11)

        with_(bench, scene)

    def test_suspending_stops_all_processes_and_resuming_lets_them_go_on(self, bench: Bench):
        files = [bench.folder / "one", bench.folder / "two"]

        async def scene(seen: Watched) -> None:
            both = f"sh -c '{COUNTS}' {files[0]} & setsid sh -c '{COUNTS}' {files[1]} & wait"
            await seen.executor.start(bench.sh("a@1", both))
            await eventually(lambda: all(map(number_in, files)))
            await seen.executor.suspend("a@1")
            await seen.first(Paused, "a@1", lambda news: news.suspended)
            before = [each.read_text() for each in files]
            assert [each.phase for each in await seen.executor.known()] == [Phase.SUSPENDED]
            await asyncio.sleep(0.2)
            assert [each.read_text() for each in files] == before
            await seen.executor.suspend("a@1")
            await seen.executor.resume("a@1")
            await seen.first(Paused, "a@1", lambda news: not news.suspended)
            await eventually(
                lambda: all(number_in(each) > int(old or 0) for each, old in zip(files, before, strict=True))
            )
            await seen.executor.kill("a@1")
            await seen.first(Ended, "a@1")
            assert [each.suspended for each in seen.of(Paused, "a@1")] == [True, False]

        with_(bench, scene)

    def test_killing_ends_a_job_that_is_suspended(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            await seen.executor.start(
                bench.sh("a@1", "trap 'exit 7' TERM; touch up; while :; do sleep 0.1; done")
            )
            await eventually((bench.folder / "up").exists)
            await seen.executor.suspend("a@1")
            await seen.first(Paused, "a@1")
            await seen.executor.kill("a@1")
            ended = await seen.first(Ended, "a@1")
            assert ended.how == End.KILLED

        with_(bench, scene)

    def test_killing_reaches_what_ignores_it_and_what_has_left_its_session(self, bench: Bench):
        counter = bench.folder / "counter"

        async def scene(seen: Watched) -> None:
            daemon = f"{DAEMON}; os.execv('/bin/sh', ['sh', '-c', {COUNTS!r}, {str(counter)!r}])"
            await seen.executor.start(
                bench.sh(
                    "a@1", '"$0" -c "$1"; trap "" TERM; while :; do sleep 1; done', sys.executable, daemon
                )
            )
            await eventually(lambda: number_in(counter))
            await seen.executor.kill("a@1")
            ended = await seen.first(Ended, "a@1")
            last = counter.read_text()
            await asyncio.sleep(0.2)
            assert (ended.how, ended.exit_code) == (End.KILLED, 128 + 9)
            assert counter.read_text() == last

        with_(bench, scene)

    def test_nothing_that_a_job_leaves_behind_outlives_it(self, bench: Bench):
        counter = bench.folder / "counter"

        async def scene(seen: Watched) -> None:
            ended = await seen.run(bench.sh("a@1", f"setsid sh -c '{COUNTS}' {counter} & sleep 0.2"))
            last = counter.read_text()
            await asyncio.sleep(0.2)
            assert (ended.how, ended.exit_code) == (End.EXITED, 0)
            assert counter.read_text() == last

        with_(bench, scene)

    def test_orders_for_what_is_over_or_was_never_there_do_nothing(self, bench: Bench):
        async def scene(seen: Watched) -> None:
            await seen.run(bench.attempt("a@1", "/bin/true"))
            for name in ("a@1", "nobody@1"):
                for order in (seen.executor.suspend, seen.executor.resume, seen.executor.kill):
                    await order(name)
            await seen.executor.forget("nobody@1")
            assert await seen.executor.known() == ()

        with_(bench, scene)

    def test_a_new_client_knows_what_runs_and_hears_of_ends_until_they_are_forgotten(self, bench: Bench):
        async def before(seen: Watched) -> None:
            await seen.run(bench.sh("a@1", "exit 5"))
            await seen.executor.start(bench.sh("b@1", "while ! [ -e go ]; do sleep 0.05; done"))
            await seen.first(Began, "b@1")

        async def after(seen: Watched) -> None:
            (known,) = await seen.executor.known()
            assert known == Known(attempt="b@1", phase=Phase.RUNNING, began=known.began)
            assert known.began is not None
            assert (await seen.first(Ended, "a@1")).exit_code == 5
            await seen.executor.forget("a@1")
            (bench.folder / "go").touch()
            await seen.first(Ended, "b@1")

        async def last(seen: Watched) -> None:
            await seen.first(Ended, "b@1")
            assert seen.of(Ended, "a@1") == []

        for scene in (before, after, last):
            with_(bench, scene)

    def test_hundreds_of_short_jobs_all_end_once(self, bench: Bench):
        names = [f"{number}@1" for number in range(20 if bench.slow else 300)]

        async def scene(seen: Watched) -> None:
            await asyncio.gather(
                *(seen.executor.start(bench.sh(name, "echo x >> $0", name)) for name in names)
            )
            for name in names:
                assert (await seen.first(Ended, name)).how == End.EXITED
            assert [len(seen.of(Ended, name)) for name in names] == [1] * len(names)
            assert [(bench.folder / name).read_text() for name in names] == ["x\n"] * len(names)

        with_(bench, scene)
