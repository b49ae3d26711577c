"""Values of keywords: numbers, truths, words, lists and limits of time.

Each raises RefusedError, which says what is expected.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from jobcast.language import say
from jobcast.spelling import likeliest
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.units import parse_duration

_TRUTHS = {"true": True, "false": False, "yes": True, "no": False, "t": True, "f": False}
_WITHOUT = {"unlimited", "rlim_infinity"}
_CLOCK = re.compile(r"(?:[0-9]{1,9}:){0,2}[0-9]{1,9}(?:\.[0-9]{1,9})?")
_SHOWN = 80
"""Characters of a wrong value that are told."""


def whole(text: str) -> int:
    """Read a whole number."""
    if re.fullmatch(r"[-+]?[0-9]{1,12}", text.strip()) is None:
        raise RefusedError(say("loadleveler.no_number", value=shown(text)))
    return int(text)


def whole_from(least: int, most: int = 10**12) -> Callable[[str], int]:
    """Return a reader of whole numbers between two."""

    def read(text: str) -> int:
        number = whole(text)
        if not least <= number <= most:
            raise RefusedError(say("loadleveler.out_of_range", value=number, least=least, most=most))
        return number

    return read


def most(text: str) -> int | None:
    """Read the most of something; None for -1 or ``unlimited``, where there is no limit."""
    if text.strip().lower() in {"-1", "unlimited"}:
        return None
    return whole_from(0)(text)


def number(text: str) -> float:
    """Read a number that may have a fraction."""
    if re.fullmatch(r"[-+]?(?:[0-9]{1,12}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})", text.strip()) is None:
        raise RefusedError(say("loadleveler.no_number", value=shown(text)))
    return float(text)


def truth(text: str) -> bool:
    """Read ``true`` or ``false``, ``yes`` or ``no``."""
    return _TRUTHS[one_of(*_TRUTHS)(text)]


def one_of(*words: str) -> Callable[[str], str]:
    """Return a reader of one of some words, whatever their case; it returns them in small letters."""

    def read(text: str) -> str:
        word = text.strip().lower()
        if word not in {each.lower() for each in words}:
            raise RefusedError(
                say("loadleveler.no_word", value=shown(text)), hint=likeliest(shown(text), words)
            )
        return word

    return read


def names(text: str) -> tuple[str, ...]:
    """Read a list with blanks or commas between; braces and quotes around are not part of it."""
    return tuple(re.findall(r"[^\s,{}\"]+", text))


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeLimit:
    """``hard,soft``."""

    hard: int | None
    """Seconds after which the job is killed; None for none."""
    soft: int | None
    """Seconds after which it gets a signal; None for none."""


NO_TIME_LIMIT = TimeLimit(hard=None, soft=None)


def time_limit(text: str) -> TimeLimit:
    """Read ``hard[,soft]``, each ``[[hours:]minutes:]seconds`` or ``unlimited``; fractions are rounded."""
    hard, _, soft = text.strip().removeprefix("{").removesuffix("}").partition(",")
    limit = TimeLimit(hard=_seconds(hard, text), soft=_seconds(soft, text))
    if 0 in {limit.hard, limit.soft} or (limit.hard and limit.soft and limit.soft > limit.hard):
        raise RefusedError(say("loadleveler.no_limit", value=shown(text)))
    return limit


def _seconds(part: str, text: str) -> int | None:
    bare = part.strip().strip('"')
    if not bare or bare.lower() in _WITHOUT:
        return None
    if _CLOCK.fullmatch(bare) is None:
        raise RefusedError(say("loadleveler.no_limit", value=shown(text)))
    return round(parse_duration(bare))


def shown(text: str) -> str:
    """Return as much of a value as is told."""
    bare = text.strip()
    return bare if len(bare) <= _SHOWN else f"{bare[:_SHOWN]}…"
