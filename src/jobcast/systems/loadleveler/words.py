"""Words with quotes around them: arguments, and values of the environment."""

import re
from collections.abc import Iterator

from jobcast.language import say
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import shown

_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")


def split_words(text: str, between: str = r"\s") -> Iterator[str]:
    """Yield what stands between separators that no quotes surround, as written; `between` is a class of characters.

    Raises RefusedError where a quotation isn't closed.
    """
    word = re.compile(rf"(?:\"[^\"]*\"|'[^']*'|[^{between}\"'])+")
    if '"' in (rest := _QUOTED.sub("", text)) or "'" in rest:
        raise RefusedError(say("loadleveler.open_quote", value=shown(text)))
    for match in word.finditer(text):
        yield match[0]


def unquoted(word: str) -> str:
    """Return a word without the quotes around parts of it."""
    return _QUOTED.sub(lambda match: match[1] if match[1] is not None else match[2], word)


def read_arguments(text: str) -> tuple[str, ...]:
    """Read arguments with blanks between; quotes hold blanks together, and nothing else has a meaning."""
    return tuple(map(unquoted, split_words(text)))
