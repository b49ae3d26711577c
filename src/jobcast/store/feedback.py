"""The journal of feedback: finished jobs that a site told the service at once, before any sample brings them.

::

    feedback/2026-11-27.jsonl

The families of every worker learn from it. It is no history: that gets the same jobs from its batch system.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from jobcast.store.lines import DailyLines, Place


class FinishedEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One job that ended well, with what it asked for and what it used; the fields are those of the history."""

    finish_time: datetime
    submit_time: datetime | None = None
    user: str | None = None
    group: str | None = None
    project: str | None = None
    queue: str | None = None
    name: str | None = None
    command: str | None = None
    cwd: str | None = None
    description: str | None = None
    cores_requested: int | None = None
    memory_requested: int | None = None
    """Bytes."""
    run_limit: float | None = None
    """Seconds."""
    gpus_requested: int | None = None
    interactive: bool | None = None
    memory_peak: int | None = None
    """Bytes."""
    run_time: float | None = None
    """Seconds."""


class FeedbackJournal:
    """The journal in the store at `path`; opening writes nothing."""

    def __init__(self, path: Path) -> None:
        self.lines = DailyLines(path / "feedback")
        self._decoder = msgspec.json.Decoder(FinishedEntry)

    def append(self, entries: Iterable[FinishedEntry], at: datetime) -> None:
        """Write entries, told at `at`; when this returns, they outlive this process. Raises StoreError."""
        self.lines.append(at.date(), b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries))

    def since(self, moment: datetime) -> Place:
        """Return the place behind which all is written that was told on the day of `moment` or later."""
        return moment.astimezone(UTC).date(), 0

    def after(self, place: Place) -> tuple[list[FinishedEntry], Place]:
        """Return the entries behind `place`, and the place behind them; lines that are none are passed over."""
        lines, place = self.lines.after(place)
        return [entry for line in lines if (entry := self._decoded(line))], place

    def _decoded(self, line: bytes) -> FinishedEntry | None:
        try:
            return self._decoder.decode(line)
        except msgspec.DecodeError:
            return None


BEGINNING: Place = (date.min, 0)
"""Before all that was ever written."""
