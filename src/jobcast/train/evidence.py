"""What finished jobs showed of a model: how far off it was, kept with it so that a refresh can go on from there."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jobcast.features.candidates import CANDIDATES
from jobcast.predict.arrays import Layout, map_arrays, save_arrays
from jobcast.predict.calibration import offsets
from jobcast.predict.record import Judged, join
from jobcast.train.families import DAY, FittedFamilies
from jobcast.train.material import Material

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

FOLDER = "evidence"

_OWN: Layout = {
    "finish": (np.int64, (None,)),
    "residuals": (np.float64, (None,)),
    "levels": (np.int64, (None,)),
}
_JUDGED: Layout = {
    "families": (np.uint64, (None,)),
    "times": (np.int64, (None,)),
    "errors": (np.float32, (None, len(CANDIDATES))),
}
"""The arrays on disk: those of an `Evidence`, and those of what was `Judged`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """Jobs that the trees had not seen when they answered them, in order of their finish."""

    finish: Rows
    """Seconds since 1970."""
    residuals: Floats
    """log2 of peak minus upper quantile."""
    levels: Rows
    """History level of each answer."""
    judged: Judged
    """How far off each candidate for the median was on those that ended well."""

    @classmethod
    def of_fit(cls, material: Material, fitted: FittedFamilies) -> "Evidence":
        """Return what the calibration days of a training showed."""
        return cls(
            finish=material.finish[fitted.rows],
            residuals=fitted.residuals,
            levels=fitted.levels,
            judged=fitted.judged,
        )

    def and_then(self, later: "Evidence") -> "Evidence":
        """Return this evidence and the `later` one together."""
        return Evidence(
            finish=np.concatenate([self.finish, later.finish]),
            residuals=np.concatenate([self.residuals, later.residuals]),
            levels=np.concatenate([self.levels, later.levels]),
            judged=join(self.judged, later.judged),
        )

    def offsets(self, *, risk: float, days: int) -> Floats:
        """Return the calibration by level from the jobs of the last `days`."""
        recent = self.finish > self.until - days * DAY
        return offsets(self.residuals[recent], self.levels[recent], risk=risk)

    @property
    def until(self) -> int:
        """The latest finish, in seconds since 1970; 0 where there is none."""
        return int(self.finish.max(initial=0))

    def save(self, folder: Path) -> None:
        """Write the evidence into `folder`."""
        own = {name: getattr(self, name) for name in _OWN}
        save_arrays(folder, own | {name: getattr(self.judged, name) for name in _JUDGED})

    @classmethod
    def load(cls, folder: Path) -> "Evidence":
        """Read what `save` wrote; raises ModelError when it is missing or damaged."""
        return cls(**map_arrays(folder, _OWN), judged=Judged(**map_arrays(folder, _JUDGED)))
