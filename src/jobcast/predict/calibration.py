"""Conformal calibration: what must be added to a quantile so that it is kept on later days.

Trees trained for the 95 % quantile cover some 91 % of the days that follow. The most recent jobs, which the
trees have not seen, tell by how much to correct; each history level by its own jobs where there are enough
(conformalised quantile regression, Romano et al. 2019; by group: Mondrian conformal prediction, Vovk 2003).
"""

import numpy as np
import numpy.typing as npt

from jobcast.features.family import LEVELS

Floats = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]

ENOUGH = 50
"""Jobs on a level from which its own correction is taken; with fewer it shares that of all levels beyond."""


def offsets(residuals: Floats, levels: Levels, *, risk: float) -> Floats:
    """Return for each of `LEVELS` what to add to the quantile so that a share `risk` of jobs exceeds it.

    `residuals` are truth minus quantile, in log2 bytes, of jobs that the trees have not seen, and `levels`
    theirs. A level with too few jobs is judged together with its neighbours towards the broad end; without
    any residual nothing is added.
    """
    if not len(residuals):
        return np.zeros(len(LEVELS))
    found = np.full(len(LEVELS), _quantile(residuals, risk))
    for level in range(len(LEVELS)):
        own = residuals[levels == level]
        if len(own) < ENOUGH:
            own = residuals[levels >= level]
        if len(own) >= ENOUGH:
            found[level] = _quantile(own, risk)
    return found


def _quantile(residuals: Floats, risk: float) -> float:
    """Return the conformal quantile, on the safe side by half a standard error of the share it estimates.

    Of n residuals it is about the (n + 1)(1 - risk)-th smallest; the error matters where n is small.
    """
    jobs = len(residuals)
    kept = min(1 - risk + 0.5 * np.sqrt(risk * (1 - risk) / jobs), 1.0)
    rank = min(int(np.ceil((jobs + 1) * kept)), jobs)
    return float(np.partition(residuals, rank - 1)[rank - 1])
