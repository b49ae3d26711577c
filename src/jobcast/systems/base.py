"""The contracts of this room: what a batch system and a file format must offer.

A `BatchSystem` says which command to run and how to read what it prints; `jobcast.systems.run` runs it.
A `FileFormat` reads a file. Both yield batches of `Rows`: finished jobs in columns, and records set aside.
Memory stays bounded: a batch holds at most about `BATCH` records, however long the source is.
"""

import bz2
import gzip
import lzma
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import IO, Protocol, cast

from jobcast.errors import InputError
from jobcast.history import Rows
from jobcast.language import say

BATCH = 50_000
"""Records in one batch: enough for columns to pay, few enough to stay below some 200 MB."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What the text of a source does not say about itself."""

    now: datetime
    """When the source was asked: completes dates without a year, bounds the future."""
    cluster: str = "default"
    """Name given to the cluster where the source names none."""
    timezone: tzinfo = UTC
    """The zone of times printed without one."""
    memory_unit: str = "M"
    """LSF_UNIT_FOR_LIMITS: the unit of memory amounts printed without one (K, M, G, T, P)."""
    memory_per_task: bool = False
    """RESOURCE_RESERVE_PER_TASK: memory asked for in LSF is meant per task, not per host."""
    remembers: timedelta | None = None
    """How long after its finish a batch system still lists a job; None where that is as long as need be."""
    column_map: Path | None = None
    """The TOML file that names the columns, for the format ``table``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A command for `jobcast.systems.run`: arguments, never a shell string."""

    arguments: tuple[str, ...]
    """The program, and what follows it."""
    timeout_seconds: float = 600.0
    """How long it may take."""
    environment: tuple[tuple[str, str], ...] = ()
    """Variables set beside the inherited ones, e.g. ``SLURM_TIME_FORMAT``."""


class BatchSystem(Protocol):
    """One kind of batch system. Every method is pure."""

    name: str
    """As it stands in the history's column `system`."""
    programs: tuple[str, ...]
    """Commands that must be on the PATH for this system to count as found on this host."""
    accounting: str
    """KIND of the files that hold what this system no longer remembers; empty where it forgets nothing."""

    def query_site(self) -> tuple[Command, ...]:
        """Return the commands that tell about the site; none where the answer itself tells all."""
        ...

    def read_site(self, outputs: Sequence[str], site: Site) -> Site:
        """Complete cluster, memory_unit, memory_per_task and remembers by what those commands printed.

        `outputs` are in the order of the commands, empty for one that failed; what none tells stays.
        """
        ...

    def query_finished(self, since: datetime, until: datetime) -> Command:
        """Return the one command that lists all users' jobs that finished in [since, until]."""
        ...

    def read_finished(self, output: IO[bytes], source: str, site: Site) -> Iterator[Rows]:
        """Read what that command printed; records that can't be read are set aside, never raised.

        Raises OutputError when the output as a whole is not what this command prints.
        """
        ...


class FileFormat(Protocol):
    """One kind of file that holds finished jobs: a KIND of ``jobcast import``."""

    kind: str

    def read(self, path: Path, site: Site) -> Iterator[Rows]:
        """Read `path`; records that can't be read are set aside, never raised.

        Raises InputError when the file as a whole is not of this kind.
        """
        ...


def _gzip(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb"))


_OPENERS: dict[bytes, Callable[[Path], IO[bytes]]] = {
    b"\x1f\x8b": _gzip,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}


def open_plain_or_packed(path: Path) -> IO[bytes]:
    """Open a file for reading bytes; gzip, bzip2 and xz are told by their first bytes, not by the name.

    Raises InputError when the file can't be opened.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(6)
        for magic, opener in _OPENERS.items():
            if head.startswith(magic):
                return opener(path)
        return path.open("rb")
    except OSError as error:
        raise InputError(
            say("systems.not_opened", path=path, what=error.strerror), hint=say("import.unreadable_cure")
        ) from error
