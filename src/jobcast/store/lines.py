"""Files of lines, one for each day, only ever appended to: journals that several processes write and follow."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from jobcast.store.durable import make_folder, refusals_explained

Place = tuple[date, int]
"""A day, and how many bytes of its file were read."""


class DailyLines:
    """The files ``YYYY-MM-DD.jsonl`` in `folder`; opening writes nothing.

    Each call of `append` is a single write, so that lines of several writers never mix on a local disk.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._day: date | None = None
        self._file = -1

    def append(self, day: date, lines: bytes) -> None:
        """Write whole lines; when this returns, they outlive this process. Raises StoreError."""
        with refusals_explained(self.folder):
            file = self._open(day)
            written = os.write(file, lines)
            while written < len(lines):  # a signal or a nearly full disk
                written += os.write(file, lines[written:])

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
        """Return the days of which there are lines, oldest first; files of other names are not ours."""
        return sorted(day for file in self.folder.glob("*.jsonl") if (day := _day(file.stem)))

    def of(self, day: date) -> Path:
        """Return the file of a day."""
        return self.folder / f"{day.isoformat()}.jsonl"

    def read(self, day: date) -> Iterator[bytes]:
        """Yield the lines of a day; what a power cut left of the last one is not a line. Raises StoreError."""
        with refusals_explained(self.folder), self.of(day).open("rb") as lines:
            yield from (line for line in lines if line.endswith(b"\n"))

    def after(self, place: Place) -> tuple[list[bytes], Place]:
        """Return the lines that were written behind `place`, and the place behind them. Raises StoreError."""
        found: list[bytes] = []
        with refusals_explained(self.folder):
            for day in self.days():
                if day >= place[0]:
                    start = place[1] if day == place[0] else 0
                    lines, end = _whole_lines(self.of(day), start)
                    found += lines
                    place = day, end
        return found, place

    def _open(self, day: date) -> int:
        if day != self._day:
            self.close()
            make_folder(self.folder)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._file, self._day = os.open(self.of(day), flags, 0o640), day
        return self._file


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _whole_lines(file: Path, start: int) -> tuple[list[bytes], int]:
    with file.open("rb") as stream:
        stream.seek(start)
        content = stream.read()
    whole = content.rfind(b"\n") + 1
    return content[:whole].splitlines(keepends=True), start + whole
