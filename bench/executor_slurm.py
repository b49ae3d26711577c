"""The Slurm executor: how soon jobs begin, and others run on the CPUs of those that stand still.

Wants a Slurm that is named by the environment, as ``python -m tests.cluster.slurm`` prints it, and the name of a
partition of it in JOBCAST_BENCH_PARTITION; its first node is used.
"""

import asyncio
import os
import pwd
import shutil
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from jobcast import clock
from jobcast.act.executors.base import Attempt, Began, Ended, News
from jobcast.act.executors.slurm import SlurmExecutor
from jobcast.act.executors.slurm_post import SlurmSite
from jobcast.machine import Share
from jobcast.program import Program
from trial import Figure, Trial

_PARTITION = "JOBCAST_BENCH_PARTITION"
_CPUS = 12
"""That each node of the tests' Slurm declares."""


def trials(shrink: int) -> list[Trial]:
    """Return what is tried of the executor."""
    return [Trial(name="executor slurm", run=partial(_try, shrink), missing=_missing)]


def _missing() -> str:
    if shutil.which("sbatch") is None:
        return "sbatch"
    return "" if os.environ.get(_PARTITION) else f"a partition of Slurm's in {_PARTITION}"


@dataclass(kw_only=True, slots=True)
class Running:
    """An executor that is open, and what it has told."""

    executor: SlurmExecutor
    node: str
    heard: list[News] = field(default_factory=list)

    async def start(self, name: str, *arguments: str, cpus: int = 1) -> float:
        """Start a program; return the second at which it was asked for."""
        asked = clock.now().timestamp()
        attempt = Attempt(
            id=name,
            job=name,
            user=pwd.getpwuid(os.geteuid()).pw_name,
            program=Program(arguments=arguments, directory="/"),
            allocation=(Share(machine=self.node, tasks=1),),
            cpus={self.node: cpus},
        )
        await self.executor.start(attempt)
        return asked

    async def began(self, name: str) -> float:
        """Return the second at which a program began, once that is told."""
        while True:
            for each in self.heard:
                if isinstance(each, Began) and each.attempt == name:
                    return each.at
            await asyncio.sleep(0.02)

    async def over(self, name: str) -> None:
        """Wait for the end of an attempt to be told."""
        while not any(isinstance(each, Ended) and each.attempt == name for each in self.heard):
            await asyncio.sleep(0.02)


@asynccontextmanager
async def _running(folder: Path) -> AsyncIterator[Running]:
    site = SlurmSite(partition=os.environ[_PARTITION])
    executor = SlurmExecutor(folder / "slurm", site, now=lambda: clock.now().timestamp())
    await executor.open()
    running = Running(executor=executor, node=executor.authority.nodes[0])

    async def listen() -> None:
        async for news in executor.news():
            running.heard.append(news)

    listening = asyncio.create_task(listen())
    try:
        yield running
    finally:
        listening.cancel()
        await executor.close()


def _try(shrink: int, folder: Path) -> list[Figure]:
    return asyncio.run(_measure(folder, shrink))


async def _measure(folder: Path, shrink: int) -> list[Figure]:
    async with _running(folder) as running:
        answers, beginnings = await _one_by_one(running, max(3, 20 // shrink))
        preempted = await _preempt(running, max(2, 5 // shrink))
        many = 100 // shrink
        all_over = await _together(running, many)
    return [
        *_two("an order to start is answered", answers),
        *_two("from the order to the program", beginnings),
        *_two("from suspending to another's program", preempted),
        Figure(what=f"{many} short jobs at once, over and told", value=all_over, unit="s", bar=""),
    ]


def _two(what: str, seconds: Sequence[float]) -> list[Figure]:
    return [
        Figure(what=f"{what}, median", value=1000 * statistics.median(seconds), unit="ms", bar=""),
        Figure(what="  worst", value=1000 * max(seconds), unit="ms", bar=""),
    ]


async def _one_by_one(running: Running, count: int) -> tuple[list[float], list[float]]:
    answers, beginnings = [], []
    for number in range(count):
        name, begin = f"one{number}@1", time.perf_counter()
        asked = await running.start(name, "/bin/true")
        answers.append(time.perf_counter() - begin)
        beginnings.append(await running.began(name) - asked)
        await running.over(name)
    return answers, beginnings


async def _preempt(running: Running, count: int) -> list[float]:
    """Return the seconds from the suspension of a whole machine's job until another one's program runs there."""
    took = []
    for number in range(count):
        low, high = f"low{number}@1", f"high{number}@1"
        await running.start(low, "/bin/sleep", "600", cpus=_CPUS)
        await running.began(low)
        asked = clock.now().timestamp()
        await running.executor.suspend(low)
        await running.start(high, "/bin/true", cpus=_CPUS)
        took.append(await running.began(high) - asked)
        await running.over(high)
        await running.executor.kill(low)
        await running.over(low)
    return took


async def _together(running: Running, count: int) -> float:
    begin, names = time.perf_counter(), [f"many{number}@1" for number in range(count)]
    await asyncio.gather(*(running.start(name, "/bin/true") for name in names))
    for name in names:
        await running.over(name)
    return time.perf_counter() - begin
