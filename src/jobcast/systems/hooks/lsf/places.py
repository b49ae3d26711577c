"""Where memory stands in a resource requirement of LSF, and among what LSF may choose there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jobcast.systems.lsf.resources import closed_at, sections, split

_TOO_DEEP = re.compile(r"(?:[({\[]\s*+){17}")
_BRACED = re.compile(r"\s*\{([^{}]*)\}\s*(?:@\s*\d+\s*)?")


def too_deep(text: str) -> bool:
    """Tell whether more brackets stand within each other, with nothing between, than anybody writes."""
    return _TOO_DEEP.search(text) is not None


def pieces(text: str) -> list[tuple[int, str]] | None:
    """Return the simple requirements among which LSF may choose, each with its place; None for a compound one."""
    if "{" not in text:
        return [(0, text)]
    found, at = [], 0
    for part in split(text, "||"):
        match = _BRACED.fullmatch(part)
        if match is None:
            return None
        found.append((at + match.start(1), match[1]))
        at += len(part) + len("||")
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedMemory:
    """An amount of memory in an rusage section."""

    start: int
    """Where the value begins in the whole text."""
    value: str
    """As it stands there."""
    alone: bool
    """Whether its section has no alternatives."""


def asked_memory(at: int, piece: str) -> Iterator[AskedMemory]:
    """Yield each ``mem=`` of each rusage section and each alternative within it."""
    for name, start, content in sections(piece):
        if name == "rusage":
            found = list(choices(content))
            for place, choice in found:
                for value_at, value in _memory(choice):
                    yield AskedMemory(start=at + start + place + value_at, value=value, alone=len(found) == 1)


def choices(content: str) -> Iterator[tuple[int, str]]:
    """Yield the alternatives of an rusage section without the parentheses around them, each with its place."""
    at = 0
    for part in split(content, "||"):
        start, end = at, at + len(part)
        while (bare := content[start:end].strip()).startswith("(") and closed_at(bare, 0) == len(bare) - 1:
            start = content.index("(", start) + 1
            end = content.rindex(")", start, end)
        yield start, content[start:end]
        at += len(part) + len("||")


_MEM = re.compile(r"\s*mem\s*=")


def _memory(choice: str) -> Iterator[tuple[int, str]]:
    at = 0
    for part in split(choice.replace(":", ","), ","):
        if match := _MEM.match(part):
            yield at + match.end(), part[match.end() :]
        at += len(part) + 1
