"""The ASGI application of the batch manager."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any, cast

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from jobcast import language
from jobcast.batch import picture
from jobcast.batch.intake.base import Submitter
from jobcast.batch.loop import Loop
from jobcast.batch.order import (
    Answer,
    Done,
    Order,
    Outcome,
    Reconfigure,
    Stop,
    SubmitCommand,
    SubmitCommandFile,
)
from jobcast.batch.orders import Asker
from jobcast.batch.plain import from_json, to_json
from jobcast.batch.screens.loadleveler.submit import through_filter
from jobcast.batch.service import Past, Wanted
from jobcast.batch.site import LiveSite
from jobcast.errors import InputError, JobcastError
from jobcast.language import say
from jobcast.serve.batch import snapshots
from jobcast.serve.http import GoneError, RefusedError, problem, read_body
from jobcast.serve.names import Named

logger = logging.getLogger("jobcast.batch")

_JSON = "application/json"
_LINES = 200
"""Steps sent at once of the past."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What the application answers from."""

    loop: Loop
    frame: picture.Frame
    operators: frozenset[str]
    """Login names of those who may do everything."""
    only: str | None
    """The one user whose jobs can be run here; None for everybody's."""
    submitter: Callable[[str], Submitter]
    """Looks up a user; may take long."""
    read_site: Callable[[], LiveSite]
    """Reads the site's files again; may take long."""
    stop: Callable[[], None]
    """Ends the manager."""
    filtered: Callable[[SubmitCommandFile, Submitter], SubmitCommandFile | str]
    """Sends a job command file through the site's filter; returns why it is refused, or what is submitted."""


def make_batch_app(desk: Desk) -> Starlette:
    """Return the application."""
    table: tuple[tuple[str, str, Any], ...] = (
        ("POST", "/v1/batch/orders", _orders),
        ("GET", "/v1/batch/snapshot", _snapshot),
        ("GET", "/v1/batch/past", _past),
        ("GET", "/v1/batch/events", _events),
        ("GET", "/healthz", _healthz),
    )
    routes = [
        Route(path, partial(_answered, desk, handler), methods=[method]) for method, path, handler in table
    ]
    return Starlette(routes=routes, middleware=[Middleware(Named)])


async def _answered(desk: Desk, handler: Any, request: Request) -> Response:
    """Answer, whatever happens."""
    language.choose(_language(request))
    try:
        return cast("Response", await handler(desk, request))
    except GoneError:
        return Response(status_code=499)
    except RefusedError as refused:
        return Response(problem(refused), refused.status, media_type=_JSON)
    except InputError as error:
        return Response(problem(RefusedError(422, "unreadable", error.message)), 422, media_type=_JSON)
    except JobcastError as error:
        told = f"{error.message} {error.hint}".strip()
        return Response(problem(RefusedError(503, "unavailable", told)), 503, media_type=_JSON)
    except Exception:
        logger.exception("%s failed", request.url.path)
        return Response(problem(RefusedError(500, "fault", "a fault of jobcast")), 500, media_type=_JSON)


def _language(request: Request) -> str:
    return "zh" if request.headers.get("accept-language", "").startswith("zh") else "en"


def _asker(desk: Desk, request: Request) -> Asker:
    user = request.scope["state"].get("login")
    if user is None:
        raise RefusedError(401, "unknown", "nobody knows who asks: knock at the Unix socket")
    site = desk.loop.ledger.site
    named = site.loadleveler.administrators if site.dialect == "loadleveler" else frozenset[str]()
    return Asker(user=user, operator=user in desk.operators | named)


async def _orders(desk: Desk, request: Request) -> Response:
    asker = _asker(desk, request)
    body = await read_body(request.scope, request.receive)
    order = cast("Order", from_json(body, cast("type[Any]", Order)))
    spoken = _language(request)
    match order:
        case SubmitCommandFile() | SubmitCommand():
            answer = await _submit(desk, order, asker, spoken)
        case Reconfigure() | Stop():
            answer = await _of_manager(desk, order, asker)
        case _:
            answer = desk.loop.do(order, asker)
    return Response(to_json(answer), media_type=_JSON)


async def _submit(desk: Desk, order: SubmitCommandFile | SubmitCommand, asker: Asker, spoken: str) -> Answer:
    if desk.only is not None and asker.user != desk.only:
        return _refused(say("batch.only", user=desk.only))
    who = await asyncio.to_thread(desk.submitter, asker.user)
    said: tuple[str, ...] = ()
    if isinstance(order, SubmitCommandFile):
        filtered = await asyncio.to_thread(desk.filtered, order, who)
        language.choose(spoken)
        if isinstance(filtered, str):
            return _refused(filtered)
        if filtered is not order:
            said = (through_filter(desk.loop.ledger.site.loadleveler.live.submit_filter[0]),)
        order = filtered
    language.choose(spoken)  # another request may have been answered meanwhile
    answer = desk.loop.do(order, asker, who)
    return replace(answer, warnings=(*said, *answer.warnings))


def _refused(said: str) -> Answer:
    return Answer(outcomes=(Outcome(name="", done=Done.REFUSED, said=said),))


async def _of_manager(desk: Desk, order: Reconfigure | Stop, asker: Asker) -> Answer:
    if not asker.operator:
        said = say("batch.operators_only")
        return Answer(outcomes=(Outcome(name="", done=Done.NOT_YOURS, said=said),))
    if isinstance(order, Stop):
        desk.stop()
        return Answer(outcomes=())
    return desk.loop.reconfigure(await asyncio.to_thread(desk.read_site))


async def _snapshot(desk: Desk, request: Request) -> Response:
    asked = request.query_params
    wanted = Wanted(
        steps=tuple(filter(None, asked.get("steps", "").split(","))),
        over_since=_whole(asked.get("over_since")),
        backfill=asked.get("backfill") == "1",
    )
    ledger, at = desk.loop.ledger, desk.loop.second()
    headers = {"etag": snapshots.tag(ledger, wanted, at), "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    pieces = snapshots.as_json(ledger, wanted, desk.frame, desk.loop.shown, at)
    return StreamingResponse(pieces, media_type=_JSON, headers=headers)


def _whole(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        raise RefusedError(400, "no_number", f"{text!r} is no whole number") from None


async def _past(desk: Desk, request: Request) -> Response:
    asked = request.query_params
    texts = ("user", "queue", "group", "unix_group", "job")
    past = Past(
        **{
            each.name: asked.get(each.name) if each.name in texts else _whole(asked.get(each.name))
            for each in fields(Past)
        }  # type: ignore[arg-type]
    )

    async def lines() -> AsyncIterator[bytes]:
        batch: list[bytes] = []
        for step in desk.loop.ledger.journal.past(past):
            batch.append(step)
            if len(batch) == _LINES:
                yield b"\n".join(batch) + b"\n"
                batch.clear()
                await asyncio.sleep(0)  # others are answered in between
        if batch:
            yield b"\n".join(batch) + b"\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


async def _events(desk: Desk, request: Request) -> Response:
    queue = desk.loop.subscribe()

    async def stream() -> AsyncIterator[bytes]:
        try:
            yield b": here\n\n"
            while not await request.is_disconnected():
                try:
                    happened = await asyncio.wait_for(queue.get(), 15)
                    yield b"data: " + to_json(happened) + b"\n\n"
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            desk.loop.unsubscribe(queue)

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"cache-control": "no-store"})


async def _healthz(desk: Desk, _request: Request) -> Response:
    return Response(to_json({"turns": desk.loop.ledger.turns}), media_type=_JSON)
