"""What a site requires of submissions: that a field is given, and is one of a list or looks like a pattern.

A weather centre, for instance, books every job on a model, which its comment has to name.
"""

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from jobcast.act.patterns import Patterns, any_matches, meets
from jobcast.errors import ConfigError
from jobcast.job import Submission
from jobcast.language import phrase, say
from jobcast.spelling import did_you_mean
from jobcast.systems.encoding import decode

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SHOWN = 60
"""Characters of a refused value that are shown."""
_LISTED = 12
"""Allowed values that are listed."""
_COMPARED = 500
"""Allowed values that a refused one is held against."""


class Require(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table ``[[require]]`` of the rules, as it is written."""

    field: Literal["user", "group", "project", "queue", "name", "command", "description"]
    """What has to be given."""
    one_of: tuple[str, ...] | None = None
    """The values that it may have."""
    one_of_file: str | None = None
    """A file of them, beside the rules unless its path is absolute: one a line, ``#`` begins a comment."""
    pattern: Patterns | None = None
    """Shell patterns of which it has to match one."""
    message: str | None = None
    """What is told instead of a sentence of ours."""
    system: Patterns = ()
    """Batch systems that it is about; all where it names none."""
    user: Patterns = ()
    group: Patterns = ()
    project: Patterns = ()
    queue: Patterns = ()
    name: Patterns = ()
    command: Patterns = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement:
    """What a site requires of some submissions."""

    said: Require
    """As the rules say it."""
    allowed: frozenset[str] | None = None
    """The values that the field may have; None where any will do."""
    file: Path | None = None
    """The file that they come from."""

    def refusal(self, submission: Submission, system: str) -> str | None:
        """Return what to tell whoever submits this; None where there is nothing to object to."""
        said = self.said
        if (said.system and not any_matches(said.system, system)) or not meets(submission, said):
            return None
        value = (getattr(submission, said.field) or "").strip()
        if not value:
            return (
                said.message
                or say("require.absent", field=_FIELDS[said.field].say(), expected=self._expected()).rstrip()
            )
        if (self.allowed is None or value in self.allowed) and (
            said.pattern is None or any_matches(said.pattern, value)
        ):
            return None
        meant = did_you_mean(value[:_SHOWN], self._alike(value))
        told = said.message or say(
            "require.other", field=_FIELDS[said.field].say(), value=_shown(value), expected=self._expected()
        )
        return f"{told} {meant}".rstrip()

    def _alike(self, value: str) -> list[str]:
        """Return values that somebody may have meant; of very many those that begin alike, for comparing takes time."""
        names = sorted(self.allowed or ())
        if len(names) > _COMPARED:
            names = [name for name in names if name[:2].lower() == value[:2].lower()][:_COMPARED]
        return names

    def _expected(self) -> str:
        if self.said.pattern is not None:
            patterns = (self.said.pattern,) if isinstance(self.said.pattern, str) else self.said.pattern
            return say("require.like", patterns=", ".join(patterns))
        if self.allowed is None:
            return ""
        names, count = ", ".join(sorted(self.allowed)[:_LISTED]), len(self.allowed)
        if count <= _LISTED:
            return say("require.one_of", names=names)
        return say("require.one_of_more", names=names, count=count)


_FIELDS = {
    "user": phrase("require.user"),
    "group": phrase("require.group"),
    "project": phrase("require.project"),
    "queue": phrase("require.queue"),
    "name": phrase("require.name"),
    "command": phrase("require.command"),
    "description": phrase("require.description"),
}


def _shown(value: str) -> str:
    """Return a value for a line on a terminal, whatever somebody wrote there."""
    shown = "".join(sign if _printable(sign) else "\N{REPLACEMENT CHARACTER}" for sign in value[:_SHOWN])
    return shown if len(value) <= _SHOWN else f"{shown}…"


def _printable(sign: str) -> bool:
    return unicodedata.category(sign)[0] not in "CZ" or sign == " "


def read_requirement(said: Require, folder: Path) -> Requirement:
    """Read the values that a requirement names; `folder` is that of the rules.

    Raises ConfigError when its file can't be read, ValueError when it contradicts itself.
    """
    given = [one for one in (said.one_of, said.one_of_file, said.pattern) if one is not None]
    if len(given) > 1:
        raise ValueError(say("require.several", field=said.field))
    if said.one_of_file is None:
        allowed = None if said.one_of is None else frozenset(map(str.strip, said.one_of)) - {""}
        file = None
    else:
        file = folder / said.one_of_file
        allowed = _values(file)
    if allowed is not None and not allowed:
        raise ValueError(say("require.empty", field=said.field))
    return Requirement(said=said, allowed=allowed, file=file)


def _values(file: Path) -> frozenset[str]:
    try:
        lines = file.read_bytes().removeprefix(_BYTE_ORDER_MARK).splitlines()
    except OSError as error:
        raise ConfigError(
            say("require.unreadable", path=file, why=error.strerror or error),
            hint=say("require.unreadable_cure"),
        ) from error
    return frozenset(value for line in lines if (value := decode(line).strip()) and value[0] != "#")
