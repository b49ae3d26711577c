"""The journal of feedback: finished jobs that a site told the service at once, before any sample brings them.

::

    feedback/2026-11-27.jsonl

The families of every worker learn from it. It is no history: that gets the same jobs from its batch system.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from jobcast.store.lines import DailyLines, Place, decoded

CLOCKS_DIFFER = timedelta(minutes=1)
"""How long before it ends by our clock a job may have ended by another."""

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class FinishedEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One job that ended, with what it asked for and what it used; the fields are those of the history."""

    finish_time: _Moment
    submit_time: _Moment | None = None
    job_id: str | None = None
    array_index: int | None = None
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
    state: Literal["done", "failed"] = "done"
    """Whether it ended well."""
    exit_code: int | None = None
    """Of one that failed."""
    exit_reason: str | None = None
    """Why it failed (`jobcast.job.ExitReason`); None where nobody told."""


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
        """Return the next entries behind `place`, and the place behind them; there may be more.

        Lines that are no entries are passed over, and jobs that had not ended on the day on which they were told;
        the place stays where nothing more was written.
        """
        lines, place = self.lines.after(place)
        told = datetime.combine(place[0], time(), UTC)
        entries = (decoded(self._decoder, line) for line in lines)
        return [one for one in entries if one and one.finish_time - told < _A_DAY], place

    def forget(self, before: datetime) -> None:
        """Remove what was told before the day of that moment. Raises StoreError."""
        self.lines.forget(before.astimezone(UTC).date())


_A_DAY = timedelta(days=1) + CLOCKS_DIFFER

BEGINNING: Place = (date.min, 0)
"""Before all that was ever written."""
