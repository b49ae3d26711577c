"""A table of text: as wide as it must be into a pipe, as wide as the window on a terminal."""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from jobcast.cli.screen import cell_width, painted, printable

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
        click.echo(_GAP.join(_cell(column, row, width) for column, width in fitted).rstrip())


def _cell(column: Column, row: int, width: int) -> str:
    """Return the text of a row, 0 being the heading, in the width of the column."""
    text = _cut(printable(column.cells[row - 1] if row else column.heading), width)
    pad = " " * (width - cell_width(text))
    text = painted(text, column.colours[row - 1] if column.colours and row else None)
    return pad + text if column.right else text + pad


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
    if cell_width(text) <= width:
        return text
    kept = ""
    for character in text:
        if cell_width(kept + character) > width - 1:
            break
        kept += character
    return kept + "…"
