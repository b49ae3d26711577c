"""Dates as bjobs prints them: local time, mostly without a year."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from jobcast.systems.base import Site

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTH_NUMBER = {name: number for number, name in enumerate(_MONTHS, 1)}

_WORDS = re.compile(
    rf"(?:({'|'.join(_WEEKDAYS)}) +)?({'|'.join(_MONTHS)}) +(\d\d?) +(\d\d:\d\d)(?::(\d\d))?(?: +(\d{{4}}))?"
)
"""``Fri Jun 14 10:06:58``, ``Mon Aug  4 12:28:51 2014``, ``Dec 28 19:56``."""
_FIGURES = re.compile(r"(\d\d)/(\d\d)-(\d\d:\d\d)(?::(\d\d))?")
"""``11/21-21:10:41``, from volclava's ``bjobs -o``."""

_YEARS_BACK = 12
"""A date has the same weekday again after 5, 6 or 11 years."""

_EPOCH = datetime.fromtimestamp(0, UTC)


class _Date(NamedTuple):
    """A printed date up to the minute."""

    weekday: str | None
    month: int
    day: int
    minute: str
    """``hh:mm``."""
    year: str | None
    fold: int


class Calendar:
    """Completes the dates of one source; remembers minutes, for thousands of jobs share them."""

    def __init__(self, site: Site) -> None:
        self._timezone = site.timezone
        self._horizon = (site.now + timedelta(days=1)).astimezone(site.timezone)
        self._minutes: dict[_Date, int | None] = {}

    def moment(self, text: str, *, second_time: bool = False) -> int | None:
        """Return the moment that `text` names, in microseconds since 1970, or None when it is no date.

        Without a year it is the latest one in which the weekday fits, not after tomorrow.
        Where clocks were put back, an hour is there twice: the first is meant, or else `second_time`.
        """
        if match := _WORDS.match(text):
            weekday, month, day, minute, seconds, year = match.groups()
            date = _Date(weekday, _MONTH_NUMBER[month], int(day), minute, year, int(second_time))
        elif match := _FIGURES.match(text):
            month, day, minute, seconds = match.groups()
            date = _Date(None, int(month), int(day), minute, None, int(second_time))
        else:
            return None
        if date not in self._minutes:
            self._minutes[date] = self._complete(date)
        start = self._minutes[date]
        return None if start is None else start + int(seconds or 0) * 1_000_000

    def _complete(self, date: _Date) -> int | None:
        """Return the start of the minute, or None when there was no such day."""
        last = self._horizon.year
        for year in [int(date.year)] if date.year else range(last, last - _YEARS_BACK - 1, -1):
            try:
                local = self._local(date, year)
            except ValueError:  # 29 February in another year, or no date at all
                continue
            fits = date.weekday in (None, _WEEKDAYS[local.weekday()])
            if date.year or (fits and local <= self._horizon):
                return (local - _EPOCH) // timedelta(microseconds=1)
        return None

    def _local(self, date: _Date, year: int) -> datetime:
        hour, minute = date.minute.split(":")
        return datetime(
            year, date.month, date.day, int(hour), int(minute), tzinfo=self._timezone, fold=date.fold
        )
