"""What outcomes showed of a model of failure: kept with it, so that its calibration goes on from there."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jobcast.predict.arrays import Layout, map_arrays, save_arrays
from jobcast.predict.failures.calibration import Calibration
from jobcast.train.failures import calibration
from jobcast.train.failures.calibration import Rolling
from jobcast.train.failures.cases import Cases, Flags, Floats, Times

EVIDENCE = "evidence"
"""Folder within that of the model."""
_LAYOUT: Layout = {
    "finished": (np.int64, (None,)),
    "told": (np.float64, (None,)),
    "failed": (np.bool_, (None,)),
}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Evidence:
    """Jobs that the trees which told their chances had not seen, in order of their finish."""

    finished: Times
    """Seconds since 1970."""
    told: Floats
    """Chances, not yet calibrated."""
    failed: Flags
    """What came of them."""

    @classmethod
    def of(cls, cases: Cases, told: Floats) -> "Evidence":
        """Return what came of `cases`, of which such chances were told."""
        order = np.argsort(cases.finished, kind="stable")
        return cls(finished=cases.finished[order], told=told[order], failed=cases.failed[order])

    def and_then(self, later: "Evidence", *, within: int) -> "Evidence":
        """Return this evidence and the `later` one, without what finished more than `within` seconds before its end."""
        finished = np.concatenate([self.finished, later.finished])
        recent = finished > finished.max(initial=0) - within
        return Evidence(
            finished=finished[recent],
            told=np.concatenate([self.told, later.told])[recent],
            failed=np.concatenate([self.failed, later.failed])[recent],
        )

    @property
    def until(self) -> int:
        """The latest finish, in seconds since 1970; 0 where there is none."""
        return int(self.finished.max(initial=0))

    def calibration(self, rolling: Rolling) -> Calibration:
        """Return what the outcomes of the last days teach."""
        recent = self.finished > self.until - rolling.window
        return calibration.fit(self.told[recent], self.failed[recent])

    def save(self, folder: Path) -> None:
        """Write the evidence into `folder`."""
        save_arrays(folder, {name: getattr(self, name) for name in _LAYOUT})

    @classmethod
    def load(cls, folder: Path) -> "Evidence":
        """Read what `save` wrote; raises ModelError when it is missing or damaged."""
        return cls(**map_arrays(folder, _LAYOUT))
