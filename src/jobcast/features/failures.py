"""What forecasts of failure see of a submission: how often its families failed, what it asks for, and what they need.

Shares of failed runs are drawn towards those of the next broader family, as if by `FAITH` of its runs: one run that
failed says little of a family, and much of a user whose jobs fail again and again. The log-odds of the narrowest are
the anchor, from which trees start.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jobcast.features.columns import FEATURES, Known
from jobcast.features.family import LADDER
from jobcast.features.summary import AGE, LAST, RECENT, STATISTICS
from jobcast.features.window import RUNS

Matrix = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

ANCHOR = "failed_before"
"""Name of the feature that trees start from: log-odds of a share that failed, of which they learn what is missing."""
FAITH = 5.0
"""Runs of the broader family that a narrower one's share begins with; measured: 2 to 20 make no difference."""

_ALL, _NEWEST = "all", "newest"
"""The share of all runs of a family, and that of its last `RUNS`, of which the newest count most."""
_PER_RUNG = (_ALL, _NEWEST, "last", "runs", "age")
_NEEDS = ("run_time_median", "limit_above_p95", "memory_anchor", "asked_above_p95")
_REQUEST = ("asked", "cores", "run_limit", "gpus", "interactive", "input_size", "hour", "weekday")

FAILURE_FEATURES = (
    *(f"{rung.name}:{name}" for rung in LADDER for name in _PER_RUNG),
    *_NEEDS,
    *_REQUEST,
    ANCHOR,
)
_REQUEST_PLACES = [FEATURES.index(name) for name in _REQUEST]
_MEAN, _RUNS = STATISTICS.index("mean"), STATISTICS.index("runs")
_LEAST_SHARE = 1e-3
"""Shares are kept this far from 0 and 1, where log-odds have no end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """What else is known of n submissions; NaN where it is not."""

    run_time_median: npt.NDArray[np.float32]
    """(n,): log2 seconds of the family's last runs that ended well."""
    run_time_p95: npt.NDArray[np.float32]
    """(n,): log2 seconds."""
    memory_anchor: Floats
    """(n,): log2 bytes that the family used lately."""
    memory_p95: npt.NDArray[np.float32]
    """(n,): log2 bytes."""


def failure_matrix(shares: Known, needs: Needs, base: Floats) -> Matrix:
    """Return (n, len(FAILURE_FEATURES)): `shares` is what families tell of endings, `base` (n,) the share of all jobs.

    NaN where nothing is known; the anchor always is.
    """
    told = shares.matrix[:, : len(LADDER) * len(STATISTICS)].reshape(-1, len(LADDER), len(STATISTICS))
    found = np.empty((len(told), len(FAILURE_FEATURES)), dtype=np.float32)
    rungs = found[:, : len(LADDER) * len(_PER_RUNG)].reshape(-1, len(LADDER), len(_PER_RUNG))
    odds = _odds_by_rung(
        told[:, :, [_MEAN, RECENT]] + shares.anchor[:, None, None], np.expm1(told[:, :, _RUNS]), base
    )
    rungs[:, :, :2] = odds
    rungs[:, :, 2] = told[:, :, LAST] + shares.anchor[:, None]
    rungs[:, :, 3:] = told[:, :, [_RUNS, AGE]]
    request = shares.matrix[:, _REQUEST_PLACES]
    asked, limit = request[:, _REQUEST.index("asked")], request[:, _REQUEST.index("run_limit")]
    rest = (
        needs.run_time_median,
        limit - needs.run_time_p95,
        needs.memory_anchor,
        asked - needs.memory_p95,
        *request.T,
        odds[:, 0].mean(axis=1),
    )
    for place, column in enumerate(rest, start=len(LADDER) * len(_PER_RUNG)):
        found[:, place] = column
    return found


def _odds_by_rung(shares: Floats, runs: Floats, base: Floats) -> Floats:
    """Return log-odds (n, rungs, 2) of shares, each drawn towards the next broader one, the last towards `base`.

    `shares` is (n, rungs, 2), all runs' and the newest ones'; NaN where `runs` (n, rungs) is 0.
    """
    runs = runs.astype(np.float64)  # products of sixteen small shares are beyond single precision
    weight = np.stack([runs, np.minimum(runs, RUNS)], axis=2)[:, ::-1]
    failed = np.where(weight > 0, np.minimum(shares[:, ::-1], 1) * weight, 0)
    # From the broadest on: drawn = (failed + FAITH * broader) / (weight + FAITH), as sums over products.
    left = np.cumprod(FAITH / (weight + FAITH), axis=1)
    added = np.cumsum(failed / ((weight + FAITH) * left), axis=1)
    drawn = (left * (base[:, None, None] + added))[:, ::-1]
    kept = np.clip(drawn, _LEAST_SHARE, 1 - _LEAST_SHARE)
    found: Floats = np.log(kept) - np.log1p(-kept)
    return found
