"""Callers of the service, as many at once as there are connections: they ask, wait for the answer, and ask again."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

import httptools
import uvloop

Answered = Callable[[int, bytes], None]
"""Called with the number of the body that was asked and what came back."""


@dataclass(kw_only=True, slots=True)
class Load:
    """What became of the requests."""

    asked: int = 0
    """Requests, those that were asked twice counted once."""
    seconds: list[float] = field(default_factory=list)
    """How long each answered request took, with the second try of those whose connection broke."""
    retried: int = 0
    """Requests whose connection broke, asked once more as a hook does."""
    unanswered: int = 0
    """Requests of which both tries failed, or that were answered with another status than 200."""
    wall: float = 0.0
    """Seconds from the first request to the last answer."""

    def percentile(self, share: float) -> float:
        """Return the time within which such a share of requests was answered, in milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is asked, and how often."""

    port: int
    path: str
    bodies: list[bytes]
    requests: int
    """The fewest: as long as something happens beside, more are asked."""
    connections: int


_NONE = -1


class _Caller(asyncio.Protocol):
    """One connection: it takes the next request from `numbers` until there are none."""

    def __init__(self, plan: Plan, numbers: Iterator[int], load: Load, answered: Answered) -> None:
        self._plan, self._numbers, self._load, self._answered = plan, numbers, load, answered
        self.left = _NONE
        """Number of the request that waits for its answer."""
        self.tried = 1
        self.over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._parser = httptools.HttpResponseParser(self)
        self._body = b""
        if self.left == _NONE:
            self._ask()
        else:
            self._send()

    def _ask(self) -> None:
        self.left = next(self._numbers, _NONE)
        if self.left == _NONE:
            self._transport.close()
            return
        self._load.asked += 1
        self.tried, self.began = 1, time.perf_counter()
        self._send()

    def _send(self) -> None:
        body = self._plan.bodies[self.left % len(self._plan.bodies)]
        head = f"POST {self._plan.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        status, body, self._body = self._parser.get_status_code(), self._body, b""
        self._parser = httptools.HttpResponseParser(self)
        if status == 200:
            self._load.seconds.append(time.perf_counter() - self.began)
            self._answered(self.left % len(self._plan.bodies), body)
        else:
            self._load.unanswered += 1
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - as asyncio calls it
        if not self.over.done():
            self.over.set_result(None)


async def _call(plan: Plan, numbers: Iterator[int], load: Load, answered: Answered) -> None:
    """Keep one connection busy, and open another where it breaks."""
    loop = asyncio.get_running_loop()
    caller = _Caller(plan, numbers, load, answered)
    while True:
        caller.over = loop.create_future()
        await loop.create_connection(lambda: caller, "127.0.0.1", plan.port)
        await caller.over
        if caller.left == _NONE:
            return
        if caller.tried == 2:
            load.unanswered += 1
            caller.left = _NONE
        else:
            caller.tried, load.retried = 2, load.retried + 1


def _numbers(requests: int, busy: "asyncio.Future[object]") -> Iterator[int]:
    number = 0
    while number < requests or not busy.done():
        yield number
        number += 1


def put(plan: Plan, answered: Answered, beside: Callable[[], object] | None = None) -> Load:
    """Ask all that is planned, and go on until `beside` has ended, which runs in a thread of its own meanwhile."""

    async def all_callers() -> Load:
        busy = asyncio.ensure_future(asyncio.to_thread(beside) if beside else asyncio.sleep(0))
        load, numbers = Load(), _numbers(plan.requests, busy)
        begin = time.perf_counter()
        await asyncio.gather(*(_call(plan, numbers, load, answered) for _ in range(plan.connections)))
        load.wall = time.perf_counter() - begin
        await busy
        return load

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(all_callers())
