"""Amounts, dates and columns as LSF writes them."""

from datetime import datetime, tzinfo

from jobcast.printable import cell_width
from jobcast.units import GIB, KIB, MIB, TIB
from jobcast.zone import read_zone

WIDTH = 79
"""Columns of a long listing."""


def zone_of(name: str) -> tzinfo:
    """Return a time zone by its name; UTC where there is none of that name."""
    try:
        return read_zone(name)
    except ValueError:
        return read_zone("UTC")


def short_date(second: float, zone: tzinfo) -> str:
    """Return ``Jan  1 12:00``."""
    at = datetime.fromtimestamp(second, zone)
    return f"{at:%b} {at.day:2d} {at:%H:%M}"


def long_date(second: float, zone: tzinfo) -> str:
    """Return ``Thu Jan  1 12:00:00``."""
    at = datetime.fromtimestamp(second, zone)
    return f"{at:%a %b} {at.day:2d} {at:%H:%M:%S}"


def memory(amount: int) -> str:
    """Return ``313 Mbytes``; ``1.5 Gbytes`` from one GiB on."""
    if amount < GIB:
        return f"{round(amount / MIB)} Mbytes"
    factor, unit = (TIB, "Tbytes") if amount >= TIB else (GIB, "Gbytes")
    return f"{round(amount / factor, 1):g} {unit}"


def limit(amount: int) -> str:
    """Return a limit of memory with the largest unit that leaves it whole: ``2 G``, ``512 M``, ``1000 K``."""
    for factor, unit in ((TIB, "T"), (GIB, "G"), (MIB, "M")):
        if amount >= factor and amount % factor == 0:
            return f"{amount // factor} {unit}"
    return f"{-(-amount // KIB)} K"


def shortened(text: str, width: int) -> str:
    """Return a text that fits: of a longer one the end, behind a star."""
    if cell_width(text) <= width:
        return text
    kept = ""
    for sign in reversed(text):
        if cell_width(sign + kept) >= width:
            break
        kept = sign + kept
    return f"*{kept}"


def padded(text: str, width: int) -> str:
    """Return a text filled up with blanks on the right."""
    return text + " " * max(width - cell_width(text), 0)


def wrapped(line: str, margin: int) -> list[str]:
    """Return a line in pieces of at most `WIDTH` columns, those after the first indented."""
    pieces: list[str] = []
    piece, wide = "", 0
    for sign in line:
        width = cell_width(sign)
        if wide + width > WIDTH:
            pieces.append(piece)
            piece, wide = " " * margin, margin
        piece += sign
        wide += width
    return [*pieces, piece]
