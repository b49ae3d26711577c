"""What jobcast says, in English and Chinese, from one catalogue (``texts.toml``, ``texts_report.toml``)."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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


def current() -> str:
    """Return the language chosen now, one of `LANGUAGES`."""
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
    return {f"{part}.{key}": texts for part in _files() for key, texts in _part(part).items()}


@cache
def _part(part: str) -> dict[str, dict[str, str]]:
    """Return the texts of one part; most commands say little, and reading all would be a third of their time."""
    return {key: texts for file in _files()[part] for key, texts in _parts(file)[part].items()}


@cache
def _files() -> dict[str, list[Path]]:
    """Return the files in which each part stands."""
    files: dict[str, list[Path]] = {}
    for file in sorted(Path(__file__).parent.glob("texts*.toml")):
        for part in re.findall(r"^\[(\w+)\]", file.read_text("utf-8"), re.MULTILINE):
            files.setdefault(part, []).append(file)
    return files


@cache
def _parts(file: Path) -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(file.read_text("utf-8"))


def say(key: str, **values: object) -> str:
    """Return the text `key` in the chosen language, with `values` in the places that it names."""
    return _said(key, values)


def _said(key: str, values: Mapping[str, object]) -> str:
    part, _, name = key.partition(".")
    text = _part(part)[name][_current]
    return _counted(text, values).format(**values) if values else text


_COUNTED = re.compile(r"\{(\w+):([^{}|]+)\|([^{}|]+)\}")


def _counted(text: str, values: Mapping[str, object]) -> str:
    """Return a text in which `{jobs:job|jobs}` has become `{jobs} job` or `{jobs} jobs`, as its number asks."""
    if "|" not in text:
        return text
    return _COUNTED.sub(lambda at: f"{{{at[1]}}} {at[2] if str(values[at[1]]) == '1' else at[3]}", text)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text to be said later, in whichever language is wanted then; made by `phrase`."""

    key: str
    """Of the catalogue."""
    values: tuple[tuple[str, object], ...] = ()
    """What stands in the places that the text names."""

    def say(self) -> str:
        """Return the text in the language chosen now."""
        return _said(self.key, {name: _now(value) for name, value in self.values})


def phrase(key: str, **values: object) -> Phrase:
    """Return the text `key` with `values` in the places that it names, to be said later."""
    return Phrase(key, tuple(values.items()))


def _now(value: object) -> object:
    return value.say() if isinstance(value, Phrase) else value
