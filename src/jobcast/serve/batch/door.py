"""Who knocks at the batch manager, and what that one may do.

Over the Unix socket the kernel tells who. On this host everybody may look over TCP; whoever has a token may do what it
is for, from wherever that one is let in. Browsers keep the token in a cookie that no script can read.
"""

import os
import socket
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jobcast.batch.orders import Asker
from jobcast.serve.access import Right, Token, bearer, is_loopback, known_token
from jobcast.serve.http import RefusedError, header
from jobcast.serve.names import login
from jobcast.serve.tokens import NAME, read_tokens
from jobcast.serve.watched import Watched

COOKIE = "jobcast_batch"
_LOOKING = frozenset({Right.READ, Right.BATCH, Right.OPERATE})
_ROOT = 0
_MOST_WRONG, _WRONG_SECONDS = 10, 60.0
"""So many wrong tokens within so many seconds are enough of one address."""
_MOST_ADDRESSES = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Guest:
    """Whoever is at the other end of a connection."""

    name: str = ""
    """Login name, or the name of a token; empty for anybody on this host."""
    looks: bool = False
    """Whether listings are shown to that one."""
    asker: Asker | None = None
    """As whom orders are given; None where none can be."""
    from_page: bool = False
    """Whether a cookie told: then a page of another site may have asked."""


NOBODY = Guest()
_ANYBODY = Guest(looks=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """What the site has set up."""

    operators: Callable[[], frozenset[str]]
    """Returns the login names of those who may do everything."""
    tokens: Callable[[], tuple[Token, ...]]
    """Those that count now."""
    now: Callable[[], Any]
    """The clock."""

    def guest(self, scope: Mapping[str, Any]) -> Guest:
        """Return who asks; a token that is unknown or has expired is nobody's."""
        if (sent := bearer(scope["headers"])) is not None:
            return self.of_token(sent) or NOBODY
        if (user := scope["state"].get("login")) is not None:
            return Guest(name=user, looks=True, asker=Asker(user=user, operator=user in self.operators()))
        if (kept := _cookie(scope)) is not None and (guest := self.of_token(kept)) is not None:
            return replace(guest, from_page=True)
        return _ANYBODY if is_loopback(scope.get("client")) and _named_so_here(scope) else NOBODY

    def of_token(self, sent: bytes) -> Guest | None:
        """Return who has a token; None where it doesn't count."""
        token = known_token(sent, self.tokens(), self.now())
        if token is None:
            return None
        orders = Right.OPERATE in token.rights or (Right.BATCH in token.rights and token.user is not None)
        asker = Asker(user=token.user or "", operator=Right.OPERATE in token.rights) if orders else None
        return Guest(name=token.name, looks=bool(_LOOKING & set(token.rights)), asker=asker)


def see_same_site(scope: Mapping[str, Any]) -> None:
    """Refuse what a page of another site has asked for: browsers tell from which one."""
    origin = header(scope, b"origin")  # type: ignore[arg-type]
    asked = (header(scope, b"host") or b"").decode("latin-1")  # type: ignore[arg-type]
    if origin is None or urlsplit(origin.decode("latin-1")).netloc != asked:
        raise RefusedError(403, "other_site", "a browser's orders must come from this manager's own page")


def _named_so_here(scope: Mapping[str, Any]) -> bool:
    """Tell whether this host was asked for by a name of its own: another site's name may lead here as well."""
    try:
        name = urlsplit("//" + (header(scope, b"host") or b"").decode("latin-1")).hostname or ""  # type: ignore[arg-type]
    except ValueError:
        return False
    own = socket.gethostname()
    return name in {"", "localhost", own, own.partition(".")[0]} or is_loopback((name, 0))


def _cookie(scope: Mapping[str, Any]) -> bytes | None:
    try:
        found = SimpleCookie((header(scope, b"cookie") or b"").decode("latin-1")).get(COOKIE)  # type: ignore[arg-type]
    except CookieError:
        return None
    return None if found is None else found.value.encode("latin-1", "replace")


def watched_tokens(store: Path, operators: Callable[[], frozenset[str]]) -> Watched[tuple[Token, ...]]:
    """Watch the tokens of a store. Raises StoreError where they can't be read at first."""

    def read() -> tuple[Token, ...]:
        tokens = read_tokens(store) or ()
        return tuple(within_reach(token, _owner(store / NAME), operators()) for token in tokens)

    return Watched(read, lambda _tokens: (store / NAME,))


def _owner(file: Path) -> str | None:
    """Return the login name of a file's owner; None where that is root, or whoever runs this."""
    try:
        owner = file.stat().st_uid
    except OSError:
        return None
    return None if owner in {_ROOT, os.geteuid()} else login(owner) or str(owner)


def within_reach(token: Token, writer: str | None, operators: frozenset[str]) -> Token:
    """Return a token with no more rights than whoever wrote it has; None wrote what holds for everybody."""
    if writer is None:
        return token
    lost = {right for right, kept in _KEPT.items() if not kept(token, writer, operators)}
    return replace(token, rights=tuple(right for right in token.rights if right not in lost))


_KEPT: Mapping[Right, Callable[[Token, str, frozenset[str]], bool]] = {
    Right.BATCH: lambda token, writer, _operators: token.user == writer,
    Right.OPERATE: lambda token, writer, operators: writer in operators and token.user in {None, writer},
}


class Wrong:
    """Counts wrong tokens by the address from which they came."""

    def __init__(self) -> None:
        self._seconds: dict[str, deque[float]] = {}

    def see(self, address: str, second: float) -> None:
        """Refuse an address from which too many came lately."""
        lately = self._seconds.get(address, deque())
        while lately and lately[0] <= second - _WRONG_SECONDS:
            lately.popleft()
        if len(lately) >= _MOST_WRONG:
            raise RefusedError(429, "too_often", "too many wrong tokens: wait a minute")

    def note(self, address: str, second: float) -> None:
        """Note one."""
        if len(self._seconds) >= _MOST_ADDRESSES:
            self._seconds.clear()
        self._seconds.setdefault(address, deque(maxlen=_MOST_WRONG)).append(second)
