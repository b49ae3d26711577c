"""Slurm, through its accounting command ``sacct``: 22.05 was recorded; older and newer forms are read.

`sacct_text` and `sacct_json` read what it prints, `fold` turns that into jobs, `fields` knows its words.
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import IO

from jobcast.errors import InputError, OutputError
from jobcast.history import Rows
from jobcast.systems.base import Command, Site, open_plain_or_packed
from jobcast.systems.slurm.fields import ASKED, FINAL_STATES
from jobcast.systems.slurm.sacct_json import read_json
from jobcast.systems.slurm.sacct_text import read_text
from jobcast.systems.text import UNREADABLE, Lines, buffered, read_lines

_SIGNS = "!#%&*+-/:;<=>?@^_~"
"""Neither letters nor digits, by which the reader finds out what separates the names of fields."""


def unguessable_separator() -> str:
    """Return what no user can have written into a job's name, which might else hold whole records of other jobs.

    ASCII's unit separator stands around it: unlike ``|`` it hardly ever stands in a text.
    """
    return f"\x1f{''.join(secrets.choice(_SIGNS) for _ in range(16))}\x1f"


class Slurm:
    """The batch system: one call of sacct for all users' jobs."""

    def __init__(self, separator: str = "\x1f") -> None:
        self._separator = separator

    name = "slurm"
    programs: tuple[str, ...] = ("sacct",)
    accounting = ""
    fields = ASKED
    """What is asked for; a site with a Slurm before 21.08 leaves out SubmitLine."""

    def query_site(self) -> tuple[Command, ...]:
        """Return no commands: sacct names the cluster and writes units."""
        return ()

    def read_site(self, outputs: Sequence[str], site: Site) -> Site:  # noqa: ARG002 - nothing was asked
        """Return `site` as it is; slurmdbd forgets nothing that a sample asks for."""
        return site

    def query_finished(self, since: datetime, until: datetime) -> Command:
        """Return the one command that lists all users' runs that ended in [since, until].

        --duplicates keeps the runs of a job that was requeued, each with its own times. sacct takes and
        prints local times without a zone, so it is run in UTC, and asked for seconds since 1970.
        """
        start = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        end = until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return Command(
            arguments=(
                "sacct",
                "--allusers",
                "--duplicates",
                "--noconvert",
                "--parsable2",
                f"--delimiter={self._separator}",
                f"--starttime={start}",
                f"--endtime={end}",
                f"--state={FINAL_STATES}",
                f"--format={self.fields}",
            ),
            environment=(("SLURM_TIME_FORMAT", "%s"), ("TZ", "UTC")),
        )

    def read_finished(self, output: IO[bytes], source: str, site: Site) -> Iterator[Rows]:
        """Read what sacct printed. Raises OutputError when it is not what sacct prints.

        Without jobs it still prints the header line: nothing at all is no answer.
        """
        try:
            batches = read_lines(output, source)
            first = next(batches, Lines(first=1, texts=[]))
            yield from read_text(chain([first], batches), site, source)
        except InputError as error:
            raise OutputError(error.message, hint="jobcast doctor") from error


class Sacct:
    """A file with the output of ``sacct --parsable2`` or ``sacct --json``, told by a leading brace."""

    kind = "sacct"

    def read(self, path: Path, site: Site) -> Iterator[Rows]:
        """Read `path`. Raises InputError when it is neither."""
        with open_plain_or_packed(path) as stream:
            reader = buffered(stream)
            if _JSON.match(_head(reader)):
                yield from read_json(reader, site, path.name)
            else:
                yield from read_text(read_lines(reader, path.name), site, path.name)


_JSON = re.compile(rb"(?:\s|\xef\xbb\xbf|\$ [^\n]*\n)*\{")
"""JSON, perhaps behind a byte order mark or a recorded command such as ``$ sacct --json``."""


def _head(reader: BufferedReader) -> bytes:
    """Return the beginning of a stream without taking it away; nothing when it can't be unpacked."""
    try:
        return reader.peek()
    except UNREADABLE:
        return b""
