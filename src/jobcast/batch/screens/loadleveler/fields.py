"""Long listings: a name and a value on each line, nothing cut."""

from collections.abc import Iterable

from jobcast.printable import printable

Field = tuple[str, str]


def lines(rows: Iterable[Field], *, width: int = 19) -> list[str]:
    """Return ``name: value`` lines, the names at the right end of `width` columns."""
    return [f"{name:>{width}}: {printable(value)}".rstrip() for name, value in rows]


def yes_no(truth: bool, words: tuple[str, str] = ("yes", "no")) -> str:
    """Return LoadLeveler's word for a truth."""
    return words[0] if truth else words[1]
