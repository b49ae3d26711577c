"""A table of text: as wide as it must be into a pipe, no wider than the window on a terminal."""

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
    cells: Sequence[str]
    right: bool = False
    """Numbers stand at the right."""
    colours: Sequence[str | None] = ()
    """The colour of each row's cell, for terminals."""


def print_table(columns: Sequence[Column]) -> None:
    """Print the columns under their headings; hostile text is spelt out, long text cut off on a terminal."""
    shown = [[printable(text) for text in (column.heading, *column.cells)] for column in columns]
    widths = _fitted([max(map(cell_width, texts)) for texts in shown])
    for row in range(len(shown[0])):
        cells = [
            _cell(texts[row], width, column, row)
            for texts, width, column in zip(shown, widths, columns, strict=True)
        ]
        click.echo(_GAP.join(cells).rstrip())


def _cell(text: str, width: int, column: Column, row: int) -> str:
    text = _cut(text, width)
    pad = " " * (width - cell_width(text))
    colour = column.colours[row - 1] if column.colours and row else None
    text = painted(text, colour)
    return pad + text if column.right else text + pad


def _fitted(widths: list[int]) -> list[int]:
    """Narrow the widest columns until the row fits the terminal; a pipe takes any width."""
    if not sys.stdout.isatty():
        return widths
    room = shutil.get_terminal_size().columns - len(_GAP) * (len(widths) - 1)
    widths = list(widths)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _cut(text: str, width: int) -> str:
    if cell_width(text) <= width:
        return text
    kept = ""
    for character in text:
        if cell_width(kept + character) > width - 1:
            break
        kept += character
    return kept + "…"
