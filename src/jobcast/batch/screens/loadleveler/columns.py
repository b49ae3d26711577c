"""Listings in columns: of fixed widths that cut what is longer, or raw with ``!`` between."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from jobcast.printable import cell_width, printable

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Column(Generic[T]):
    """One column of a listing."""

    title: str
    width: int
    """In cells of a terminal."""
    value: Callable[[T], str]
    """Of one row; whatever is in it, it is made harmless here."""
    right: bool = False
    """Whether values stand at its right end."""
    grows: bool = False
    """Whether it is as wide as its longest value, because a name that is cut can't be used."""


def listing(columns: Sequence[Column[T]], rows: Iterable[T], *, rule: bool = True) -> list[str]:
    """Return the lines of a listing: titles, a line under them if `rule`, and one line for each row."""
    cells = [[printable(column.value(row)) for column in columns] for row in rows]
    widths = [
        max([column.width, *(cell_width(line[place]) for line in cells)]) if column.grows else column.width
        for place, column in enumerate(columns)
    ]
    lines = [" ".join(fitted(one.title, width) for one, width in zip(columns, widths, strict=True))]
    if rule:
        lines.append(" ".join("-" * width for width in widths))
    for line in cells:
        filled = zip(columns, line, widths, strict=True)
        lines.append(" ".join(fitted(cell, width, right=one.right) for one, cell, width in filled))
    return lines


def raw(columns: Sequence[Column[T]], rows: Iterable[T]) -> list[str]:
    """Return one line for each row, nothing cut, with ``!`` between the values."""
    return ["!".join(printable(column.value(row)).strip() for column in columns) for row in rows]


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """Return `text` cut or filled up to so many cells."""
    while cell_width(text) > width:
        text = text[:-1]
    blank = " " * (width - cell_width(text))
    return blank + text if right else text + blank
