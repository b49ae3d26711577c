"""What jobcast says, in English and Chinese, from one catalogue (``texts.toml``)."""

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh")

_current = "en"


def choose(wanted: str | None = None) -> str:
    """Settle the language of this process: `wanted`, else JOBCAST_LANG, else the locale, else English."""
    global _current  # noqa: PLW0603 - one process speaks one language
    for asked in (
        wanted,
        os.environ.get("JOBCAST_LANG"),
        *map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG")),
    ):
        if asked:
            _current = "zh" if asked.lower().startswith("zh") else "en"
            break
    return _current


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak another language for a while."""
    global _current  # noqa: PLW0603 - one process speaks one language
    before, _current = _current, language
    try:
        yield
    finally:
        _current = before


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return all texts: key to language to text."""
    return {
        f"{part}.{key}": texts
        for part, keys in tomllib.loads((Path(__file__).parent / "texts.toml").read_text("utf-8")).items()
        for key, texts in keys.items()
    }


def say(key: str, **values: object) -> str:
    """Return the text `key` in the chosen language, with `values` in the places that it names."""
    text = catalogue()[key][_current]
    return text.format(**values) if values else text
