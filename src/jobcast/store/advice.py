"""The journal of advice: one line of JSON for each submission that was answered, by day, only ever appended to.

::

    advice/2026-11-27.jsonl

A line is written by a single write before its answer goes out, so that it outlives a killed service; several
services append to one file. It tells what was answered: whether the job was then submitted so, only the history
can tell.
"""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import msgspec

from jobcast.errors import StoreError
from jobcast.store.lines import DailyLines, decoded

_KEPT = 4096
"""Characters of a text that the journal keeps."""


API = "api"
"""`Entry.system` of what programs asked by /v1/forecast: no submission, and nothing was changed by it."""


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
    at: Annotated[datetime, msgspec.Meta(tz=True)]
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
    failure: float | None = None
    """Chance that it fails."""
    level: str | None = None
    """History level of the memory forecast."""
    runs: int | None = None
    """Finished runs that it rests on."""
    refused: str | None = None
    """The rule of the site that forbade the submission; None where none did."""


def shortened(text: str | None) -> str | None:
    """Return as much of a text as the journal keeps."""
    return text if text is None else text[:_KEPT]


class AdviceJournal:
    """The journal in the store at `path`; opening writes nothing."""

    def __init__(self, path: Path) -> None:
        self.lines = DailyLines(path / "advice")
        self._encoder, self._decoder = msgspec.json.Encoder(), msgspec.json.Decoder(Entry)
        self.trouble: StoreError | None = None
        """Why the last entries could not be written; None where all is well."""

    def append(self, entries: Iterable[Entry]) -> None:
        """Write entries; when this returns, they outlive this process. Raises StoreError."""
        by_day: dict[date, list[bytes]] = {}
        for entry in entries:
            by_day.setdefault(entry.at.date(), []).append(self._encoder.encode(entry) + b"\n")
        try:
            for day, lines in by_day.items():
                self.lines.append(day, b"".join(lines))
        except StoreError as error:
            self.trouble = error
            raise
        self.trouble = None

    def find(self, advice_id: str, days: int | None = None) -> Entry | None:
        """Return the entry of that name, looking at the newest days first; None where there is none.

        With `days` only so many are looked at: those in which anything was answered. Raises StoreError.
        """
        wanted = msgspec.json.encode(advice_id)
        for day in self.lines.days()[::-1][:days]:
            for line in self.lines.read(day):
                if wanted in line and (entry := self.decoded(line)) and entry.id == advice_id:
                    return entry
        return None

    def decoded(self, line: bytes) -> Entry | None:
        """Return the entry in a line; None where it is none."""
        return decoded(self._decoder, line)
