"""The embedded executor: jobs run on this machine, as children of a starter that outlives us."""

import asyncio
import contextlib
import itertools
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from jobcast.act.executors.base import Attempt, Ended, ExecutorError, Known, MachineNews, News
from jobcast.act.executors.reasons import in_words
from jobcast.act.plain import from_json, to_json
from jobcast.errors import CommandError
from jobcast.language import say
from jobcast.systems.base import Command
from jobcast.systems.run import run

_MAIN = Path(__file__).parents[1] / "starter" / "__main__.py"
_KNOWS_LIMITS = 2
"""`jobcast.act.starter.server.VERSION` from which on a starter knows ``warn_at``."""
_START_S = 30.0
_ANSWER_S = 30.0
_LONGEST_LINE = 64 << 20
_PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between attempts to reach a starter that is gone; the last for ever."""


class LocalExecutor:
    """Runs attempts on the machine it is on, under whatever names the cluster gives that machine."""

    name = "local"

    def __init__(
        self, spool: Path, machines: tuple[str, ...], *, grace: float = 5.0, groups: bool = True
    ) -> None:
        """Take the starter of that folder; with `grace` seconds between the polite end of a process and the other.

        Without `groups` a starter that it starts makes no control groups, even where it could.
        """
        self._spool, self._machines = spool, machines
        self._options = (str(grace), *(() if groups else ("polling",)))
        self._socket = spool / "socket"
        self._news: asyncio.Queue[News] = asyncio.Queue()
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._version = 0
        """Of the starter."""
        self._listening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Reach the starter, and start one where none answers. Raises ExecutorError where that can't be."""
        reader = await self._reach()
        self._listening = asyncio.create_task(self._listen(reader))
        await self._ask({"ask": "listen"})

    async def close(self) -> None:
        """Let go of the starter, which goes on."""
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
        self._hang_up()

    async def start(self, attempt: Attempt) -> None:
        """See `jobcast.act.executors.base.Executor.start`."""
        await self._ask({"ask": "start", "attempt": msgspec.Raw(to_json(attempt))})

    async def suspend(self, attempt: str) -> None:
        """See `jobcast.act.executors.base.Executor.suspend`."""
        await self._ask({"ask": "suspend", "attempt": attempt})

    async def resume(self, attempt: str) -> None:
        """See `jobcast.act.executors.base.Executor.resume`."""
        await self._ask({"ask": "resume", "attempt": attempt})

    async def kill(self, attempt: str, *, at_once: bool = False) -> None:
        """See `jobcast.act.executors.base.Executor.kill`."""
        await self._ask({"ask": "kill", "attempt": attempt, "at_once": at_once})

    async def limit(self, attempt: str, *, run_limit: int | None, soft_run_limit: int | None) -> None:
        """See `jobcast.act.executors.base.Executor.limit`; whoever asks ends it at the hard one.

        A starter that an older program has left running doesn't know of it: there the soft one stays as it was.
        """
        del run_limit
        if self._version >= _KNOWS_LIMITS:
            await self._ask({"ask": "warn_at", "attempt": attempt, "seconds": soft_run_limit})

    async def forget(self, attempt: str) -> None:
        """See `jobcast.act.executors.base.Executor.forget`."""
        await self._ask({"ask": "forget", "attempt": attempt})

    async def known(self) -> tuple[Known, ...]:
        """See `jobcast.act.executors.base.Executor.known`."""
        answer = await self._ask({"ask": "known"})
        return tuple(from_json(msgspec.json.encode(each), Known) for each in answer["known"])

    async def news(self) -> AsyncIterator[News]:
        """See `jobcast.act.executors.base.Executor.news`."""
        while True:
            yield await self._news.get()

    async def _reach(self) -> asyncio.StreamReader:
        try:
            return await self._connect()
        except OSError:
            await asyncio.to_thread(self._start_starter)
        try:
            return await self._connect()
        except OSError as error:
            raise ExecutorError(say("starter.unreachable", socket=self._socket)) from error

    async def _connect(self) -> asyncio.StreamReader:
        reader, self._writer = await asyncio.open_unix_connection(self._socket, limit=_LONGEST_LINE)
        return reader

    def _start_starter(self) -> None:
        """Start one; where two are started at once, the second finds the first and leaves."""
        arguments = (
            sys.executable,
            "-I",
            "-S",
            "-X",
            "utf8",
            str(_MAIN),
            str(self._spool),
            str(self._socket),
        )
        command = Command(arguments=(*arguments, *self._options), timeout_seconds=_START_S)
        try:
            with run(command):
                pass
        except CommandError as error:
            raise ExecutorError(say("starter.died", why=error.message)) from error

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        if self._writer is None:
            raise ExecutorError(say("starter.unreachable", socket=self._socket))
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            self._writer.write(msgspec.json.encode(question | {"n": number}) + b"\n")
            await self._writer.drain()
            async with asyncio.timeout(_ANSWER_S):
                told = await answer
        except (OSError, TimeoutError) as error:
            raise ExecutorError(say("starter.unreachable", socket=self._socket)) from error
        finally:
            self._asked.pop(number, None)
        if "error" in told:
            raise ExecutorError(say("starter.refused", why=told["error"]))
        return told

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Take in what the starter says, and look for it again where it is gone."""
        while True:
            with contextlib.suppress(OSError, ValueError):
                while line := await reader.readline():
                    self._hear(msgspec.json.decode(line))
            self._hang_up()
            reader = await self._reach_again()

    async def _reach_again(self) -> asyncio.StreamReader:
        for pause in itertools.chain(_PAUSES, itertools.repeat(_PAUSES[-1])):
            await asyncio.sleep(pause)
            with contextlib.suppress(ExecutorError, OSError):
                reader = await self._reach()
                if self._writer is not None:
                    self._writer.write(msgspec.json.encode({"ask": "listen", "n": 0}) + b"\n")
                return reader
        raise AssertionError

    def _hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(ConnectionResetError())
        self._asked.clear()

    def _hear(self, told: dict[str, Any]) -> None:
        self._version = told.get("version", self._version)
        if "news" in told:
            for news in self._read(told["news"]):
                self._news.put_nowait(news)
        elif (answer := self._asked.get(told["n"])) and not answer.done():
            answer.set_result(told)

    def _read(self, told: dict[str, Any]) -> list[News]:
        why = told.pop("why", {})
        news: News = from_json(msgspec.json.encode(told), News)  # type: ignore[arg-type]
        if isinstance(news, MachineNews):
            return [replace(news, machine=name) for name in self._machines]
        if isinstance(news, Ended) and why:
            return [replace(news, detail=in_words(why))]
        return [news]
