"""Nobody keeps all others out by connections, and those that are open leave files for what else there is to do."""

import asyncio
import json
import os
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from jobcast.serve import protocol
from jobcast.serve.crowd import Crowd, most_connections
from jobcast.serve.http import send_json
from jobcast.serve.protocol import Server, configured
from jobcast.serve.sockets import listen_unix

ASK = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n"
SOMEBODY = os.geteuid() + 1
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def entered(crowd: Crowd, caller: int | str, times: int) -> list[int]:
    """Return the statuses by which so many connections are refused, 0 for welcome ones, -1 for those not even told."""
    statuses = []
    for _ in range(times):
        try:
            refused = crowd.enter(caller)
        except ConnectionRefusedError:
            statuses.append(-1)
        else:
            statuses.append(refused.status if refused else 0)
    return statuses


def test_a_user_has_so_many_connections_and_others_have_theirs():
    crowd = Crowd(most=1000)
    assert entered(crowd, SOMEBODY, 130) == [0] * 64 + [429] * 64 + [-1] * 2
    assert entered(crowd, SOMEBODY + 1, 1) == [0]
    crowd.leave(SOMEBODY)
    assert entered(crowd, SOMEBODY, 2) == [429, -1]
    for _ in range(65):
        crowd.leave(SOMEBODY)
    assert entered(crowd, SOMEBODY, 2) == [0, 429]


def test_an_address_has_half_of_all_and_all_together_have_a_limit():
    crowd = Crowd(most=100)
    assert entered(crowd, "10.0.0.1", 51) == [0] * 50 + [429]
    assert entered(crowd, "10.0.0.2", 50) == [0] * 49 + [503]


def test_root_operators_and_whoever_runs_it_come_in_always():
    crowd = Crowd(most=10, exempt=lambda user: user == SOMEBODY)
    for user in (0, os.geteuid(), SOMEBODY):
        assert entered(crowd, user, 200) == [0] * 200


@pytest.mark.parametrize(
    ("limit", "most"), [(64, 16), (400, 144), (1024, 768), (4096, 1000), (resource.RLIM_INFINITY, 1000)]
)
def test_connections_leave_open_files_for_others(monkeypatch: pytest.MonkeyPatch, limit: int, most: int):
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (limit, limit))
    assert most_connections() == most


async def answered(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send_json(send, {"well": True})


@asynccontextmanager
async def served(crowd: Crowd, path: Path) -> AsyncIterator[None]:
    listener = listen_unix(path)
    server = Server(configured(answered, crowd, lifespan="off"))
    serving = asyncio.create_task(server.serve([listener]))
    await server.answers.wait()
    yield
    server.should_exit = True
    await serving


async def asked(streams: Streams) -> tuple[int, object]:
    reader, writer = streams
    writer.write(ASK)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    size = int(head.partition(b"content-length: ")[2].split()[0])
    return int(head.split()[1]), json.loads(await reader.readexactly(size))


async def closed(streams: Streams) -> None:
    streams[1].close()
    await streams[1].wait_closed()


def test_who_has_too_many_is_told_so_until_one_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(protocol, "_user", lambda _plug: SOMEBODY)
    path = tmp_path / "s"

    async def scene() -> None:
        crowd = Crowd(most=4)
        async with served(crowd, path):
            first, second, third = [await asyncio.open_unix_connection(path) for _ in range(3)]
            assert [await asked(each) for each in (first, second)] == [(200, {"well": True})] * 2
            said = "more than 2 connections are open from here already"
            problem = {"schema": 1, "error": "too_many_connections", "message": said}
            assert await asked(third) == (429, problem)
            assert await third[0].read() == b""
            await closed(third)
            await closed(first)
            while crowd.enter(SOMEBODY) is not None:
                crowd.leave(SOMEBODY)
                await asyncio.sleep(0.01)
            crowd.leave(SOMEBODY)
            fourth = await asyncio.open_unix_connection(path)
            assert await asked(fourth) == (200, {"well": True})
            for each in (second, fourth):
                await closed(each)

    asyncio.run(asyncio.wait_for(scene(), 30))
