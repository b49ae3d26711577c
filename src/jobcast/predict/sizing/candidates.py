"""Ways to imagine the peak of the next run from a family's finished ones.

Each candidate turns the past into scenarios: amounts that the next run may need, with weights. None of
them looks at cost; that is `allocation`'s part.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ENOUGH = 8
"""Runs with a known input size below which nothing is read from that size."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """A family's finished runs, one element per run, in the order in which they finished."""

    peaks: Floats
    """Peak memory in bytes."""
    hours: Floats
    """Run time."""
    sizes: Floats
    """Input size in any unit; NaN where unknown."""


@dataclass(frozen=True, slots=True)
class Scenarios:
    """Amounts that the next run may need."""

    amounts: Floats
    """Bytes."""
    weights: Floats
    """How much each counts; one finished run counts 1 where no run is nearer than another."""


Candidate = Callable[[Past, float | None], Scenarios | None]
"""Scenarios for a run with this input size, or None where the past doesn't tell."""


def history(past: Past, size: float | None) -> Scenarios | None:
    """Expect what was seen, whatever the input size (as Tovar et al. 2018 do)."""
    del size
    return Scenarios(past.peaks, np.ones_like(past.peaks))


def neighbours(past: Past, size: float | None) -> Scenarios | None:
    """Expect what runs with inputs of similar size needed, the nearest most."""
    nearness = _nearness(past.sizes, size)
    if nearness is None:
        return None
    near = nearness > 0
    return Scenarios(past.peaks[near], nearness[near])


def linear(past: Past, size: float | None) -> Scenarios | None:
    """Expect a straight line over the input size, missed by the same factors as so far (after Witt 2019)."""
    known = np.isfinite(past.sizes)
    if size is None or known.sum() < ENOUGH:
        return None
    peaks, sizes = past.peaks[known], past.sizes[known]
    spread = sizes - sizes.mean()
    variance = float(np.mean(spread**2))
    if variance <= (1e-3 * sizes.mean()) ** 2:
        return None
    slope = float(np.mean(spread * (peaks - peaks.mean()))) / variance
    line = peaks.mean() + slope * (np.append(sizes, size) - sizes.mean())
    # A line knows nothing far outside of what was seen: keep it within reason there.
    line = np.clip(line, peaks.min() / 2, peaks.max() * 3)
    return Scenarios(peaks / line[:-1] * line[-1], np.ones_like(peaks))


CANDIDATES: Mapping[str, Candidate] = {"history": history, "neighbours": neighbours, "linear": linear}
"""Every candidate by the name under which advice tells its basis; the first needs no input size."""


def expected_hours(past: Past, size: float | None) -> float:
    """Return the mean run time, of runs with similar input where the size is known."""
    nearness = _nearness(past.sizes, size)
    return float(np.average(past.hours, weights=nearness))


def _nearness(sizes: Floats, size: float | None) -> Floats | None:
    """Weigh runs by how near their input size is on a log scale; None where sizes don't tell.

    An Epanechnikov kernel, as wide as it takes to reach 2·√n runs: the window narrows as runs come in,
    and yet holds ever more of them.
    """
    known = np.isfinite(sizes)
    count = int(known.sum())
    if size is None or count < ENOUGH:
        return None
    distance = np.where(known, np.abs(np.log1p(sizes) - np.log1p(size)), np.inf)
    reach = min(count, max(ENOUGH, round(2 * count**0.5)))
    # A hair wider than the farthest that counts, so that equal sizes all weigh the same, and not nothing.
    width = np.partition(distance, reach - 1)[reach - 1] * 1.0001 + 1e-9
    return np.where(distance < width, 1 - (distance / width) ** 2, 0.0)
