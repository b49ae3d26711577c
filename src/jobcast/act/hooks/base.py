"""The contract of this room: what a batch system needs to have installed so that it asks jobcast at submission.

A stub is tiny and has no dependency of ours: POSIX sh with curl, or Lua within Slurm. It asks the service within
a deadline, does what the reply says, and otherwise lets the submission pass as it is. Its text is a template
beside this file, in which ``@NAME@`` stands for a value; a renderer quotes the values for the language of the stub.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from jobcast.language import Phrase


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """How a stub reaches the service."""

    socket: Path | None = None
    """Unix socket, where both are on one host."""
    url: str | None = None
    """``http://HOST:PORT`` or ``https://HOST:PORT``, where they are not; one of the two is given."""
    token_file: Path | None = None
    """File that holds the token which the service asks for beyond its own host; readable by whoever submits."""
    certificate: Path | None = None
    """Certificate of the authority that signed the service's, for https."""
    authority: bytes | None = None
    """What the file of `certificate` holds, where an installed hook tells that alone."""
    deadline_s: float = 0.2
    """How long a submission waits at most, in seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StubFile:
    """One file to install."""

    path: Path
    """Where it belongs."""
    content: str
    """All of it."""
    mode: int = 0o755
    """Its permissions."""
    stays: bool = False
    """Whether a configuration names it, so that the batch system needs it even when the hook is taken away."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What installing a hook means at this site."""

    files: tuple[StubFile, ...]
    """Files that jobcast writes."""
    by_hand: tuple[Phrase, ...] = ()
    """What an administrator must still do: jobcast edits no configuration of a batch system."""
    undo: tuple[Phrase, ...] = ()
    """What must be undone by hand before the files may go."""


class Stub(Protocol):
    """How the hook of one batch system is installed."""

    name: str
    """As `jobcast.systems.hooks.base.SubmissionHook.name`."""

    def usual_folder(self, environment: Mapping[str, str]) -> Path:
        """Return where the batch system looks for its hook, as far as the variables of `environment` tell.

        Raises ConfigError where nobody says where that is.
        """
        ...

    def plan(self, address: Address, folder: Path) -> Plan:
        """Return what to install into the folder where the batch system looks for it."""
        ...

    def file(self, folder: Path) -> Path:
        """Return the one of these files that says where the service is."""
        ...

    def read(self, text: str) -> Address:
        """Return what that file says; raises ValueError where it says nothing that this version understands."""
        ...
