"""``--array``: ``0-15:4%2``, ``1,3,5-7``."""

import re
from dataclasses import dataclass

_SPAN = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9})(?::([0-9]{1,9}))?)?")
_MOST = 4_000_001
"""Elements of one array, the most that MaxArraySize may be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Elements:
    """The elements of an array."""

    indices: tuple[int, ...]
    """In rising order, each once."""
    at_once: int | None = None
    """How many may run at once; None for all."""


def elements(text: str, size: int) -> Elements:
    """Read which elements an array has, all below `size`. Raises ValueError where the text tells none."""
    spans, percent, most = text.partition("%")
    if percent and not re.fullmatch("[1-9][0-9]{0,8}", most):
        raise ValueError(text)
    indices: set[int] = set()
    for span in spans.split(","):
        match = _SPAN.fullmatch(span.strip())
        if match is None:
            raise ValueError(text)
        first, last, step = int(match[1]), int(match[2] or match[1]), int(match[3] or 1)
        if not first <= last < min(size, _MOST) or step == 0:
            raise ValueError(text)
        indices.update(range(first, last + 1, step))
    return Elements(indices=tuple(sorted(indices)), at_once=int(most) if percent else None)
