"""When loom's people submit: working days and weekends, office hours and nights."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_WEEKEND = 1 / 3
"""Submissions on a Saturday or Sunday, as a share of those on a working day."""
_OFFICE = np.array(
    [1, 1, 0, 0, 0, 0, 1, 3, 8, 14, 16, 13, 8, 11, 15, 15, 13, 11, 7, 5, 5, 5, 3, 2], dtype=float
)
_NIGHT = np.array([12, 6, 3, 1, 0, 0, 0, 0, 1, 2, 2, 2, 1, 2, 2, 2, 2, 3, 5, 8, 12, 16, 20, 18], dtype=float)
"""How often each hour of the day, UTC, is chosen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Launches:
    """Calls of bsub, each for one job or one array."""

    family: Rows
    """Row number of each call's family."""
    seconds: Rows
    """Since the start of the history."""


def draw_launches(
    families: pl.DataFrame, count: int, days: int, start: datetime, rng: np.random.Generator
) -> Launches:
    """Return so many calls, in no order: by the weight of the families, within the time that each is run."""
    weight = families["weight"].to_numpy()
    family, day = np.empty(0, np.int64), np.empty(0, np.int64)
    while len(family) < count:
        more = rng.choice(len(weight), 2 * count, p=weight / weight.sum())
        begin, end = (families[name].to_numpy()[more] * days for name in ("begin", "end"))
        on = np.minimum(begin + (end - begin) * rng.uniform(size=len(more)), days - 1e-6).astype(np.int64)
        weekend = (start.weekday() + on) % 7 >= 5
        kept = ~weekend | (rng.uniform(size=len(more)) < _WEEKEND)
        family, day = np.concatenate([family, more[kept]]), np.concatenate([day, on[kept]])
    family, day = family[:count], day[:count]
    hour = np.where(
        families["nightly"].to_numpy()[family], _hours(_NIGHT, count, rng), _hours(_OFFICE, count, rng)
    )
    return Launches(family=family, seconds=day * 86_400 + hour * 3_600 + rng.integers(0, 3_600, count))


def _hours(profile: Floats, count: int, rng: np.random.Generator) -> Rows:
    return rng.choice(24, count, p=profile / profile.sum()).astype(np.int64)
