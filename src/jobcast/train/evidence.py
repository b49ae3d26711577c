"""What finished jobs showed of a model: how far off it was, kept with it so that a refresh can go on from there."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jobcast.errors import ModelError
from jobcast.language import say
from jobcast.predict.calibration import offsets
from jobcast.predict.damage import why
from jobcast.predict.record import Judged, join
from jobcast.train.families import DAY, FittedFamilies
from jobcast.train.material import Material

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

FOLDER = "evidence"


@dataclass(frozen=True, slots=True)
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
        return cls(material.finish[fitted.rows], fitted.residuals, fitted.levels, fitted.judged)

    def and_then(self, later: "Evidence") -> "Evidence":
        """Return this evidence and the `later` one together."""
        return Evidence(
            np.concatenate([self.finish, later.finish]),
            np.concatenate([self.residuals, later.residuals]),
            np.concatenate([self.levels, later.levels]),
            join(self.judged, later.judged),
        )

    def offsets(self, *, risk: float, days: int) -> Floats:
        """Return the calibration by level from the jobs of the last `days`."""
        recent = self.finish > (self.finish.max() if len(self.finish) else 0) - days * DAY
        return offsets(self.residuals[recent], self.levels[recent], risk=risk)

    def save(self, folder: Path) -> None:
        """Write the evidence into the new folder `folder`."""
        folder.mkdir()
        for name, array in self._arrays().items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "Evidence":
        """Read what `save` wrote; raises ModelError when it is missing or damaged."""
        names = ("finish", "residuals", "levels", "families", "times", "errors")
        try:
            finish, residuals, levels, *judged = (
                np.load(folder / f"{name}.npy", allow_pickle=False) for name in names
            )
        except (OSError, ValueError, EOFError) as error:
            raise ModelError(
                say("model.bad_evidence", folder=folder, why=why(error)), hint="jobcast train"
            ) from error
        return cls(finish, residuals, levels, Judged(*judged))

    def _arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        return {
            "finish": self.finish,
            "residuals": self.residuals,
            "levels": self.levels,
            "families": self.judged.families,
            "times": self.judged.times,
            "errors": self.judged.errors,
        }
