"""Where executors are tried: what each gives to the tests, and how these listen to it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from jobcast.act.executors.base import (
    Attempt,
    Ended,
    Executor,
    News,
)
from jobcast.machine import Share
from jobcast.program import Program

PATIENCE_S = 90.0
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
        of_attempt = ("exits", "told", "enforcement", "user", "soft_run_limit")
        own = {key: program.pop(key) for key in of_attempt if key in program}
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
