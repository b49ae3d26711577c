"""What is known, over HTTP: snapshots, the past, and what happens."""

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import AsyncIterator
from dataclasses import fields

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from jobcast.batch.plain import to_json
from jobcast.batch.service import Past, Wanted
from jobcast.serve.batch import snapshots
from jobcast.serve.batch.desk import JSON, Desk, looking
from jobcast.serve.http import RefusedError

_LINES = 200
"""Steps sent at once of the past."""
_STILL_SECONDS = 15
"""After which those who listen are told that there is nothing to tell."""
_MOST = 10**12
"""Seconds of the epoch are less."""


async def snapshot(desk: Desk, request: Request) -> Response:
    """``GET /v1/batch/snapshot``: all that is known now."""
    looking(desk, request)
    asked = request.query_params
    wanted = Wanted(
        steps=tuple(filter(None, asked.get("steps", "").split(","))),
        over_since=whole(asked.get("over_since")),
        backfill=asked.get("backfill") == "1",
        bare=asked.get("bare") == "1",
    )
    ledger, at = desk.loop.ledger, desk.loop.second()
    headers = {"etag": snapshots.tag(ledger, wanted, at), "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    pieces = snapshots.as_json(ledger, wanted, desk.frame, desk.loop.shown, at)
    return StreamingResponse(pieces, media_type=JSON, headers=headers)


def whole(text: str | None) -> int | None:
    """Return the number that somebody has written; raises RefusedError where it is none."""
    try:
        number = None if text is None else int(text)
    except ValueError:
        number = _MOST
    if number is not None and abs(number) >= _MOST:
        raise RefusedError(400, "no_number", f"{str(text)[:40]!r} is no second of the epoch")
    return number


async def past(desk: Desk, request: Request) -> Response:
    """``GET /v1/batch/past``: steps that are over, a line for each."""
    looking(desk, request)
    asked = request.query_params
    texts = ("user", "queue", "group", "unix_group", "job")
    wanted = Past(
        **{
            each.name: asked.get(each.name) if each.name in texts else whole(asked.get(each.name))
            for each in fields(Past)
        }  # type: ignore[arg-type]
    )

    async def lines() -> AsyncIterator[bytes]:
        batch: list[bytes] = []
        for step in desk.loop.ledger.journal.past(wanted):
            batch.append(step)
            if len(batch) == _LINES:
                yield b"\n".join(batch) + b"\n"
                batch.clear()
                await asyncio.sleep(0)  # others are answered in between
        if batch:
            yield b"\n".join(batch) + b"\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


async def events(desk: Desk, request: Request) -> Response:
    """``GET /v1/batch/events``: what happens from now on."""
    looking(desk, request)

    async def stream() -> AsyncIterator[bytes]:
        queue = desk.loop.listeners.add()
        ending, getting = asyncio.create_task(desk.stopping.wait()), asyncio.create_task(queue.get())
        try:
            yield b"data: " + to_json(desk.loop.happened()) + b"\n\n"
            while not (desk.stopping.is_set() or await request.is_disconnected()):
                await asyncio.wait({getting, ending}, timeout=_STILL_SECONDS, return_when=FIRST_COMPLETED)
                if getting.done():
                    happened, getting = getting.result(), asyncio.create_task(queue.get())
                    yield b"data: " + to_json(happened) + b"\n\n"
                else:
                    yield b": still here\n\n"
        finally:
            desk.loop.listeners.drop(queue)
            ending.cancel()
            getting.cancel()
            await asyncio.gather(ending, getting, return_exceptions=True)

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"cache-control": "no-store"})


async def healthz(desk: Desk, _request: Request) -> Response:
    """``GET /healthz``: the manager answers."""
    return Response(to_json({"turns": desk.loop.ledger.turns}), media_type=JSON)
