"""Times, sizes and resources as LoadLeveler's commands write them."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

from jobcast.machine import CPUS
from jobcast.systems.loadleveler.resources import IN_BYTES, STARTERS, theirs
from jobcast.units import KIB

UNDEFINED = "undefined"
"""A limit that isn't set."""
UNTOLD = "-"
"""A figure that nobody has told."""
_UNITS = ("b", "kb", "mb", "gb", "tb", "pb", "eb")


def short_date(second: float | None, zone: tzinfo) -> str:
    """Return month, day and minute in 11 columns, e.g. ``" 1/13 03:38"`` or ``"10/1  05:05"``; empty for None."""
    if second is None:
        return ""
    at = datetime.fromtimestamp(second, zone)
    return f"{at.month:>2}/{at.day:<2} {at:%H:%M}"


def long_date(second: float | None, zone: tzinfo) -> str:
    """Return a time as ctime(3) does, e.g. ``Thu Nov  3 07:44:05 2016``; empty for None."""
    return "" if second is None else datetime.fromtimestamp(int(second), zone).ctime()


def clock(seconds: float) -> str:
    """Return a duration as ``[days+]hh:mm:ss``."""
    days, rest = divmod(round(seconds), 86400)
    text = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{days}+{text}" if days else text


def days_clock(seconds: float) -> str:
    """Return a duration as ``d+hh:mm:ss``, the days always there."""
    text = clock(seconds)
    return text if "+" in text else f"0+{text}"


def fine_clock(seconds: float | None) -> str:
    """Return a measured CPU time as ``d+hh:mm:ss.mmmmmm``; `UNTOLD` for None."""
    if seconds is None:
        return UNTOLD
    whole, micros = divmod(round(seconds * 1_000_000), 1_000_000)
    return f"{days_clock(whole)}.{micros:06d}"


def time_limit(seconds: int | None) -> str:
    """Return a limit of time, e.g. ``01:00:10 (3610 seconds)``."""
    return UNDEFINED if seconds is None else f"{clock(seconds)} ({seconds} seconds)"


def size(amount: int) -> str:
    """Return an amount of memory or disk, e.g. ``100.000 gb``."""
    value, unit = float(amount), 0
    while abs(value) >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{amount} b" if unit == 0 else f"{value:.3f} {_UNITS[unit]}"


def size_limit(amount: int | None) -> str:
    """Return a limit of size, e.g. ``7.764 gb (8336179200 bytes)``."""
    return UNDEFINED if amount is None else f"{size(amount)} ({amount} bytes)"


def kilobytes(amount: int | None) -> str:
    """Return an amount in whole kb, rounded up, e.g. ``11 kb``; `UNTOLD` for None."""
    return UNTOLD if amount is None else f"{-(-amount // KIB)} kb"


def amount(resource: str, count: int) -> str:
    """Return how much of one of our resources, as LoadLeveler counts it."""
    return size(count) if resource in IN_BYTES else str(count)


def resources(amounts: Mapping[str, int]) -> str:
    """Return what is asked for, e.g. ``ConsumableCpus(1) ConsumableMemory(2.000 gb)``, CPUs first."""
    return " ".join(f"{theirs(name)}({amount(name, amounts[name])})" for name in in_order(amounts))


def in_order(names: Mapping[str, int]) -> list[str]:
    """Return the names of resources: CPUs, then the others as LoadLeveler calls them; starters are none there."""
    return sorted(names.keys() - {STARTERS}, key=lambda name: (name != CPUS, theirs(name)))
