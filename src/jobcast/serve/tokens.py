"""Tokens for callers beyond this host: only their hashes are kept, each with its rights and its end.

They stand in ``tokens.json`` in the store, which only its owner may read.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from jobcast.errors import StoreError
from jobcast.language import say
from jobcast.store.durable import refusals_explained, write_whole

NAME = "tokens.json"
_BYTES = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """What is kept of a token."""

    name: str
    """Who has it; stands in the journal."""
    sha256: str
    """Hash of the token, which nobody keeps: it holds 192 random bits, so that no salt is needed."""
    rights: tuple[str, ...]
    """Values of `jobcast.serve.access.Right`."""
    expires: datetime
    """When it ceases to count, in UTC."""


def make_token(name: str, rights: Iterable[str], expires: datetime) -> tuple[str, Token]:
    """Return a new token, to be shown once, and what is kept of it."""
    text = f"jc_{secrets.token_urlsafe(_BYTES)}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return text, Token(name=name, sha256=digest, rights=tuple(rights), expires=expires)


def read_tokens(store: Path) -> tuple[Token, ...]:
    """Return the tokens of the store; raises StoreError when their file is damaged or can't be read."""
    path = store / NAME
    try:
        with refusals_explained(path):
            entries = json.loads(path.read_text("utf-8")) if path.exists() else []
        return tuple(
            Token(
                name=entry["name"],
                sha256=entry["sha256"],
                rights=tuple(entry["rights"]),
                expires=datetime.fromisoformat(entry["expires"]),
            )
            for entry in entries
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            say("store.damaged", path=path, what=error), hint=say("token.damaged_cure")
        ) from error


def write_tokens(store: Path, tokens: Iterable[Token]) -> None:
    """Keep the tokens; only the store's owner may read them. Raises StoreError."""
    entries = [{**asdict(token), "expires": token.expires.isoformat()} for token in tokens]
    mask = os.umask(0o077)
    try:
        write_whole(store / NAME, json.dumps(entries, indent=1).encode(), beside=store / "incoming")
    finally:
        os.umask(mask)
