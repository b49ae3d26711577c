"""A calibration that is taken anew each full hour from the days before it, as in a back-test that learns live."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobcast.predict.calibration import offsets
from jobcast.train.families import DAY

HOUR = 3600

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Misses:
    """Jobs that a quantile had not seen when it answered them, and how far off it was."""

    finish: Rows
    """Seconds since 1970."""
    residuals: Floats
    """log2 of truth minus quantile; NaN where there was no answer."""
    levels: Rows
    """History level of each answer."""

    def in_order(self) -> "Misses":
        """Return those that were answered, in order of their finish."""
        answered = np.flatnonzero(~np.isnan(self.residuals))
        order = answered[np.argsort(self.finish[answered], kind="stable")]
        return Misses(finish=self.finish[order], residuals=self.residuals[order], levels=self.levels[order])

    def offsets(self, *, after: int, until: int, risk: float) -> Floats:
        """Return the calibration by level from what finished after one moment and not after the other.

        They must be in order.
        """
        first, end = np.searchsorted(self.finish, [after, until], side="right")
        return offsets(self.residuals[first:end], self.levels[first:end], risk=risk)


def rolling(misses: Misses, moments: Rows, levels: Rows, *, risk: float, days: int) -> Floats:
    """Return what to add to the quantile for submissions at `moments`, whose answers rest on `levels`."""
    known = misses.in_order()
    amounts = np.zeros(len(moments))
    for moment, asking in _by_hour(moments):
        found = known.offsets(after=moment - days * DAY, until=moment, risk=risk)
        amounts[asking] = found[levels[asking]]
    return amounts


def _by_hour(moments: Rows) -> Iterator[tuple[int, Rows]]:
    """Give the full hours in which there are `moments`, and the places of these."""
    hours = moments // HOUR
    order = np.argsort(hours, kind="stable")
    distinct, starts = np.unique(hours[order], return_index=True)
    for hour, places in zip(distinct.tolist(), np.split(order, starts[1:]), strict=False):
        yield hour * HOUR, places
