"""Time zones, by their name or as this host has its own."""

import os
import re
from datetime import UTC, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from jobcast.language import say


def read_zone(text: str) -> tzinfo:
    """Return the time zone of that name; ``local`` is the zone of this host, or UTC where none is understood.

    Raises ValueError when there is no such zone.
    """
    if text == "local":
        return _local_zone() or UTC
    try:
        return ZoneInfo(text)
    except (OSError, KeyError, ValueError) as error:  # an unknown zone is a KeyError
        raise ValueError(say("config.no_zone")) from error


def misread_zone() -> str:
    """Return what no zone can be made of, the TZ of this process or this host's own; empty where all is well."""
    return "" if _local_zone() else os.environ.get("TZ") or _HOST_ZONE


_POSIX_ZONE = re.compile(
    r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)(?P<sign>[+-]?)(?P<hours>\d\d?)(?::(?P<minutes>[0-5]\d))?"
)
"""A zone without summer time as POSIX writes it, such as CST-8: the hours are those from here to UTC."""
_HOST_ZONE, _HOST_ZONE_NAME = "/etc/localtime", "/etc/timezone"


def _local_zone() -> tzinfo | None:
    """Return this host's zone; one with summer time must have a name, as columns of times need it."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if match := _POSIX_ZONE.fullmatch(named):
        behind = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
        return timezone(behind if match["sign"] == "-" else -behind) if behind < timedelta(days=1) else None
    try:
        return ZoneInfo(named if named and not named.startswith("/") else _zone_of_file(named))
    except (OSError, KeyError, ValueError):
        return None


def _zone_of_file(named: str) -> str:
    """Return the name of the zone in the file that TZ names, else in that of this host; without one it is UTC."""
    if not named and not Path(_HOST_ZONE).exists():
        return "UTC"
    target = str(Path(named or _HOST_ZONE).resolve())
    if "/zoneinfo/" in target:
        return target.partition("/zoneinfo/")[2]
    if named not in {"", _HOST_ZONE}:
        raise ValueError(named)
    return Path(_HOST_ZONE_NAME).read_text("ascii").strip()
