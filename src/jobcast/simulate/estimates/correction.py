"""What to reckon with when a job has outrun its estimate, and is still running."""

from collections.abc import Callable, Mapping
from typing import Literal, get_args

Correction = Callable[[int, int, int], int]
"""Called with the first estimate, how often it was corrected already, and the request, all in seconds but the
second; returns the next estimate: longer than the one before it, at most the request but for `doubling_uncapped`."""

CorrectionName = Literal["request", "incremental", "doubling", "doubling-uncapped"]
CORRECTION_NAMES: tuple[CorrectionName, ...] = get_args(CorrectionName)

STEPS = (60, 300, 900, 1800, 3600, 7200, 18000, 36000, 72000, 180000, 360000)
"""Seconds that EASY++ adds to the first estimate, one after the other (Tsafrir et al. 2007)."""


def to_request(first: int, times: int, request: int) -> int:
    """Fall back to the request: who was wrong once is not believed again."""
    del first, times
    return request


def incremental(first: int, times: int, request: int) -> int:
    """Add the next of `STEPS` to the first estimate; fall back to the request after the last of them."""
    return min(first + STEPS[times], request) if times < len(STEPS) else request


def doubling(first: int, times: int, request: int) -> int:
    """Double the estimate."""
    return min(doubling_uncapped(first, times, request), request)


def doubling_uncapped(first: int, times: int, request: int) -> int:
    """Double the estimate even beyond the request, at which the job would be killed: so do the published tables."""
    del request
    return first << times + 1


CORRECTIONS: Mapping[CorrectionName, Correction] = {
    "request": to_request,
    "incremental": incremental,
    "doubling": doubling,
    "doubling-uncapped": doubling_uncapped,
}
