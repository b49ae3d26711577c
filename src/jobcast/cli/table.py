"""A table of text: as wide as it must be into a pipe, as wide as the window on a terminal."""

import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import click

from jobcast.cli.screen import painted
from jobcast.printable import cell_width, printable

_GAP = "  "
_NARROWEST = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column: its heading, and the text of each row."""

    heading: str
    """In the chosen language."""
    cells: Sequence[str]
    """The text of each row; hostile text is spelt out when it is printed."""
    right: bool = False
    """Numbers stand at the right."""
    elastic: bool = False
    """Text of any length: it is cut off where the terminal is too narrow."""
    wraps: bool = False
    """What an elastic text has no room for goes on below it instead."""
    spare: bool = False
    """Left out where the terminal is too narrow even so."""
    colours: Sequence[str | None] = ()
    """The colour of each row's cell, for terminals."""

    @property
    def width(self) -> int:
        """Return how many columns of the terminal the longest text takes."""
        return max(cell_width(printable(text)) for text in (self.heading, *self.cells))


def print_table(columns: Sequence[Column]) -> None:
    """Print the columns under their headings; hostile text is spelt out."""
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    fitted = _fitted(list(columns), room)
    for row in range(len(columns[0].cells) + 1):
        lines = zip_longest(*(_cell(column, row, width) for column, width in fitted))
        for line in lines:
            cells = (text or " " * width for text, (_, width) in zip(line, fitted, strict=True))
            click.echo(_GAP.join(cells).rstrip())


def _cell(column: Column, row: int, width: int) -> list[str]:
    """Return the text of a row, 0 being the heading, in the width of the column; several lines where it wraps."""
    text = printable(column.cells[row - 1] if row else column.heading)
    colour = column.colours[row - 1] if column.colours and row else None
    return [
        _padded(painted(line, colour), width - cell_width(line), right=column.right)
        for line in (wrapped(text, width) if column.wraps else [_cut(text, width)])
    ]


def _padded(text: str, room: int, *, right: bool) -> str:
    return " " * room + text if right else text + " " * room


def _fitted(columns: list[Column], room: int | None) -> list[tuple[Column, int]]:
    """Give each column its width; in a limited room narrow the elastic ones, then leave out the spare."""
    widths = [column.width for column in columns]
    if room is None:
        return list(zip(columns, widths, strict=True))
    while _total(widths) > room:
        slack = [width if column.elastic else 0 for column, width in zip(columns, widths, strict=True)]
        spare = [number for number, column in enumerate(columns) if column.spare]
        if max(slack) > _NARROWEST:
            widths[slack.index(max(slack))] -= 1
        elif spare:
            return _fitted([column for number, column in enumerate(columns) if number != spare[-1]], room)
        else:
            break
    return list(zip(columns, widths, strict=True))


def _total(widths: list[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _cut(text: str, width: int) -> str:
    return text if cell_width(text) <= width else _head(text, width - 1) + "…"


def _head(text: str, width: int) -> str:
    kept = ""
    for character in text:
        if cell_width(kept + character) > width:
            break
        kept += character
    return kept


_WORD = re.compile(
    r"\s*(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef]+)[\u3001\u3002\uff01\uff09\uff0c\uff1a\uff1b\uff1f\u201d]*"
)
"""A word, or a Chinese character, with the signs that must not begin a line."""


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of a width of 2 at least, between words or Chinese characters, longer words within."""
    lines = [""]
    for word in _WORD.findall(text):
        if cell_width(lines[-1] + word) <= width:
            lines[-1] += word
            continue
        rest = word.lstrip()
        if lines[-1]:
            lines.append("")
        while cell_width(rest) > width:
            head = _head(rest, width)
            lines[-1], rest = head, rest[len(head) :]
            lines.append("")
        lines[-1] = rest
    return lines
