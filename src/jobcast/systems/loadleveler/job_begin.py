"""When a step may start: ``startdate``."""

import re
from datetime import datetime

from jobcast.language import say
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import shown

_BEGIN = re.compile(
    r"(?:([0-9]{1,2})/([0-9]{1,2})(?:/([0-9]{4}|[0-9]{2}))?)?\s*(?:([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?"
)


def read_begin(text: str, at: datetime) -> int:
    """Read ``[month/day[/year]] [hour:minute[:second]]``; without a date it is today, without a time midnight.

    Returns a second of the epoch. Raises RefusedError where it is no date.
    """
    match = _BEGIN.fullmatch(text.strip().strip('"').strip())
    if match is None or not any(match.groups()):
        raise RefusedError(say("loadleveler.no_date", value=shown(text)))
    month, day, year, hour, minute, second = match.groups()
    try:
        return int(
            at.replace(
                year=_year(year) if year else at.year,
                month=int(month or at.month),
                day=int(day or at.day),
                hour=int(hour or 0),
                minute=int(minute or 0),
                second=int(second or 0),
                microsecond=0,
            ).timestamp()
        )
    except (ValueError, OverflowError):
        raise RefusedError(say("loadleveler.no_date", value=shown(text))) from None


def _year(text: str) -> int:
    """Read a year; of two digits, 69 to 99 belong to the last century."""
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 69 else 2000)
