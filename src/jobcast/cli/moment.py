"""Words for a moment on the command line: ``7d``, ``24h``, ``2026-01-01``, ``2026-01-01T08:00``, ``now``."""

import re
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta

import click

from jobcast import clock, config
from jobcast.language import say

_AGO = re.compile(r"(\d+)\s*(s|m|h|d|w)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def within_calendar(moment: datetime) -> datetime:
    """Return `moment`; raises ValueError where some zone, or a month more, would leave the calendar."""
    if moment.year in {MINYEAR, MAXYEAR}:
        raise ValueError(moment)
    return moment


class Moment(click.ParamType[datetime]):
    """A moment, in UTC; one without a zone is meant in the zone of the settings."""

    name = "time"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read one of the words above."""
        if isinstance(value, datetime):
            return value
        word = value.strip().lower()
        if word == "now":
            return clock.now()
        try:
            if match := _AGO.fullmatch(word):
                return within_calendar(clock.now() - timedelta(**{_UNITS[match[2]]: int(match[1])}))
            moment = datetime.fromisoformat(value.strip())
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self._zone(ctx)[config.TIMEZONE])
            return within_calendar(moment.astimezone(UTC))
        except (ValueError, OverflowError):
            self.fail(say("frame.not_a_time", text=value), param, ctx)

    @staticmethod
    def _zone(ctx: click.Context | None) -> config.Config:
        session = ctx and ctx.obj
        return session.settings if session else config.load()


MOMENT = Moment()
