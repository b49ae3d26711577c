"""``bsub -b [[[year:]month:]day:]hour:minute``: the second before which a job may not start."""

from datetime import datetime, timedelta, tzinfo

from jobcast.errors import ConfigError
from jobcast.language import say


def begin_second(text: str, now: int, zone: tzinfo) -> int:
    """Return the second, seconds from 1970; without a day the next time that the clock shows it.

    Raises ConfigError for what is no such time, or is past.
    """
    parts = text.strip().split(":")
    today = datetime.fromtimestamp(now, zone).replace(second=0, microsecond=0)
    numbers = [int(part) for part in parts if part.isascii() and part.isdecimal()]
    if len(numbers) != len(parts) or not 2 <= len(parts) <= 5:
        raise _bad(say("lsf_bsub.wanted_begin"))
    usual = [today.year, today.month, today.day]
    year, month, day, hour, minute = [*usual[: 5 - len(numbers)], *numbers]
    try:
        begin = today.replace(year=year, month=month, day=day, hour=hour, minute=minute)
    except ValueError:
        raise _bad(say("lsf_bsub.wanted_begin")) from None
    if begin < today:
        if len(parts) > 2:
            raise _bad(say("lsf_bsub.begin_past"))
        begin += timedelta(days=1)
    return round(begin.timestamp())


def _bad(cure: str) -> ConfigError:
    return ConfigError(say("lsf_bsub.bad_option", option="-b"), hint=cure)
