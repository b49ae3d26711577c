"""What the readers of submissions are told, and what they return."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jobcast.batch.record import Submitted


@dataclass(frozen=True, kw_only=True, slots=True)
class Submitter:
    """Who submits, from where and when: told by the operating system, never by whoever submits."""

    user: str
    """Login name."""
    groups: tuple[str, ...] = ()
    """Names of the user's Unix groups, the primary one first."""
    home: str = "/"
    """Home directory."""
    shell: str = "/bin/sh"
    """Login shell."""
    host: str = ""
    """Where it is submitted."""
    job: str
    """Id that the job gets; its steps' follow from it."""
    at: datetime
    """When, in the time zone of the site."""
    named: Callable[[], Mapping[str, Sequence[str]]] = field(default=dict, compare=False)
    """Tells the names of jobs of theirs that are still known with their ids, in the order of their submission."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where something is asked for."""

    file: str
    """Its name."""
    line: int
    """From 1."""
    column: int
    """Of the value, from 1."""
    name: str
    """The keyword, as written."""


Places = Mapping[str, Mapping[str, Place]]
"""Id of a step to keyword to where it stands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """What became of a submission."""

    steps: tuple[Submitted, ...] = ()
    """What is to run; empty where it is refused."""
    warnings: tuple[str, ...] = ()
    """What was taken, but not as it stands; in the asker's language."""
    refusals: tuple[str, ...] = ()
    """Why it isn't taken, one for each fault; in the asker's language, or in the words of that batch system."""
    places: Places = field(default_factory=dict, compare=False)
    """Where steps ask for what the cluster may not have; empty where they come from no file."""
