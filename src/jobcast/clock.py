"""The one place that reads the clock; everything else is told the time."""

import time
from datetime import UTC, datetime
from pathlib import Path


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def seconds() -> float:
    """Return a steady count of seconds, for measuring how long something took.

    On Linux it was begun with the machine, and goes on from one process to the next.
    """
    return time.perf_counter()


def boot() -> str:
    """Return what tells one start of the machine from all others; empty where nothing does."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""
