"""Text of unknown origin, line by line: any encoding, plain or packed, whole or cut off."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BufferedReader, RawIOBase
from itertools import islice
from lzma import LZMAError
from typing import IO, TYPE_CHECKING, cast

from jobcast.errors import InputError
from jobcast.history import SET_ASIDE_TEXT, SetAside
from jobcast.language import say
from jobcast.systems.base import BATCH
from jobcast.systems.encoding import decode

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

UNREADABLE = (OSError, EOFError, zlib.error, LZMAError)
"""What the openers of packed files raise where a file is damaged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """Consecutive lines of a source, without their line ends."""

    first: int
    """Number of the first line, from 1."""
    texts: list[str]
    """The lines; none where there is only a torn one."""
    cut: bool = False
    """The last line has no line end: the source may stop within it."""
    torn: str | None = None
    """The line behind them, of which a damaged source gives this much, perhaps nothing; else None."""

    def after(self, count: int) -> "Lines":
        """Return these lines without the first `count`."""
        return replace(self, first=self.first + count, texts=self.texts[count:])

    def set_aside(self, source: str) -> tuple[SetAside, ...]:
        """Return the torn line, so that the damage is counted; nothing where there is none."""
        if self.torn is None:
            return ()
        line, text = self.first + len(self.texts), self.torn[:SET_ASIDE_TEXT]
        return (SetAside(source=source, line=line, reason="truncated", text=text),)


_STEP = 1 << 14
"""Bytes unpacked at once: less than a packed file's own buffer, so that all before a damage is had."""
_BOM = b"\xef\xbb\xbf"
_BOM_16 = (b"\xff\xfe", b"\xfe\xff")
"""How UTF-16 begins: Windows and PowerShell write it. No text in UTF-8 or GB18030 begins so."""


class _Readable(RawIOBase):
    """The part of a stream before it is damaged; raises only where nothing can be read at all."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._begun = False
        self.damaged = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer)
        try:
            # Unlike readinto, read1 returns what is there rather than go on to what is damaged.
            part = b"" if self.damaged else cast("BufferedReader", self._stream).read1(min(len(view), _STEP))
        except UNREADABLE:
            if not self._begun:
                raise
            self.damaged, part = True, b""
        self._begun = self._begun or bool(part)
        view[: len(part)] = part
        return len(part)


def buffered(stream: IO[bytes]) -> BufferedReader:
    """Buffer `stream`: packed files are read line by line several times faster through a buffer.

    What is damaged further on ends there. Closing the buffer leaves `stream` open.
    """
    return BufferedReader(_Readable(stream), _STEP)


def read_lines(stream: IO[bytes], source: str, most: int = BATCH) -> Iterator[Lines]:
    """Read `stream` in batches of at most `most` lines; each line is decoded by itself where it must.

    A packed file that is damaged further on gives its readable part, and behind it, alone, the torn line.
    Raises InputError when nothing at all can be read, or it is UTF-16.
    """
    raw = stream.raw if isinstance(stream, BufferedReader) else None
    reader = cast("BufferedReader", stream) if isinstance(raw, _Readable) else buffered(stream)
    lines, first, torn = _raw_lines(reader, source), 1, b""
    readable = cast("_Readable", reader.raw)
    while batch := list(islice(lines, most)):
        cut = not batch[-1].endswith(b"\n")
        # A first line stays one however little of it is left: it may tell what the source is.
        if cut and readable.damaged and first + len(batch) > 2:
            torn, cut = batch.pop(), False
        if batch:
            yield Lines(first=first, texts=_texts(batch), cut=cut)
        first += len(batch)
    if readable.damaged:
        yield Lines(first=first, texts=[], torn=decode(torn))


def _raw_lines(reader: BufferedReader, source: str) -> Iterator[bytes]:
    """Yield lines with their ends, without a byte order mark; lines that end in CR alone get LF."""
    try:
        first = reader.readline()
    except UNREADABLE as error:
        raise InputError(
            say("systems.not_unpacked", source=source, why=error), hint=say("systems.not_unpacked_cure")
        ) from error
    if first.startswith(_BOM_16) and b"\0" in first:
        raise InputError(say("systems.utf_16", source=source), hint=say("systems.utf_16_cure"))
    whole = first.removeprefix(_BOM) or first
    if whole.endswith(b"\n") or b"\r" not in whole:
        yield from (whole,) if whole else ()
    else:  # No line feed in the whole source.
        yield from whole.replace(b"\r", b"\n").splitlines(keepends=True)
    yield from reader


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
