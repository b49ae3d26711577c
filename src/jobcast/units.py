"""Amounts with their units: the only place that parses and prints them.

Memory is counted in bytes, and K, M, G, T and P are powers of 1024, as LSF, Slurm and
LoadLeveler all mean them. Time is counted in seconds.
"""

import math
import re
from typing import NewType

Bytes = NewType("Bytes", int)
Seconds = NewType("Seconds", float)

KIB, MIB, GIB, TIB, PIB = 1 << 10, 1 << 20, 1 << 30, 1 << 40, 1 << 50
GIB_PER_TIB = TIB // GIB

_FACTOR: dict[str, int] = {"": 1, "B": 1, "K": KIB, "M": MIB, "G": GIB, "T": TIB, "P": PIB}
_MEMORY = re.compile(
    r"\s*((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?)\s*(?:([KMGTP])(?:i?B|bytes?)?|(B)(?:ytes?)?)?\s*",
    re.IGNORECASE,
)
_TOO_MUCH = 1 << 63
_SECONDS = r"([0-9]+(?:\.[0-9]+)?)"
_CLOCK = re.compile(rf"(?:(?:([0-9]+):)?([0-9]+):)?{_SECONDS}")
_WITH_DAYS = re.compile(rf"([0-9]+)-([0-9]+)(?::([0-9]+)(?::{_SECONDS})?)?")


def parse_memory(text: str, *, unit: str = "B") -> Bytes:
    """Read an amount of memory such as ``12.5GB``, ``400M`` or ``2048``.

    A bare number is counted in `unit` (one of B, K, M, G, T, P; ``MB`` is understood too); ``512B`` is none.
    Raises ValueError when the text is no amount of memory, or one that no 64-bit integer holds.
    """
    match = _MEMORY.fullmatch(text)
    amount = float(match[1]) * _FACTOR[(match[2] or match[3] or unit[:1]).upper()] if match else math.inf
    if amount >= _TOO_MUCH:
        raise ValueError(f"not an amount of memory: {text!r}")
    return Bytes(round(amount))


def format_memory(amount: Bytes | int) -> str:
    """Print an amount of memory for people: three significant figures, binary unit."""
    value, unit = float(amount), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB", "PiB"):
        if abs(value) < 1023.5:
            break
        value, unit = value / 1024, larger
    digits = 0 if unit == "B" or abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2
    text = f"{value:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} {unit}"


_MOST_DIGITS = 6
"""After the point; what is smaller yet is nothing."""


def format_amount(amount: float) -> str:
    """Print a figure for people: three significant digits, thousands apart, from 100 on in whole numbers."""
    if float(amount).is_integer() or abs(amount) >= 100:
        return f"{amount:,.0f}"
    rounded = float(f"{amount:.3g}")
    digits = min(max(2 - math.floor(math.log10(abs(rounded))), 0), _MOST_DIGITS)
    return f"{rounded:,.{digits}f}"


def to_mib(amount: Bytes | int) -> int:
    """Round up to whole MiB, the number that hooks and the last line of ``predict`` give."""
    return -(-int(amount) // MIB)


def parse_duration(text: str) -> Seconds:
    """Read ``[[hours:]minutes:]seconds`` or ``days-hours[:minutes[:seconds]]``, as Slurm writes them.

    Raises ValueError when the text is no duration.
    """
    bare = text.strip()
    with_days = _WITH_DAYS.fullmatch(bare)
    match = with_days or _CLOCK.fullmatch(bare)
    if match is None:
        raise ValueError(f"not a duration: {text!r}")
    parts = [float(part or 0) for part in match.groups()]
    days, hours, minutes, seconds = parts if with_days else (0.0, *parts)
    return Seconds(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def format_duration(amount: Seconds | float) -> str:
    """Print a duration as ``[days-]hours:minutes:seconds``, the form that ``seff`` and ``sacct`` use."""
    whole = round(amount)
    days, rest = divmod(whole, 86400)
    hours, rest = divmod(rest, 3600)
    text = f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"
    return f"{days}-{text}" if days else text
