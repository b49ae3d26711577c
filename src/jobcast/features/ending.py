"""How a run ended, as one number, so that families remember it as they remember amounts.

0 is a run that ended well, 1 one that failed. A fraction beyond the 1 tells why: it is so small that the mean of
many such numbers still is the share of failed runs.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobcast.job import ExitReason

Values = npt.NDArray[np.float32]

REASONS = tuple(map(str, ExitReason))
"""In order of their numbers."""
_CODES = 1024
"""Exit codes that are told apart, from 0; a batch system gives at most 255. One beyond them counts as not told."""
_STEP = 2.0**-22
"""Single precision holds every multiple of it between 1 and 2; all reasons and codes together reach 1.0015."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """Why a run failed."""

    reason: str
    """One of `jobcast.job.ExitReason`."""
    exit_code: int | None
    """None where none was told."""


def endings(
    failed: npt.NDArray[np.bool_], reasons: npt.NDArray[np.int64], codes: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the number of each run; `reasons` are places in `REASONS`, `codes` NaN where none was told."""
    told = np.where((codes >= 0) & (codes < _CODES - 1), codes + 1, 0)
    return np.where(failed, 1 + (reasons * _CODES + told) * _STEP, 0.0)


def ending(*, failed: bool, reason: str | None, exit_code: int | None) -> float:
    """Return the number of one run; an unheard-of reason is an unknown one."""
    why = REASONS.index(reason) if reason in REASONS else REASONS.index(ExitReason.UNKNOWN)
    code = np.array([np.nan if exit_code is None else exit_code])
    return float(endings(np.array([failed]), np.array([why]), code)[0])


def failures(values: Values) -> list[Failure]:
    """Return why those of the runs failed that did, in order."""
    failed = values[values >= 1]
    if not len(failed):
        return []
    numbers = np.rint((failed.astype(np.float64) - 1) / _STEP).astype(np.int64)
    return [
        Failure(reason=REASONS[number // _CODES], exit_code=number % _CODES - 1 if number % _CODES else None)
        for number in numbers.tolist()
    ]
