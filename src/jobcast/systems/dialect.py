"""The contract of a dialect: a batch system's own configuration files, read into one policy.

A reader is a pure function of texts. Every keyword that stands in the files comes back in the report, with what was
made of it: none is dropped silently.
"""

from dataclasses import dataclass
from enum import StrEnum

from jobcast.machine import Cluster
from jobcast.schedule.policy import Policy


class Standing(StrEnum):
    """What was made of a keyword."""

    UNDERSTOOD = "understood"
    """It shapes the policy."""
    CORRECTED = "corrected"
    """It shapes the policy, but not as it stands: misspelt, given twice, or overruled by another."""
    IGNORED = "ignored"
    """It is known and has no bearing on scheduling, or only on a live system."""
    REFUSED = "refused"
    """It is known, but what it asks for can't be done, or its value is wrong."""
    UNKNOWN = "unknown"
    """No keyword of this batch system that we know of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Keyword:
    """One keyword where it stands in a file."""

    file: str
    """Name of the file."""
    line: int
    """From 1."""
    section: str
    """Queue, stanza or section that it stands in; empty at the top."""
    name: str
    """As written."""
    value: str
    """As written."""
    standing: Standing
    """What was made of it."""
    reason: str = ""
    """Why it isn't simply understood, and what cures it, in the language spoken now; empty if it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """What the files of one cluster say."""

    policy: Policy
    """Its rules."""
    cluster: Cluster
    """Its machines; without any where the files name none."""
    keywords: tuple[Keyword, ...]
    """Every one that stands in the files, in their order."""
