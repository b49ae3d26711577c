"""``--begin``: ``now+1hour``, ``2026-11-27T12:34``."""

import re
from datetime import datetime, tzinfo

_LATER = re.compile(r"now(?:\+([0-9]{1,9})(second|minute|hour|day|week)?s?)?", re.IGNORECASE)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}


def begin(text: str, now: int, zone: tzinfo) -> int:
    """Return the second from which a job may start. Raises ValueError where the text tells none."""
    later = _LATER.fullmatch(text)
    if later is not None:
        return now + int(later[1] or 0) * _SECONDS[(later[2] or "second").lower()]
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())
