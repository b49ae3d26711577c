"""Who asks, and what that one may do.

Over the Unix socket the kernel tells who is at the other end. On this host everybody may ask for forecasts; from
beyond, whoever has a token, or everybody where the site has set up a certificate and never issued a token.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any


class Right(StrEnum):
    """What a caller may do."""

    FORECAST = "forecast"
    """Ask for forecasts and advice, on behalf of anybody."""
    FEEDBACK = "feedback"
    """Tell of finished jobs, from which all forecasts learn."""
    READ = "read"
    """Read what was advised to anybody, and look at the batch manager.

    What was advised to oneself everybody may read whom the service knows.
    """
    BATCH = "batch"
    """Submit to the batch manager, and change one's own steps, as the user whom the token names."""
    OPERATE = "operate"
    """Everything that operators of the batch manager may do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """What is kept of a token."""

    name: str
    """Who has it; stands in the journal."""
    sha256: str
    """Hash of the token, which nobody keeps: it holds 192 random bits, so that no salt is needed."""
    rights: tuple[Right, ...]
    """What its holder may do."""
    expires: datetime
    """When it ceases to count, in UTC."""
    user: str | None = None
    """Login name as which its holder submits to the batch manager; None for nobody's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Whoever is at the other end of a connection."""

    name: str | None
    """Login name, or the name of a token; None for anybody on this host, or beyond it where that is allowed."""
    rights: frozenset[Right]
    """What the caller may do."""
    is_user: bool = False
    """Whether `name` is a login name, told by the kernel."""


NOBODY = Caller(name=None, rights=frozenset())
_ANYBODY = Caller(name=None, rights=frozenset({Right.FORECAST}))


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """What the site has set up."""

    administrators: frozenset[int]
    """User ids that may do everything over the Unix socket; root and the service's own user are among them."""
    tokens: tuple[Token, ...] = ()
    """Those that were issued."""
    open_beyond: bool = False
    """Whether anybody beyond this host may ask for forecasts without a token."""

    def caller(self, scope: Mapping[str, Any], now: datetime) -> Caller:
        """Return who asks; a token that is unknown or has expired is nobody's."""
        if (token := bearer(scope["headers"])) is not None:
            return _of_token(token, self.tokens, now)
        if (uid := scope["state"].get("uid")) is not None:
            rights = frozenset(Right) if uid in self.administrators else _ANYBODY.rights
            return Caller(name=scope["state"]["login"], rights=rights, is_user=True)
        if self.open_beyond or is_loopback(scope.get("client")):
            return _ANYBODY
        return NOBODY


def bearer(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """Return the token that a request brings; None where it brings none."""
    for name, value in headers:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return value[7:].strip()
    return None


def _of_token(sent: bytes, tokens: Iterable[Token], now: datetime) -> Caller:
    token = known_token(sent, tokens, now)
    return NOBODY if token is None else Caller(name=token.name, rights=frozenset(token.rights))


def known_token(sent: bytes, tokens: Iterable[Token], now: datetime) -> Token | None:
    """Return what is kept of a token that counts; None for one that is unknown or has expired."""
    digest = hashlib.sha256(sent).hexdigest()
    for token in tokens:
        if hmac.compare_digest(token.sha256, digest) and now < token.expires:
            return token
    return None


@lru_cache(maxsize=4096)
def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_loopback(client: tuple[str, int] | None) -> bool:
    """Tell whether a connection comes from this host; one over a Unix socket has no address."""
    return client is None or _loopback(client[0])
