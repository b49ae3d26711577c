"""HTTP as this product serves it: callers over a Unix socket are known, slow ones are hung up on, limits hold."""

import asyncio
import socket
import struct
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from jobcast.serve.crowd import Caller, Crowd, refusing

_IDLE_SECONDS = 65
"""How long a connection may stay without a request: longer than proxies keep theirs."""
_GRACE_SECONDS = 5
"""How long requests under way have to end when the service stops."""
_CREDENTIALS = struct.Struct("iII")
"""What SO_PEERCRED of unix(7) tells: process, user, group."""
_HEAD_SECONDS = 5.0
"""How long a caller may take from connecting, or from its next request's first byte, until all headers are there."""
_MOST_HEAD_BYTES = 256 << 10
"""Of a request line and all headers."""


class Protocol(HttpToolsProtocol):
    """HTTP of which the application learns who is at the other end of a Unix socket: the kernel knows.

    Whoever connects and does not ask, slowly or without end, is hung up on; whoever connects too often is refused.
    """

    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None
    _caller: Caller | None = None
    """None where it was not counted."""

    def __init__(self, *arguments: Any, crowd: Crowd, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._crowd = crowd

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note the user, and go on as usual."""
        super().connection_made(transport)
        plug = transport.get_extra_info("socket")
        caller: Caller = self.client[0] if self.client else ""
        if plug is not None and plug.family == socket.AF_UNIX:
            caller = _user(plug)
            self.app_state = {**self.app_state, "uid": caller}
        try:
            refused = self._crowd.enter(caller)
        except ConnectionRefusedError:
            transport.abort()
            return
        self._caller = caller
        if refused is not None:
            self.app = refusing(refused)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._have_head()
        if self._caller is not None:
            self._crowd.leave(self._caller)
            self._caller = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what is neither a body nor a whole head yet."""
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > _MOST_HEAD_BYTES:
            self.transport.close()

    def on_message_begin(self) -> None:
        """Give the caller its time."""
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        self._have_head()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Leave its size to whoever reads it."""
        self._head_bytes = 0
        super().on_body(body)

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(_HEAD_SECONDS, self.transport.close)

    def _have_head(self) -> None:
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def _user(plug: socket.socket) -> int:
    """Return the user id of whoever connected."""
    credentials = plug.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(credentials)[1])


class Server(uvicorn.Server):
    """A server that leaves signals to the worker, which may hold two, and tells when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell."""
        await super().startup(sockets)
        if self.started:
            self.answers.set()

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Capture none."""
        return nullcontext()


def configured(app: Any, crowd: Crowd, **more: Any) -> uvicorn.Config:
    """Return how an application is served to a crowd, which several servers of a process share."""
    return uvicorn.Config(
        app,
        **{
            "http": partial(Protocol, crowd=crowd),
            "ws": "none",
            "lifespan": "on",
            "log_config": None,
            "access_log": False,
            "server_header": False,
            "proxy_headers": False,
            "timeout_keep_alive": _IDLE_SECONDS,
            "timeout_graceful_shutdown": _GRACE_SECONDS,
            **more,
        },
    )
