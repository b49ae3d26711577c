"""A browser's login: a token, entered once, is kept in a cookie."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from jobcast.serve.batch.desk import JSON, Desk
from jobcast.serve.batch.door import COOKIE, see_same_site
from jobcast.serve.http import RefusedError, decoded, read_body

_KEPT_SECONDS = 90 * 86_400
"""How long a browser keeps it; the token may expire before."""


class Login(msgspec.Struct, forbid_unknown_fields=True):
    """Whoever has a token."""

    token: str
    """As `jobcast token add` has shown it."""


class LoggedIn(msgspec.Struct):
    """Whose token it is."""

    name: str
    """Of the token."""
    user: str | None
    """Login name as which orders are given; null where none can be."""
    operator: bool
    """Whether everything may be done."""


_LOGIN = msgspec.json.Decoder(Login)


async def log_in(desk: Desk, request: Request) -> Response:
    """``POST /v1/batch/login``: keep a token for the page."""
    if "origin" in request.headers:
        see_same_site(request.scope)
    address, second = request.client.host if request.client else "", desk.door.now().timestamp()
    desk.wrong.see(address, second)
    told = decoded(_LOGIN, await read_body(request.scope, request.receive))
    guest = desk.door.of_token(told.token.strip().encode())
    if guest is None:
        desk.wrong.note(address, second)
        raise RefusedError(401, "wrong_token", "there is no such token, or it has expired")
    if not guest.looks:
        raise RefusedError(403, "not_allowed", f"{guest.name} does not have the right read, batch or operate")
    asker = guest.asker
    said = LoggedIn(
        name=guest.name, user=asker.user or None if asker else None, operator=bool(asker and asker.operator)
    )
    answer = Response(msgspec.json.encode(said), media_type=JSON)
    answer.set_cookie(
        COOKIE,
        told.token.strip(),
        max_age=_KEPT_SECONDS,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return answer


async def log_out(_desk: Desk, request: Request) -> Response:
    """``POST /v1/batch/logout``: forget it."""
    if "origin" in request.headers:
        see_same_site(request.scope)
    answer = Response(b"{}", media_type=JSON)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=request.url.scheme == "https")
    return answer
