"""What workers are told: decided by the command, before anything that counts or answers is imported."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from jobcast.systems.hooks.base import HookSite


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What a worker is told; it can be sent to another process."""

    store: Path
    """The store, with its models and journals."""
    rules: Path | None
    """File of the rules; None where a site has none."""
    administrators: frozenset[int]
    """User ids that may do everything over the Unix socket."""
    site: HookSite
    """What submissions do not say about their site."""
    timezone: tzinfo
    """Of times that are told without a zone."""
    language: str
    """Of messages, where a submission tells none."""
    open_beyond: bool = False
    """Whether anybody beyond this host may ask, for as long as no token is issued."""
    metrics: Path | None = None
    """Folder in which workers add up what they count; None where there is one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listening:
    """Where a worker answers."""

    plain: Sequence[socket.socket]
    """Without TLS: the Unix socket, and TCP where there is no certificate."""
    secure: Sequence[socket.socket] = ()
    """With TLS."""
    certificate: Path | None = None
    """Chain of the certificate; given where `secure` has any."""
    key: Path | None = None
    """Its private key; None where the chain's file holds it."""
