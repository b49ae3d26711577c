"""Reading the journal of advice from its end: a list of the newest entries touches only the end of the newest file."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from jobcast.store.advice import AdviceJournal, Entry
from jobcast.store.durable import refusals_explained

_BLOCK = 1 << 20
"""Bytes that are read at once."""


class AdviceReader:
    """The entries of [since, until) in a journal, those written last first; never more than a block is held.

    A line that is no entry, such as what a power cut left of the last one, is passed over and counted.
    Iterating raises StoreError where a file can't be read.
    """

    def __init__(
        self, journal: AdviceJournal, since: datetime | None = None, until: datetime | None = None
    ) -> None:
        self._journal = journal
        self._since, self._until = since, until
        self.passed_over = 0
        """How many lines were no entries, among those read so far."""

    def __iter__(self) -> Iterator[Entry]:
        first = self._since.astimezone(UTC).date() if self._since else date.min
        last = self._until.astimezone(UTC).date() if self._until else date.max
        for day in reversed(self._journal.lines.days()):
            if first <= day <= last:
                for line in _from_the_end(self._journal.lines.of(day)):
                    entry = self._journal.decoded(line)
                    if entry is None:
                        self.passed_over += 1
                    elif self._within(entry.at):
                        yield entry

    def _within(self, at: datetime) -> bool:
        return (self._since is None or at >= self._since) and (self._until is None or at < self._until)


def _from_the_end(file: Path) -> Iterator[bytes]:
    """Yield the lines of a file that only grows at its end, the last one first."""
    with refusals_explained(file), file.open("rb") as stream:
        at = stream.seek(0, 2)
        rest = b""
        while at:
            step = min(_BLOCK, at)
            at -= step
            stream.seek(at)
            *whole, torn = (stream.read(step) + rest).split(b"\n")
            lines = [line + b"\n" for line in whole] + ([torn] if torn else [])
            rest = lines.pop(0) if at else b""  # it may begin in the block before
            yield from reversed(lines)
