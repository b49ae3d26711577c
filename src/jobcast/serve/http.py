"""Requests and answers on the level of ASGI: bodies within limits, JSON and text, problems with a fixed word."""

import asyncio
from collections.abc import Iterable
from typing import TypeVar

import msgspec
from starlette.types import Receive, Scope, Send

from jobcast.serve.answered import Problem

T = TypeVar("T")

MOST_BYTES = 4 << 20
"""Largest body: job files and parameter files of a megabyte are met with."""
BODY_SECONDS = 10.0
"""How long a caller may take to send its body."""

JSON = b"application/json"
NO_SNIFFING = (b"x-content-type-options", b"nosniff")
"""With every answer: browsers are not to take it for anything else than it says."""
_TOO_SLOW = 408
_TOLD = 300
"""Characters of a complaint about a body: those of the body itself may stand in it."""
_ENCODER = msgspec.json.Encoder()


class RefusedError(Exception):
    """A request that is answered with a problem.

    Programs read it, and whoever writes them: it speaks English only, unlike what a hook tells those who submit.
    """

    def __init__(self, status: int, error: str, message: str = "") -> None:
        super().__init__(message or error)
        self.status = status
        """HTTP status."""
        self.error = error
        """A fixed word."""
        self.message = message or error
        """For people."""


class GoneError(Exception):
    """The caller hung up before it had asked."""


async def read_body(scope: Scope, receive: Receive, most: int = MOST_BYTES) -> bytes:
    """Return the body of a request; raises RefusedError beyond `most` bytes, too slow or packed, GoneError without.

    Nothing is unpacked: a few bytes may stand for many.
    """
    if header(scope, b"content-encoding") not in (None, b"identity"):
        raise RefusedError(415, "packed", "bodies are read as they are, without Content-Encoding")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _whole(receive, most)
    except TimeoutError as error:
        raise RefusedError(408, "too_slow", "the body did not arrive in time") from error


async def _whole(receive: Receive, most: int) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise GoneError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise _too_large(most)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(most: int) -> RefusedError:
    return RefusedError(413, "too_large", f"the body is larger than {most} bytes")


def decoded(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    """Return what the body says; raises RefusedError when it says what can't be."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise RefusedError(400, "bad_request", str(error)[:_TOLD]) from error


async def send_json(send: Send, value: object, status: int = 200) -> None:
    """Answer with a structure."""
    await send_bytes(send, _ENCODER.encode(value), JSON, status)


async def send_bytes(
    send: Send, body: bytes, media_type: bytes, status: int = 200, more: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """Answer with bytes, and with `more` headers."""
    headers = [
        (b"content-type", media_type),
        (b"content-length", str(len(body)).encode()),
        NO_SNIFFING,
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_problem(send: Send, refused: RefusedError) -> None:
    """Answer that a request is refused, and why; hang up on whoever still owes a body."""
    more = [(b"connection", b"close")] if refused.status == _TOO_SLOW else []
    await send_bytes(send, problem(refused), JSON, refused.status, more)


def problem(refused: RefusedError) -> bytes:
    """Return the body that says so."""
    return _ENCODER.encode(Problem(error=refused.error, message=refused.message))


def header(scope: Scope, name: bytes) -> bytes | None:
    """Return the first header of that name (in small letters), or None."""
    return next((value for key, value in scope["headers"] if key == name), None)
