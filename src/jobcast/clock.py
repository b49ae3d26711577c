"""The one place that reads the clock; everything else is told the time."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def seconds() -> float:
    """Return a steady count of seconds, for measuring how long something took."""
    return time.perf_counter()
