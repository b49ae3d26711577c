"""What an executor is to be asked, after what was decided has been written down."""

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """What to ask."""

    START = "start"
    SUSPEND = "suspend"
    RESUME = "resume"
    KILL = "kill"
    LIMIT = "limit"
    """Tell it the limits that hold when this is carried out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """One thing to ask; asked again after a crash, which does no harm."""

    verb: Verb
    attempt: str
    """Id of the attempt."""
    step: str
    """Id of its step."""
    at_once: bool = False
    """Of a kill: by force, without asking its processes to end."""
    makes_room: bool = False
    """Of a kill: whether somebody who was decided to start waits until its processes are gone."""
