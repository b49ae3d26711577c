"""Orders over HTTP."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response

from jobcast import language
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
from jobcast.batch.service import MOST_ORDER_BYTES
from jobcast.language import say
from jobcast.serve.batch.desk import JSON, Desk, spoken
from jobcast.serve.batch.door import see_same_site
from jobcast.serve.http import RefusedError, read_body


async def orders(desk: Desk, request: Request) -> Response:
    """``POST /v1/batch/orders``: carry one out."""
    asker = _asker(desk, request)
    body = await read_body(request.scope, request.receive, MOST_ORDER_BYTES)
    order = cast("Order", from_json(body, cast("type[Any]", Order)))
    match order:
        case SubmitCommandFile() | SubmitCommand():
            answer = await _submit(desk, order, asker, spoken(request))
        case Reconfigure() | Stop():
            answer = await _of_manager(desk, order, asker, spoken(request))
        case _:
            answer = desk.loop.do(order, asker)
    return Response(to_json(answer), media_type=JSON)


async def _submit(desk: Desk, order: SubmitCommandFile | SubmitCommand, asker: Asker, said_in: str) -> Answer:
    if desk.only is not None and asker.user != desk.only:
        return _refused(say("batch.only", user=desk.only))
    if not asker.user:
        return _refused(say("batch.no_login"))
    who = await asyncio.to_thread(desk.submitter, asker.user)
    said: tuple[str, ...] = ()
    if isinstance(order, SubmitCommandFile):
        filtered = await desk.filters.run(asker.user, partial(desk.filtered, order, who))
        language.choose(said_in)
        if isinstance(filtered, str):
            return _refused(filtered)
        if filtered is not order:
            said = (through_filter(desk.loop.ledger.site.loadleveler.live.submit_filter[0]),)
        order = filtered
    language.choose(said_in)  # another request may have been answered meanwhile
    answer = desk.loop.do(order, asker, who)
    return replace(answer, warnings=(*said, *answer.warnings))


def _refused(said: str) -> Answer:
    return Answer(outcomes=(Outcome(name="", done=Done.REFUSED, said=said),))


async def _of_manager(desk: Desk, order: Reconfigure | Stop, asker: Asker, said_in: str) -> Answer:
    if not asker.operator:
        said = say("batch.operators_only")
        return Answer(outcomes=(Outcome(name="", done=Done.NOT_YOURS, said=said),))
    if isinstance(order, Stop):
        if order.again:
            desk.again.set()
        desk.stopping.set()
        return Answer(outcomes=())
    site = await asyncio.to_thread(desk.read_site)
    language.choose(said_in)  # another request may have been answered meanwhile
    return desk.loop.reconfigure(site)


def _asker(desk: Desk, request: Request) -> Asker:
    """Return as whom an order is given; raises RefusedError where it can't be."""
    guest = desk.door.guest(request.scope)
    if guest.from_page:
        see_same_site(request.scope)
    if guest.asker is not None:
        return guest.asker
    if not guest.name:
        raise RefusedError(
            401, "no_token", "orders need the Unix socket, or a token with the right batch or operate"
        )
    raise RefusedError(403, "not_allowed", f"{guest.name} does not have the right batch or operate")
