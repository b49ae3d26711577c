"""Calibration of chances: learnt on later jobs than the trees have seen, and renewed as outcomes become known.

Isotonic regression (pool adjacent violators) where there are failures enough, a straight line of log-odds (Platt)
where there are fewer; Niculescu-Mizil and Caruana (2005) find the former better from about 1,000 cases on.
"""

from dataclasses import dataclass

import numpy as np

from jobcast.predict.failures.calibration import MOST, UNCHANGED, Calibration, chance_of, log_odds
from jobcast.train.failures.cases import Cases, Flags, Floats

LEAST = 10
"""Failed jobs, and good ones, below which nothing is learnt."""
ENOUGH = 1_000
"""Failed jobs, and good ones, from which on the curve has a shape of its own."""
DAY = 86_400

_STEPS = 50
_DONE = 1e-9


def fit(told: Floats, failed: Flags) -> Calibration:
    """Learn what holds where trees tell the chances `told`, from which jobs `failed`."""
    rarer = min(int(failed.sum()), int((~failed).sum()))
    if rarer < LEAST:
        return UNCHANGED
    return fit_isotonic(told, failed) if rarer >= ENOUGH else fit_platt(told, failed)


def fit_platt(told: Floats, failed: Flags) -> Calibration:
    """Fit a line of log-odds by Newton's method; targets are drawn in a little, as Platt (1999) does."""
    odds, failures = log_odds(told), float(failed.sum())
    target = np.where(failed, (failures + 1) / (failures + 2), 1 / (len(failed) - failures + 2))
    columns = np.stack([odds, np.ones(len(odds))], axis=1)
    line = np.array([1.0, 0.0])
    for _ in range(_STEPS):
        chance = chance_of(columns @ line)
        weights = np.maximum(chance * (1 - chance), 1e-12)
        pull = columns.T @ (target - chance) - 1e-6 * line
        bend = (columns.T * weights) @ columns + 1e-6 * np.eye(2)
        step = np.linalg.solve(bend, pull)
        line = line + np.clip(step, -1, 1)
        if np.abs(step).max() < _DONE:
            break
    slope, start = max(float(line[0]), 0.0), float(line[1])
    ends = np.clip([start - MOST * slope, start + MOST * slope], -MOST, MOST)
    if slope and abs(start) + MOST * slope > MOST:  # level beyond certainty: knots where the line reaches it
        told_at = np.clip((ends - start) / slope, -MOST, MOST)
        return Calibration(told=tuple(told_at.tolist()), chance=tuple(ends.tolist()))
    return Calibration(told=(-MOST, MOST), chance=tuple(ends.tolist()))


def fit_isotonic(told: Floats, failed: Flags) -> Calibration:
    """Fit the rising steps that miss least squares, and lay a line through their middles.

    A step's share is drawn towards that of all jobs as if by one more job, lest a chance be 0 or 1.
    """
    odds = log_odds(told)
    order = np.argsort(odds, kind="stable")
    blocks: list[tuple[float, float, float]] = []
    for block in zip(*(column.tolist() for column in _groups(odds[order], failed[order])), strict=True):
        odds_sum, bad, jobs = block
        while blocks and blocks[-1][1] * jobs >= bad * blocks[-1][2]:
            before = blocks.pop()
            odds_sum, bad, jobs = odds_sum + before[0], bad + before[1], jobs + before[2]
        blocks.append((odds_sum, bad, jobs))
    sums, bad_ones, counts = np.array(blocks).T
    share = (bad_ones + failed.mean()) / (counts + 1)
    at, chance = sums / counts, log_odds(np.maximum.accumulate(share))
    rising = np.append(True, np.diff(at) > 0)
    return Calibration(told=tuple(at[rising].tolist()), chance=tuple(chance[rising].tolist()))


def _groups(odds: Floats, failed: Flags) -> tuple[Floats, Floats, Floats]:
    """Return the sum of `odds` (rising), the failures and the jobs of neighbours that failed in equal shares.

    Pooling these first gives the same steps, with as many groups as failures change to successes and back.
    """
    begins = np.flatnonzero(np.append(True, np.diff(odds) != 0))
    jobs = np.diff(np.append(begins, len(odds))).astype(np.float64)
    failures = np.add.reduceat(failed.astype(np.float64), begins)
    joined = np.flatnonzero(np.append(True, np.diff(failures / jobs) != 0))
    columns = (odds[begins] * jobs, failures, jobs)
    sums, bad, counts = (np.add.reduceat(column, joined) for column in columns)
    return sums, bad, counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Rolling:
    """How a calibration follows the outcomes."""

    window: int = 30 * DAY
    """Seconds for which an outcome counts."""
    every: int = DAY
    """Seconds after which the calibration is learnt anew."""


def rolled(told: Floats, cases: Cases, start: int, rolling: Rolling) -> Floats:
    """Return chances of the n `cases`, none of which the trees that told `told` have learnt from.

    From the moment `start` on each job is told what the outcomes known by then teach, renewed as `rolling` says;
    earlier jobs are told what those known at the start do. An unrenewed calibration stays where too few teach.
    """
    chances, now = np.empty(len(told)), UNCHANGED
    period = np.maximum((cases.asked - start) // rolling.every, 0)
    by_period, by_finish = np.argsort(period, kind="stable"), np.argsort(cases.finished, kind="stable")
    finished = cases.finished[by_finish]
    for rows in np.split(by_period, np.flatnonzero(np.diff(period[by_period])) + 1):
        if not len(rows):
            continue
        moment = start + int(period[rows[0]]) * rolling.every
        first, last = np.searchsorted(finished, [moment - rolling.window, moment])
        known = by_finish[first:last]
        learnt = fit(told[known], cases.failed[known])
        now = now if learnt is UNCHANGED else learnt
        chances[rows] = now.apply(told[rows])
    return chances
