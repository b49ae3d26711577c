"""The journal of advice: one line of JSON for each submission that was answered, by day, only ever appended to.

::

    advice/2026-11-27.jsonl

A line is written by a single write before its answer goes out, so that it outlives a killed service; several
services append to one file. It tells what was answered: whether the job was then submitted so, only the history
can tell.
"""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from jobcast.store.durable import make_folder, refusals_explained

_COMMAND_KEPT = 4096
"""Characters of a command or path that the journal keeps."""


class ChangeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A change, as `jobcast.advice.Change`."""

    subject: str
    kind: str
    before: float | None
    """Bytes or seconds."""
    after: float
    """Bytes or seconds."""
    made: bool


class KeptEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What stayed, as `jobcast.advice.Kept`."""

    subject: str
    reason: str


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answered submission: who, what, before, after, why."""

    id: str
    """Of the advice."""
    at: datetime
    """When it was answered, in UTC."""
    system: str
    """``lsf``, ``slurm``, ...; ``api`` for callers of /v1/forecast."""
    mode: str
    """How far the rules let the hook go."""
    user: str | None = None
    """Whose job it is, as the submission tells."""
    asked_by: str | None = None
    """Who asked: the login name behind the connection, or the name of a token; None for anybody on this host."""
    group: str | None = None
    project: str | None = None
    queue: str | None = None
    name: str | None = None
    command: str | None = None
    """Its first characters."""
    cwd: str | None = None
    cores: int | None = None
    model: str | None = None
    """Which model answered; None where none did."""
    changes: tuple[ChangeEntry, ...] = ()
    kept: tuple[KeptEntry, ...] = ()
    memory_half: int | None = None
    """Bytes that half of such jobs stay below, as forecast; None where nothing was."""
    memory_request: int | None = None
    """Bytes that the forecast says to ask for."""
    run_limit: float | None = None
    """Seconds that the forecast says to allow."""
    level: str | None = None
    """History level of the memory forecast."""
    runs: int | None = None
    """Finished runs that it rests on."""
    refused: str | None = None
    """The rule of the site that forbade the submission; None where none did."""


def shortened(text: str | None) -> str | None:
    """Return as much of a text as the journal keeps."""
    return text if text is None else text[:_COMMAND_KEPT]


class AdviceJournal:
    """The journal in the store at `path`; opening writes nothing."""

    def __init__(self, path: Path) -> None:
        self.folder = path / "advice"
        self._encoder = msgspec.json.Encoder()
        self._day: date | None = None
        self._file = -1

    def append(self, entry: Entry) -> None:
        """Write one entry; when this returns, it outlives this process. Raises StoreError."""
        line = self._encoder.encode(entry) + b"\n"
        with refusals_explained(self.folder):
            os.write(self._open(entry.at.date()), line)

    def sync(self) -> None:
        """Have the disk remember what was written, against a power cut. Raises StoreError."""
        if self._file >= 0:
            with refusals_explained(self.folder):
                os.fdatasync(self._file)

    def close(self) -> None:
        """Let go of the file of the day."""
        if self._file >= 0:
            os.close(self._file)
            self._file, self._day = -1, None

    def days(self) -> list[date]:
        """Return the days of which there are entries, oldest first."""
        return sorted(date.fromisoformat(file.stem) for file in self.folder.glob("????-??-??.jsonl"))

    def read(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[Entry]:
        """Yield the entries of [since, until) as they were written; half a line of a power cut is passed over."""
        first = since.astimezone(UTC).date() if since else date.min
        last = until.astimezone(UTC).date() if until else date.max
        decoder = msgspec.json.Decoder(Entry)
        for day in self.days():
            if not first <= day <= last:
                continue
            with refusals_explained(self.folder), self._of(day).open("rb") as lines:
                for line in lines:
                    entry = _decoded(decoder, line)
                    if entry and (since is None or entry.at >= since) and (until is None or entry.at < until):
                        yield entry

    def _of(self, day: date) -> Path:
        return self.folder / f"{day.isoformat()}.jsonl"

    def _open(self, day: date) -> int:
        if day != self._day:
            self.close()
            make_folder(self.folder)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._file, self._day = os.open(self._of(day), flags, 0o640), day
        return self._file


def _decoded(decoder: "msgspec.json.Decoder[Entry]", line: bytes) -> Entry | None:
    try:
        return decoder.decode(line)
    except msgspec.DecodeError:
        return None
