"""Advice: what to change in a submission, how far that may go, and why."""

import re
from dataclasses import dataclass
from enum import StrEnum

from jobcast.forecast import FailureForecast
from jobcast.units import Bytes, Seconds


class Mode(StrEnum):
    """How far a hook may go; each goes further than those before it."""

    OFF = "off"
    """Nothing is forecast, and nothing is noted."""
    SHADOW = "shadow"
    """What would be changed is only noted."""
    ADVISE = "advise"
    """It is also told to whoever submits."""
    APPLY = "apply"
    """What the submission leaves open is set."""
    LOWER = "lower"
    """What it asks for beyond its need is lowered too, within the limits of the rules."""


class Subject(StrEnum):
    """What of a request a hook can change."""

    MEMORY = "memory"
    """Of the whole job, in bytes."""
    RUN_LIMIT = "run_limit"
    """In seconds."""


class ChangeKind(StrEnum):
    """In which direction a request would change."""

    SET = "set"
    """The submission leaves it open."""
    LOWER = "lower"
    """It asks for more than it is likely to need."""
    RAISE = "raise"
    """It asks for less than half of such jobs used. That is told, and never done: the user may know better."""


class KeptReason(StrEnum):
    """Why a part of a request stays as it was submitted."""

    NO_MODEL = "no_model"
    """No model answers."""
    NO_FORECAST = "no_forecast"
    """Nothing similar is known, or the model knows nothing about this."""
    ENOUGH = "enough"
    """What is asked for is about what is needed."""
    EXCEPTION = "exception"
    """The command is on the list of those that are never lowered."""
    NOT_WANTED = "not_wanted"
    """The rules leave this alone."""
    OUT_OF_BOUNDS = "out_of_bounds"
    """Half of such jobs need more than the rules let a hook set: set so, every other job would be short."""
    NOT_EXPRESSIBLE = "not_expressible"
    """The change can't be said in the batch system's words for this submission."""


Amount = Bytes | Seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A part of the request that should be another."""

    subject: Subject
    """Which part."""
    kind: ChangeKind
    """In which direction."""
    before: Amount | None
    """What the submission asks for; None where it leaves it open."""
    after: Amount
    """What it should ask for."""
    made: bool
    """Whether the mode lets the hook do it; else it is only noted or told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A part of the request that stays."""

    subject: Subject
    """Which part."""
    reason: KeptReason
    """Why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """What became of one submission."""

    id: str
    """Names it in the journal, in the job's description and in the history."""
    mode: Mode
    """How far the rules let the hook go for this submission."""
    model: str | None
    """Name of the model that was asked; None where none answers."""
    changes: tuple[Change, ...] = ()
    """What should be another."""
    kept: tuple[Kept, ...] = ()
    """What stays."""
    warning: FailureForecast | None = None
    """That it will probably fail, where the rules want that told."""

    def made(self, subject: Subject) -> Amount | None:
        """Return what the hook sets this part of the request to; None where it stays."""
        return next((one.after for one in self.changes if one.made and one.subject is subject), None)


_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_ID = re.compile(f"[{_ALPHABET}]{{13}}")


def advice_id(number: int) -> str:
    """Return the name of an advice, 13 letters and digits, that stands for the lowest 64 bits of `number`."""
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(0, 65, 5))


def is_advice_id(text: str) -> bool:
    """Tell whether a text has the form of such a name."""
    return _ID.fullmatch(text) is not None
