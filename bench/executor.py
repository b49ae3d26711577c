"""The embedded executor: short processes a second beside bare ones, and how fast 16 processes stand still."""

import asyncio
import os
import pwd
import resource
import signal
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jobcast.act.executors.base import Attempt, Began, Ended, News, Paused
from jobcast.act.executors.local import LocalExecutor
from jobcast.act.starter import processes
from jobcast.machine import Share
from jobcast.program import Program
from trial import Figure, Trial

_TRUE = "/bin/true"
_PROCESSES, _ROUNDS = 16, 20


def trials(shrink: int) -> list[Trial]:
    """Return what is tried of the executor."""
    return [
        Trial(name="executor processes", run=partial(_processes, 2000 // shrink)),
        Trial(name="executor suspend", run=_suspend),
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """An executor, and the process of its starter."""

    executor: LocalExecutor
    news: AsyncIterator[News]
    starter: int

    def cpu(self) -> float:
        """Return the CPU seconds of the starter, of all jobs that are over and of what tended them."""
        found = (processes.look(self.starter), *processes.descendants(self.starter))
        return sum(each.user + each.system for each in found if each)


@asynccontextmanager
async def _running(folder: Path) -> AsyncIterator[Running]:
    executor = LocalExecutor(folder / "spool", ("here",))
    await executor.open()
    mark = str(folder / "spool").encode()
    (starter,) = (
        int(each.parent.name)
        for each in Path("/proc").glob("[0-9]*/cmdline")
        if mark in each.read_bytes().split(b"\0")
    )
    try:
        yield Running(executor=executor, news=executor.news(), starter=starter)
    finally:
        await executor.close()
        os.kill(starter, signal.SIGTERM)


def _attempt(name: str, *arguments: str) -> Attempt:
    return Attempt(
        id=name,
        job=name,
        user=pwd.getpwuid(os.geteuid()).pw_name,
        program=Program(arguments=arguments, directory="/"),
        allocation=(Share(machine="here", tasks=1),),
    )


def _processes(count: int, folder: Path) -> list[Figure]:
    wall, cpu = asyncio.run(_run_all(count, folder))
    bare_wall, bare_cpu = _run_bare(count)
    return [
        Figure(what="processes through the executor", value=count / wall, unit="/s", bar="≥ 200 /s"),
        Figure(what="  CPU for each, all told", value=1000 * cpu / count, unit="ms", bar="≤ 4 ms"),
        Figure(what="  bare posix_spawn and wait", value=count / bare_wall, unit="/s", bar=""),
        Figure(what="  CPU for each", value=1000 * bare_cpu / count, unit="ms", bar=""),
        Figure(what="  ratio of CPU", value=cpu / bare_cpu, unit="times", bar=""),
    ]


async def _run_all(count: int, folder: Path) -> tuple[float, float]:
    """Return the wall and CPU seconds from the first start until the last is forgotten."""
    async with _running(folder) as running:
        begin, cpu = time.perf_counter(), running.cpu() + time.process_time()
        starts = asyncio.gather(
            *(running.executor.start(_attempt(f"{number}@1", _TRUE)) for number in range(count))
        )
        left = count
        async for news in running.news:
            if isinstance(news, Ended):
                await running.executor.forget(news.attempt)
                left -= 1
            if not left:
                break
        await starts
        return time.perf_counter() - begin, running.cpu() + time.process_time() - cpu


def _run_bare(count: int) -> tuple[float, float]:
    def cpu() -> float:
        usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return sum(used.ru_utime + used.ru_stime for used in usages)

    begin, before = time.perf_counter(), cpu()
    for _ in range(count):
        os.waitpid(os.posix_spawn(_TRUE, [_TRUE], {}), 0)
    return time.perf_counter() - begin, cpu() - before


def _suspend(folder: Path) -> list[Figure]:
    stopped, gone_on = asyncio.run(_stop_and_go(folder))
    return [
        Figure(
            what=f"suspending {_PROCESSES} processes, median",
            value=statistics.median(stopped),
            unit="ms",
            bar="≤ 50 ms",
        ),
        Figure(what="  longest", value=max(stopped), unit="ms", bar=""),
        Figure(what="  resuming, median", value=statistics.median(gone_on), unit="ms", bar="≤ 50 ms"),
        Figure(what="  longest", value=max(gone_on), unit="ms", bar=""),
    ]


async def _stop_and_go(folder: Path) -> tuple[list[float], list[float]]:
    """Return the ms from each order until the executor tells that all processes have followed it."""
    line = f"for i in $(seq {_PROCESSES - 1}); do sleep 600 & done; wait"
    stopped: list[float] = []
    gone_on: list[float] = []
    async with _running(folder) as running:
        await running.executor.start(_attempt("a@1", "/bin/sh", "-c", line))
        await _wait_for(running, Began)
        await asyncio.sleep(0.5)
        for _ in range(_ROUNDS):
            for order, took in ((running.executor.suspend, stopped), (running.executor.resume, gone_on)):
                begin = time.perf_counter()
                await order("a@1")
                await _wait_for(running, Paused)
                took.append(1000 * (time.perf_counter() - begin))
        await running.executor.kill("a@1")
        await _wait_for(running, Ended)
    return stopped, gone_on


async def _wait_for(running: Running, kind: type[News]) -> None:
    async for news in running.news:
        if isinstance(news, kind):
            return
