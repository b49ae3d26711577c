"""From what trees tell to a chance that is kept: a rising line through knots, on the scale of log-odds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jobcast.language import say

Floats = npt.NDArray[np.float64]

MOST = 16.0
"""Log-odds beyond which a chance is as good as certain: about one in nine million."""


def log_odds(chance: Floats) -> Floats:
    """Return the log-odds of chances from 0 to 1, within `MOST`."""
    with np.errstate(divide="ignore"):
        odds: Floats = np.clip(np.log(chance) - np.log1p(-chance), -MOST, MOST)
    return odds


def chance_of(odds: Floats) -> Floats:
    """Return the chances of log-odds."""
    told: Floats = 1 / (1 + np.exp(-odds))
    return told


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """A rising function of chances; both scales are log-odds, so that the order of jobs stays what it was."""

    told: tuple[float, ...]
    """What the trees tell, rising."""
    chance: tuple[float, ...]
    """What is true there; level beyond the first and the last knot."""

    def __post_init__(self) -> None:
        """Raise ValueError where the knots are no rising line: files come from anywhere."""
        told, chance = np.array(self.told, dtype=np.float64), np.array(self.chance, dtype=np.float64)
        rises = len(told) == len(chance) > 0 and (np.diff(told) > 0).all() and (np.diff(chance) >= 0).all()
        if not rises or not np.isfinite([told, chance]).all():
            raise ValueError(say("model.odd_field", name="calibration", value=len(self.told)))

    def apply(self, told: Floats) -> Floats:
        """Return the chances that hold where trees tell the chances `told`."""
        return chance_of(np.interp(log_odds(told), self.told, self.chance))

    def as_json(self) -> dict[str, list[float]]:
        """Return the knots for a model's card."""
        return {"told": list(self.told), "chance": list(self.chance)}

    @classmethod
    def of_json(cls, section: Mapping[str, Any]) -> "Calibration":
        """Return what `as_json` gave; raises KeyError, TypeError or ValueError where it is something else."""
        return cls(told=tuple(map(float, section["told"])), chance=tuple(map(float, section["chance"])))


UNCHANGED = Calibration(told=(-MOST, MOST), chance=(-MOST, MOST))
"""Where nothing is known of how the trees are off."""
