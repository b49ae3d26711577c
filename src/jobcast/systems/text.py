"""Text of unknown origin, line by line: any encoding, plain or packed, whole or cut off."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from itertools import islice
from lzma import LZMAError
from typing import IO, cast

from jobcast.errors import InputError
from jobcast.systems.base import BATCH

UNREADABLE = (OSError, EOFError, zlib.error, LZMAError)
"""What the openers of packed files raise where a file is damaged."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Consecutive lines of a source, without their line ends."""

    first: int
    """Number of the first line, from 1."""
    texts: list[str]
    cut: bool = False
    """The source stops within the last line: no line end, or a packed file that is damaged there."""

    def after(self, count: int) -> "Lines":
        """Return these lines without the first `count`."""
        return Lines(self.first + count, self.texts[count:], self.cut)


def decode(record: bytes) -> str:
    """Decode one record: UTF-8, else GB18030 (Chinese EDA hosts), else Latin-1, which takes anything."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return record.decode(encoding)
        except UnicodeDecodeError:
            continue
    return record.decode("latin-1")


def buffered(stream: IO[bytes]) -> BufferedReader:
    """Buffer `stream`: packed files are read line by line several times faster through a buffer."""
    return BufferedReader(cast("RawIOBase", stream))


def read_lines(stream: IO[bytes], source: str, most: int = BATCH) -> Iterator[Lines]:
    """Read `stream` in batches of at most `most` lines; each line is decoded by itself where it must.

    A packed file that is damaged further on gives its readable part, the last line marked as cut.
    Raises InputError when nothing at all can be read.
    """
    reader = buffered(stream)
    try:
        yield from _batches(reader, source, most)
    finally:
        # Left alone, the reader would close the stream, which is the caller's.
        if not stream.closed:
            reader.detach()


def _batches(reader: BufferedReader, source: str, most: int) -> Iterator[Lines]:
    first, damaged = 1, False
    while not damaged:
        raw: list[bytes] = []
        try:
            raw.extend(islice(reader, most))
        except UNREADABLE as error:
            damaged = True
            if first == 1 and not raw:
                raise InputError(
                    f"cannot read {source}: {error}", hint="unpack it by hand to see where it is damaged"
                ) from error
        if not raw:
            return
        yield Lines(first, _texts(raw), cut=damaged or not raw[-1].endswith(b"\n"))
        first += len(raw)


def _texts(raw: list[bytes]) -> list[str]:
    """Decode lines at once where all are UTF-8, which is some ten times faster than one by one."""
    try:
        text = b"".join(raw).decode()
    except UnicodeDecodeError:
        return [decode(line.removesuffix(b"\n").removesuffix(b"\r")) for line in raw]
    texts = text.split("\n")
    if text.endswith("\n"):
        texts.pop()
    return [line.removesuffix("\r") for line in texts] if "\r\n" in text else texts
