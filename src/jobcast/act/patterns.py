"""Shell patterns for what submissions say, as the rules of a site give them."""

from fnmatch import fnmatchcase
from typing import Protocol

from jobcast.job import Submission

_LOOKED_AT = 4096
"""Characters of a text that patterns are held against."""

Patterns = str | tuple[str, ...]


class Conditions(Protocol):
    """For whom something is meant; what is empty does not matter."""

    @property
    def user(self) -> Patterns:
        """Login names."""

    @property
    def group(self) -> Patterns:
        """User groups."""

    @property
    def project(self) -> Patterns:
        """Projects."""

    @property
    def queue(self) -> Patterns:
        """Queues."""

    @property
    def name(self) -> Patterns:
        """Job names."""

    @property
    def command(self) -> Patterns:
        """Command lines."""


_CONDITIONS = ("user", "group", "project", "queue", "name", "command")


def meets(submission: Submission, conditions: Conditions) -> bool:
    """Tell whether a submission matches all the patterns that are given."""
    return all(
        any_matches(patterns, getattr(submission, field))
        for field in _CONDITIONS
        if (patterns := getattr(conditions, field))
    )


def any_matches(patterns: Patterns, text: str | None) -> bool:
    """Tell whether any of the shell patterns matches the whole text; nothing matches an absent one."""
    if text is None:
        return False
    text = text[:_LOOKED_AT]
    return any(fnmatchcase(text, one) for one in ((patterns,) if isinstance(patterns, str) else patterns))
