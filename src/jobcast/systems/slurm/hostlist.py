"""Slurm's short form of many host names, e.g. ``n[1-3,07],gpu2``, and its long form."""

import re
from itertools import product

_PART = re.compile(r"(?:[^,\[\]]|\[[^\]]*\])+")
_PIECE = re.compile(r"\[([^\]]*)\]|([^\[\]]+)")
_MOST = 100_000
"""Hosts beyond which a list is taken for damaged; the largest clusters have some ten thousand."""


def expand(text: str) -> list[str]:
    """Return the names of all hosts, in order; a list that can't be expanded is given back as one name."""
    try:
        return [name for part in _PART.findall(text) for name in _names(part)]
    except ValueError:
        return [text]


def _names(part: str) -> list[str]:
    """Expand one name with any number of brackets."""
    pieces = [_range(inside) if inside else [plain] for inside, plain in _PIECE.findall(part)]
    count = 1
    for piece in pieces:
        count *= len(piece)
    if count > _MOST:
        raise ValueError(part)  # `expand` gives it back as it is
    return ["".join(name) for name in product(*pieces)]


def _range(inside: str) -> list[str]:
    """Expand the inside of a bracket; numbers keep their leading zeros."""
    numbers: list[str] = []
    for span in inside.split(","):
        first, dash, last = span.partition("-")
        if not dash:
            numbers.append(first)
            continue
        if not 0 <= int(last) - int(first) <= _MOST:
            raise ValueError(span)
        numbers.extend(str(number).zfill(len(first)) for number in range(int(first), int(last) + 1))
    return numbers
