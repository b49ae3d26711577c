"""Tokens for callers beyond this host: only their hashes are kept, each with its rights and its end.

They stand in ``tokens.json`` in the store, which only its owner may read.
"""

import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from jobcast.errors import StoreError
from jobcast.language import say
from jobcast.serve.access import Right, Token
from jobcast.store.durable import make_folder, refusals_explained, write_whole
from jobcast.store.locking import holding, lock_of

NAME = "tokens.json"
_BYTES = 24
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ROOT = 0
_LOCK_SECONDS = 120.0


def make_token(
    name: str, rights: Iterable[Right], expires: datetime, user: str | None = None
) -> tuple[str, Token]:
    """Return a new token, to be shown once, and what is kept of it."""
    text = f"jc_{secrets.token_urlsafe(_BYTES)}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return text, Token(name=name, sha256=digest, rights=tuple(rights), expires=expires, user=user)


def read_tokens(store: Path) -> tuple[Token, ...] | None:
    """Return the tokens of the store; None where none was ever issued, which is not the same as none left.

    Raises StoreError when their file is damaged, can't be read, or tells what no token can be.
    """
    path = store / NAME
    try:
        with refusals_explained(path):
            try:
                text = path.read_text("utf-8")
            except FileNotFoundError:
                return None
        return tuple(map(_token, json.loads(text)))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreError(
            say("store.damaged", path=path, what=error), hint=say("token.damaged_cure")
        ) from error


def _token(entry: dict[str, Any]) -> Token:
    """Understand an entry of the file; raises ValueError, KeyError and TypeError."""
    name, digest, expires = entry["name"], entry["sha256"], datetime.fromisoformat(entry["expires"])
    if not isinstance(name, str) or not _HASH.fullmatch(digest):
        raise ValueError(say("token.no_hash", name=name))
    if expires.tzinfo is None:
        raise ValueError(say("token.no_zone", name=name))
    if odd := set(entry["rights"]) - set(Right):
        raise ValueError(say("token.no_right", name=name, right=", ".join(sorted(map(str, odd)))))
    user = entry.get("user")
    if not (user is None or isinstance(user, str)):
        raise ValueError(say("token.no_user", name=name))
    return Token(
        name=name, sha256=digest, rights=tuple(map(Right, entry["rights"])), expires=expires, user=user
    )


def change_tokens(store: Path, change: Callable[[tuple[Token, ...]], Iterable[Token]]) -> None:
    """Keep what `change` makes of the tokens; one after the other where several do so at once.

    Only the store's owner may read the file, also where root writes it. Raises StoreError, and what `change` raises.
    """
    with _writing(store):
        entries = [
            {**asdict(token), "expires": token.expires.isoformat()}
            for token in change(read_tokens(store) or ())
        ]
        content = json.dumps(entries, indent=1).encode()
        write_whole(store / NAME, content, beside=store / "incoming", mode=0o600)


@contextmanager
def _writing(store: Path) -> Iterator[None]:
    """Hold the lock of those who write to the store: they sweep what grows in it."""
    with refusals_explained(store):
        make_folder(store)
    with _as_owner(store), holding(lock_of(store, _LOCK_SECONDS)):
        yield


@contextmanager
def _as_owner(store: Path) -> Iterator[None]:
    """Write as the owner of the store where root does: the service, which may be that user, has to read it."""
    if os.geteuid() != _ROOT:
        yield
        return
    group = os.getegid()
    with refusals_explained(store):
        owner = store.stat()
        os.setegid(owner.st_gid)
        os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(_ROOT)
        os.setegid(group)
