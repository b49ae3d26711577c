"""Login names of those who knock at the Unix socket: the kernel tells only their numbers.

A directory service may take long to tell a name, so that threads ask it, and nobody waits for long.
"""

import asyncio
import pwd
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

_MOST_NAMES = 4096
_THREADS = 4
_PATIENCE_SECONDS = 0.25
"""Whoever's name is not told by then goes by the bare number, this time."""


def login(uid: int) -> str | None:
    """Return the login name of a user; None where there is none, or none can be told now."""
    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OSError):
        return None


def login_once(uid: int) -> str | None:
    """Return the login name of a user likewise, looked up once for each that has one."""
    try:
        return _known(uid)
    except (KeyError, OSError):
        return None


@lru_cache(_MOST_NAMES)
def _known(uid: int) -> str:
    return pwd.getpwuid(uid).pw_name


def user_id(name: str) -> int | None:
    """Return the number of the user of that login name; None where there is none. A bare number is its own."""
    try:
        return pwd.getpwnam(name).pw_uid
    except (KeyError, OSError, ValueError):
        return int(name) if name.isascii() and name.isdecimal() else None


class Names:
    """Names by user id, kept once they are known; that there is none is never kept."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}
        self._asked: dict[int, asyncio.Future[str | None]] = {}
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="names")

    async def of(self, uid: int) -> str:
        """Return the login name of a user, or the bare number where none is told in time."""
        if (known := self._known.get(uid)) is not None:
            return known
        if (asked := self._asked.get(uid)) is None:
            asked = asyncio.get_running_loop().run_in_executor(self._threads, login, uid)
            self._asked[uid] = asked
            asked.add_done_callback(lambda told: self._keep(uid, told))
        await asyncio.wait([asked], timeout=_PATIENCE_SECONDS)
        return (asked.result() if asked.done() else None) or str(uid)

    def _keep(self, uid: int, told: "asyncio.Future[str | None]") -> None:
        self._asked.pop(uid, None)
        if told.cancelled() or told.exception() or (name := told.result()) is None:
            return
        if len(self._known) >= _MOST_NAMES:
            self._known.clear()
        self._known[uid] = name


class Named:
    """An application whose requests say as whom their user logs in: ``login`` beside ``uid`` in their state."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._names = Names()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the name in, and go on."""
        if scope["type"] == "http" and (uid := scope["state"].get("uid")) is not None:
            scope["state"]["login"] = await self._names.of(uid)
        await self._app(scope, receive, send)
