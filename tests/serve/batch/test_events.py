"""Whoever listens hears what happens, and leaves nothing behind."""

import asyncio
from pathlib import Path
from typing import Any

from jobcast.batch.order import Hold
from jobcast.batch.orders import Asker
from jobcast.serve.batch.app import make_batch_app
from jobcast.serve.batch.desk import Desk
from tests.batch import making
from tests.serve.batch.desks import desk as made
from tests.serve.conftest import ROOT

SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/v1/batch/events",
    "query_string": b"",
    "headers": [],
    "state": {"uid": ROOT},
    "client": None,
}


async def listen(desk: Desk, while_there: Any) -> tuple[list[bytes], set[asyncio.Task[Any]]]:
    """Listen until that is done; return what was heard, and the tasks that are left when the answer is over."""
    heard: list[bytes] = []
    gone = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        heard.extend(filter(None, [message.get("body")]))

    answering = asyncio.create_task(make_batch_app(desk)(SCOPE, receive, send))
    while not heard:
        await asyncio.sleep(0)
    while_there()
    while len(heard) < 2:
        await asyncio.sleep(0)
    for _ in range(20):  # until it waits for more
        await asyncio.sleep(0)
    gone.set()
    await answering
    return heard, asyncio.all_tasks() - {asyncio.current_task()}


def test_whoever_leaves_leaves_no_task_behind(tmp_path: Path):
    desk = made(tmp_path)
    making.submit(desk.loop.ledger, making.submitted("n.1.0"), making.submitted("n.1.1", tasks=4))
    desk.loop.ledger.take_changes()
    heard, left = asyncio.run(listen(desk, lambda: desk.loop.do(Hold(steps=("n.1.1",)), Asker(user="ada"))))
    turn = desk.loop.ledger.turns
    assert heard == [
        f'data: {{"turn":{turn - 1},"at":{making.AT},"steps":{{}}}}\n\n'.encode(),
        f'data: {{"turn":{turn},"at":{making.AT},"steps":{{"n.1.1":"user_hold"}}}}\n\n'.encode(),
    ]
    assert left == set()
