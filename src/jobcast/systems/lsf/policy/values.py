"""Values of LSF's keywords; what is none raises ValueError with the cure."""

import re
from dataclasses import dataclass

from jobcast.language import say

_DIGITS = re.compile(r"[0-9]{1,12}")
_RUN_LIMIT = re.compile(r"(?:([0-9]{1,6}):)?([0-9]{1,8})(?:\.[0-9]*)?(/\S*)?")
_RESERVE = re.compile(r"\s*MAX_RESERVE_TIME\s*\[\s*([0-9]{1,9})\s*\]\s*", re.IGNORECASE)
_BRACKETED = re.compile(r"([A-Za-z_]+)\s*\[([^\]]*)\]")


def count(text: str) -> int:
    """Read a whole number from 0."""
    if not _DIGITS.fullmatch(text):
        raise ValueError(say("lsf_policy.no_count", value=text))
    return int(text)


def at_least_one(text: str) -> int:
    """Read a whole number from 1."""
    number = count(text)
    if number == 0:
        raise ValueError(say("lsf_policy.no_count_above", value=text))
    return number


def factor(text: str) -> float:
    """Read a number from 0, with or without a point."""
    if not re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", text):
        raise ValueError(say("lsf_policy.no_number", value=text))
    return float(text)


def truth(text: str) -> bool:
    """Read ``Y`` or ``N``, ``yes`` or ``no``, in any case."""
    word = text.lower()
    if word not in {"y", "yes", "n", "no"}:
        raise ValueError(say("lsf_policy.no_truth", value=text))
    return word[0] == "y"


@dataclass(frozen=True, slots=True)
class Minutes:
    """A duration of LSF, ``[hours:]minutes[/host]``."""

    seconds: int
    """How long."""
    of_host: bool
    """Whether it is meant on a host of a certain speed."""


def minutes(text: str) -> Minutes:
    """Read ``[hours:]minutes``, perhaps with ``/host``; it is longer than nothing."""
    match = _RUN_LIMIT.fullmatch(text.strip())
    if match is None or (seconds := (int(match[1] or 0) * 60 + int(match[2])) * 60) == 0:
        raise ValueError(say("lsf_policy.no_minutes", value=text))
    return Minutes(seconds, match[3] is not None)


def limits(text: str) -> tuple[Minutes, ...]:
    """Read ``[default] maximum``."""
    found = tuple(minutes(word) for word in text.split())
    if not 1 <= len(found) <= 2:
        raise ValueError(say("lsf_policy.no_limits", value=text))
    return found


def cycles(text: str) -> int:
    """Read the number in ``MAX_RESERVE_TIME[n]``."""
    match = _RESERVE.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise ValueError(say("lsf_policy.no_cycles", value=text))
    return int(match[1])


@dataclass(frozen=True, slots=True)
class TaskLimits:
    """``[minimum [default]] maximum`` of TASKLIMIT."""

    least: int
    """Jobs that ask for fewer are refused."""
    default: int
    """For jobs that name no number."""
    most: int
    """Jobs that ask for more are refused."""


def task_limits(text: str) -> TaskLimits:
    """Read one, two or three rising numbers from 1."""
    numbers = [at_least_one(word) for word in text.split()]
    if not 1 <= len(numbers) <= 3 or numbers != sorted(numbers):
        raise ValueError(say("lsf_policy.no_task_limits", value=text))
    least = numbers[0] if len(numbers) > 1 else 1
    return TaskLimits(least, numbers[1] if len(numbers) == 3 else least, numbers[-1])


def bracketed(text: str) -> dict[str, str]:
    """Read ``WORD[content] WORD[content]``; words in capitals, a word without brackets has an empty content."""
    found = {match[1].upper(): match[2].strip() for match in _BRACKETED.finditer(text)}
    for word in _BRACKETED.sub(" ", text).split():
        found.setdefault(word.upper(), "")
    return found
