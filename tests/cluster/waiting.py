"""Wait for what other processes do."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

_PAUSE_SECONDS = 0.05
_BUSY = 5
"""A machine that is busy with other things may take so many times as long."""


def until(condition: Callable[[], Found], seconds: float, what: str = "") -> Found:
    """Ask `condition` again and again until it says something true, and return that.

    Raises TimeoutError, which tells `what` was awaited and what was said last, after `seconds`, or as
    much longer as a busy machine may take.
    """
    longest = _BUSY * seconds
    deadline = time.monotonic() + longest
    while not (said := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {longest:g} s: {what or condition.__name__}; last seen: {said!r}")
        time.sleep(_PAUSE_SECONDS)
    return said
