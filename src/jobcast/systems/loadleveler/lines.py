"""Lines of configuration files: comments left out, continued ones joined, variables filled in.

"LoadL_config file structure and syntax" in Using and Administering LoadLeveler: a backslash at the end of a line
continues it, comments stand on lines of their own, ``$(NAME)`` is what another statement gives NAME.
"""

import re
from collections.abc import Iterator, Mapping

from jobcast.language import say
from jobcast.systems.loadleveler.statement import RefusedError

VARIABLE = re.compile(r"\$\(\s*([A-Za-z_][\w.]*)\s*\)")
_LONGEST = 8192
"""Characters of a value with its variables filled in."""
_DEEPEST = 8
"""Variables within variables."""


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the number of each statement's first line, from 1, and the statement in one line."""
    parts: list[str] = []
    first = 0
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if not parts and (not line or line.startswith("#")):
            continue
        first = first if parts else number
        continued = line.endswith("\\")
        parts.append(line[:-1].strip() if continued else line)
        if not continued:
            yield from _joined(first, parts)
            parts = []
    yield from _joined(first, parts)


def _joined(first: int, parts: list[str]) -> Iterator[tuple[int, str]]:
    if statement := " ".join(part for part in parts if part):
        yield first, statement


def asked(value: str) -> frozenset[str]:
    """Return the variables that a value asks for, in small letters."""
    return frozenset(name.lower() for name in VARIABLE.findall(value))


def filled(value: str, variables: Mapping[str, str]) -> str:
    """Return a value with its variables filled in; `variables` are named in small letters.

    Raises RefusedError where one is given nowhere, or by itself.
    """
    for _ in range(_DEEPEST):
        if not asked(value):
            return value
        if missing := sorted(asked(value) - variables.keys()):
            raise RefusedError(say("loadleveler.no_variable", name=missing[0]))
        added = sum(len(variables[name.lower()]) for name in VARIABLE.findall(value))
        if len(value) + added > _LONGEST:
            break
        value = VARIABLE.sub(lambda match: variables[match[1].lower()], value)
    raise RefusedError(say("loadleveler.endless_variable"))
