"""Spans of time as LSF's commands take them: ``2026/11/1,2026/11/30``, ``11/1/08:00,.``, ``,`` for all.

Source: bacct(1) and bhist(1), "Time interval format". What isn't told is that of now; a day alone is all of it.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobcast.language import say


@dataclass(frozen=True, slots=True)
class Span:
    """From a second of the epoch up to another, which is no more part of it."""

    start: int
    end: int

    def holds(self, second: float | None) -> bool:
        """Tell whether a second lies in it."""
        return second is not None and self.start <= second < self.end


_MOMENT = re.compile(
    r"(?:(?:(?P<year>[0-9]{4})/)?(?P<month>[0-9]{1,2})/)?(?:(?P<day>[0-9]{1,2})/?)?"
    r"(?:(?<![0-9])(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})?)?"
)


def read_span(text: str, now: datetime) -> Span:
    """Read ``FROM,UNTIL``, or one moment for all that is as exact as it: a day, or a minute.

    A missing end is open: the beginning of time, or now. Raises ValueError with what would do.
    """
    first, comma, last = text.partition(",")
    if not comma:
        last = first
    start = _moment(first, now)[0] if first or not comma else datetime.fromtimestamp(0, now.tzinfo)
    end, length = _moment(last, now) if last else (now, timedelta())
    if end < start:
        raise _wrong(text)
    return Span(int(start.timestamp()), int((end + length).timestamp()))


def _wrong(text: str) -> ValueError:
    return ValueError(say("bacct.wanted_span", text=text))


def _moment(text: str, now: datetime) -> tuple[datetime, timedelta]:
    """Read one moment, and how long it lasts."""
    back = re.fullmatch(r"\.(?:-([0-9]{1,6}))?", text)
    if back:  # minutes before now
        return now - timedelta(minutes=int(back[1] or 0)), timedelta()
    match = _MOMENT.fullmatch(text)
    if match is None or not text:
        raise _wrong(text)
    told = {name: int(value) for name, value in match.groupdict().items() if value is not None}
    year, month, day = (told.get(each, getattr(now, each)) for each in ("year", "month", "day"))
    try:
        at = datetime(year, month, day, told.get("hour", 0), told.get("minute", 0), tzinfo=now.tzinfo)
        return at, timedelta(minutes=1) if "hour" in told else timedelta(days=1)
    except ValueError:
        raise _wrong(text) from None
