"""Many submissions from CSV or JSON lines: each line is read on its own, and a bad one stops none of the others."""

import csv
import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import chain
from pathlib import Path
from typing import IO, Any

import click

from jobcast.cli.submission import unreadable
from jobcast.errors import InputError
from jobcast.fields import KNOWN, known_fields, submission
from jobcast.job import Submission
from jobcast.language import say
from jobcast.systems.encoding import decode

_BOM = b"\xef\xbb\xbf"
_SHOWN = 256
"""Characters of a bad line that are shown."""
_JSON_NAMES = {".jsonl", ".ndjson"}
"""Such a file is JSON, even where its first line is damaged."""

Numbered = Iterator[tuple[int, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class BadSubmission:
    """A line that can't be read as a submission."""

    why: str
    """What is wrong with it, in the chosen language."""
    hint: str = ""
    """What cures it; empty when nothing is known to."""


Entry = tuple[int, Mapping[str, Any] | BadSubmission]
"""Number of the line, from 1, where it begins; and its fields."""


def read_submissions(
    path: Path, flags: Mapping[str, str], now: datetime, zone: tzinfo
) -> Iterator[tuple[int, Submission | BadSubmission]]:
    """Read the submission of each line that isn't blank, in order; `flags` come before what a line says.

    Raises InputError when the file can't be read, or is CSV without any column that a submission has.
    """
    for number, fields in from_lines(path):
        if isinstance(fields, BadSubmission):
            yield number, fields
            continue
        try:
            yield number, submission({**fields, **flags}, now, zone)
        except InputError as error:
            yield number, BadSubmission(why=error.message[:_SHOWN], hint=error.hint)
        except RecursionError as error:  # lists within lists, a thousand deep
            yield number, BadSubmission(why=str(error))


def from_lines(path: Path) -> Iterator[Entry]:
    """Read the fields of each line that isn't blank; ``-`` is standard input. Raises InputError as above."""
    try:
        with click.open_file(str(path), "rb") as stream:
            lines = _lines(stream)
            first = next(((number, text) for number, text in lines if text.strip()), None)
            if first is None:
                return
            everything = chain([first], lines)
            if path.suffix in _JSON_NAMES or first[1].lstrip().startswith("{"):
                yield from _from_json(everything)
            else:
                yield from _from_csv(everything, path)
    except OSError as error:
        raise unreadable(path, error) from error


def _lines(stream: IO[bytes]) -> Numbered:
    """Yield each line with its number; a file whose lines end in CR alone has lines, too."""
    first = stream.readline().removeprefix(_BOM)
    whole = [first] if first.endswith(b"\n") else first.replace(b"\r", b"\n").splitlines(keepends=True)
    for number, raw in enumerate(chain(whole, stream), 1):
        yield number, decode(raw)  # as the history does, so that equal bytes are equal texts


def _odd(text: str) -> BadSubmission:
    return BadSubmission(why=say("predict.odd_line", text=text.strip()[:_SHOWN]))


def _from_json(lines: Numbered) -> Iterator[Entry]:
    for number, text in lines:
        if text.strip():
            yield number, _json_fields(text)


def _json_fields(text: str) -> Mapping[str, Any] | BadSubmission:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        return BadSubmission(why=say("predict.odd_json", why=error))
    return found if isinstance(found, dict) else _odd(text)


def _from_csv(lines: Numbered, path: Path) -> Iterator[Entry]:
    records = _Records(lines)
    _, header = records.read()
    names = (
        []
        if isinstance(header, BadSubmission)
        else [name.strip() or f"#{place}" for place, name in enumerate(header, 1)]
    )
    if not set(names) & set(KNOWN):
        why = say("predict.no_columns")
        raise InputError(say("predict.unreadable", path=path, why=why), hint=known_fields())
    while True:
        try:
            number, cells = records.read(len(names))
        except StopIteration:
            return
        if isinstance(cells, BadSubmission):
            yield number, cells
        elif cells:
            yield number, dict(zip(names, cells, strict=False))


class _Records:
    """Records of CSV; the lines that a stray quote would swallow are given back, to be read for themselves."""

    def __init__(self, lines: Numbered) -> None:
        self._lines = lines
        self._back: deque[tuple[int, str]] = deque()
        self._taken: list[tuple[int, str]] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Return the next line to the CSV reader, which asks for several where a quote is open."""
        self._taken.append(self._back.popleft() if self._back else next(self._lines))
        return self._taken[-1][1]

    def read(self, width: int | None = None) -> tuple[int, list[str] | BadSubmission]:
        """Return the next record of at most `width` cells, none of a blank line, and where it begins.

        Raises StopIteration after the last.
        """
        self._taken = []
        try:
            cells = next(csv.reader(self, strict=True))
        except csv.Error as error:
            return self._first_alone(BadSubmission(why=say("predict.odd_csv", why=error)))
        number, text = self._taken[0]
        if not text.strip():
            return number, []
        if width is not None and (any(cells[width:]) or (len(self._taken) > 1 and len(cells) < width)):
            return self._first_alone(_odd(text))
        return number, cells

    def _first_alone(self, bad: BadSubmission) -> tuple[int, BadSubmission]:
        """Let the first line be bad, and give back the others."""
        (number, _), *others = self._taken
        self._back.extendleft(reversed(others))
        return number, bad
