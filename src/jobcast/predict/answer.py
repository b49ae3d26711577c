"""From what is known of a submission to the amounts that answer it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from jobcast.features.candidates import candidates
from jobcast.features.columns import Known
from jobcast.features.family import NOTHING, levels
from jobcast.predict.record import Standing
from jobcast.predict.trees import Trees

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """Forecasts of n submissions, in log2 bytes; NaN where nothing similar is known."""

    candidates: Floats
    """(n, len(CANDIDATES)): the answers that may be given."""
    chosen: Rows
    """(n,): which of them is the median; 0, the trees, until a track record says otherwise."""
    upper: Floats
    """The quantile 1 - risk as the trees give it, before calibration."""
    level: Rows
    """Index into `jobcast.features.family.LEVELS`."""
    ceiling: float
    """The largest peak ever measured: no margin goes beyond it, however little is known."""

    @property
    def median(self) -> Floats:
        """The chosen candidates: what half of such jobs stay below."""
        return self.candidates[np.arange(len(self.chosen)), self.chosen]

    def follow(self, standing: Standing) -> "Answers":
        """Return the answers with the candidate that has been best for each submission's family."""
        return replace(self, chosen=standing.best())

    def request(self, offsets: Floats) -> Floats:
        """Return the amounts to ask for, with the calibration's `offsets` by level; never below the median."""
        return self.raised(offsets[self.level])

    def raised(self, amounts: Floats) -> Floats:
        """Return the amounts to ask for, with a calibration of each submission's own."""
        return np.maximum(np.minimum(self.upper + amounts, self.ceiling), self.median)


def answer(known: Known, trees: Mapping[str, Trees], ceiling: float) -> Answers:
    """Let the trees named ``median`` and ``upper`` move the anchor of every submission that has one."""
    silent = known.rung == NOTHING
    amounts = {
        name: np.where(silent, np.nan, known.anchor + model.predict(known.matrix))
        for name, model in trees.items()
    }
    return Answers(
        candidates=candidates(amounts["median"], known.medians),
        chosen=np.zeros(len(silent), dtype=np.int64),
        upper=amounts["upper"],
        level=levels(known.rung, known.runs),
        ceiling=ceiling,
    )
