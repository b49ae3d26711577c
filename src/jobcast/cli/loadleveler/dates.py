"""Ranges of dates as ``llsummary`` takes them: ``01/01/2026 to 02/01/2026``, or seconds of the epoch."""

import re
from datetime import datetime, timedelta, tzinfo

from jobcast.cli import frame
from jobcast.language import say

_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})")
_MOST_DIGITS = 12
_CENTURY_TURNS = 69
"""Years of two digits from here on are of the last century."""


def date_range(option: str, text: str | None, zone: tzinfo) -> tuple[int | None, int | None]:
    """Return from which second on, and before which; both days count in whole. None where nothing is said.

    Raises BadValueError.
    """
    if text is None:
        return None, None
    first, _, last = (part.strip() for part in text.partition(" to "))
    from_, _ = _span(option, first, zone)
    _, before = _span(option, last or first, zone)
    if before <= from_:
        raise frame.BadValueError(option, say("llsummary.backwards", text=text))
    return from_, before


def _span(option: str, text: str, zone: tzinfo) -> tuple[int, int]:
    """Return the first second of a day, or the one that is named, and the one after the last."""
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text), int(text) + 1
    try:
        day = datetime(*_date(text), tzinfo=zone)
        return int(day.timestamp()), int((day + timedelta(days=1)).timestamp())
    except (ValueError, OverflowError) as error:
        raise frame.BadValueError(option, say("llsummary.no_date", text=text)) from error


def _date(text: str) -> tuple[int, int, int]:
    """Return year, month and day. Raises ValueError where it is none."""
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    month, day, year = (int(part) for part in found.groups())
    if len(found[3]) == 2:
        year += 1900 if year >= _CENTURY_TURNS else 2000
    return year, month, day
