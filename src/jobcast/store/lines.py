"""Files of lines, one for each day, only ever appended to: journals that several processes write and follow."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from jobcast.store.durable import make_folder, refusals_explained

T = TypeVar("T")

Place = tuple[date, int]
"""A day, and how many bytes of its file were read."""
_PIECE = 1 << 18
"""Bytes that are read at once: some thousand lines."""


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
            try:
                file = self._open(day)
                written = os.write(file, lines)
                while written < len(lines):  # a signal or a nearly full disk
                    written += os.write(file, lines[written:])
            except OSError:
                self.close()  # it may end in half a line now, which opening sees to
                raise

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

    def forget(self, before: date) -> None:
        """Remove the files of all days before that one. Raises StoreError."""
        with refusals_explained(self.folder):
            for day in self.days():
                if day < before:
                    self.of(day).unlink(missing_ok=True)

    def of(self, day: date) -> Path:
        """Return the file of a day."""
        return self.folder / f"{day.isoformat()}.jsonl"

    def read(self, day: date) -> Iterator[bytes]:
        """Yield the lines of a day; what a power cut left of the last one is not a line. Raises StoreError."""
        with refusals_explained(self.folder), self.of(day).open("rb") as lines:
            yield from (line for line in lines if line.endswith(b"\n"))

    def after(self, place: Place) -> tuple[list[bytes], Place]:
        """Return the next lines that were written behind `place`, and the place behind them. Raises StoreError.

        All are of one day, and there may be more behind them; where there are none, nothing more was written.
        """
        with refusals_explained(self.folder):
            for day in self.days():
                if day >= place[0]:
                    lines, end = _whole_lines(self.of(day), place[1] if day == place[0] else 0)
                    place = day, end
                    if lines:
                        return lines, place
        return [], place

    def _open(self, day: date) -> int:
        if day != self._day:
            self.close()
            make_folder(self.folder)
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._file, self._day = os.open(self.of(day), flags, 0o640), day
            _end_the_last_line(self._file)
        return self._file


def decoded(decoder: "msgspec.json.Decoder[T]", line: bytes) -> T | None:
    """Return what a line says; None where it is torn, or says what can't be."""
    try:
        return decoder.decode(line) if line.endswith(b"\n") else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _end_the_last_line(file: int) -> None:
    """Keep half a line, which a power cut or a full disk left, from swallowing the next one."""
    size = os.fstat(file).st_size
    if size and os.pread(file, 1, size - 1) != b"\n":
        os.write(file, b"\n")


def _day(text: str) -> date | None:
    """Return the day that is written so; None where it is none, or we would write it otherwise."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def _whole_lines(file: Path, start: int) -> tuple[list[bytes], int]:
    with file.open("rb") as stream:
        stream.seek(start)
        content = stream.read(_PIECE) + stream.readline()
    whole = content.rfind(b"\n") + 1
    return content[:whole].splitlines(keepends=True), start + whole
