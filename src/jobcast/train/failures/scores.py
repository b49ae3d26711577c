"""How good chances of failure are: in order (ROC, precision and recall) and in amount (Brier, calibration)."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from jobcast.train.failures.cases import Flags, Floats

PAPER_FALSE_ALARMS = 48_859 / 840_000
"""Share of the good jobs that the TLNM paper gives alarm for: 48,859 of about 840,000."""
BINS = 10
"""Of equal count, over which calibration is looked at."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Curve:
    """What alarms from each chance on upwards would catch, from no alarm to all."""

    threshold: Floats
    """Falling, each distinct chance once; infinite first: no alarm."""
    hits: Floats
    """Failed jobs with a chance of at least that."""
    false_alarms: Floats
    """Good jobs with a chance of at least that."""

    @property
    def recall(self) -> Floats:
        """Share of the failed jobs that are caught; NaN where none failed."""
        return _part(self.hits, self.hits[-1])

    @property
    def false_alarm_rate(self) -> Floats:
        """Share of the good jobs that get an alarm; NaN where all failed."""
        return _part(self.false_alarms, self.false_alarms[-1])

    @property
    def precision(self) -> Floats:
        """Share of the alarms that are right; 1 where there is none, as is the custom."""
        alarms = self.hits + self.false_alarms
        return np.divide(self.hits, alarms, out=np.ones(len(alarms)), where=alarms > 0)

    @property
    def area(self) -> float:
        """Area under the ROC curve; NaN where all jobs or none failed."""
        return float(np.trapezoid(self.recall, self.false_alarm_rate)) if len(self.hits) > 1 else float("nan")

    @property
    def average_precision(self) -> float:
        """Sum of precision times the recall that each chance adds; NaN where none failed."""
        added = np.diff(self.recall) * self.precision[1:]
        return float(np.sum(added)) if len(added) else float("nan")

    def recall_at(self, false_alarm_rate: float) -> float:
        """Return the recall at that rate; jobs of the same chance are taken by lot, so it is linear between."""
        return float(np.interp(false_alarm_rate, self.false_alarm_rate, self.recall))

    def precision_at(self, false_alarm_rate: float) -> float:
        """Return the precision at that rate, likewise."""
        hits = float(np.interp(false_alarm_rate, self.false_alarm_rate, self.hits))
        return hits / (hits + false_alarm_rate * float(self.false_alarms[-1]))


def _part(counts: Floats, of: float) -> Floats:
    return counts / of if of else np.full(len(counts), np.nan)


def curve(told: Floats, failed: Flags) -> Curve:
    """Return the curve of the chances `told`, of which none may be NaN."""
    order = np.argsort(-told, kind="stable")
    falling, hit = told[order], np.cumsum(failed[order], dtype=np.float64)
    last = np.flatnonzero(np.append(np.diff(falling) != 0, len(falling) > 0))
    hits = np.append(0.0, hit[last])
    return Curve(
        threshold=np.append(np.inf, falling[last]),
        hits=hits,
        false_alarms=np.append(0.0, last + 1.0) - hits,
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Reliability:
    """What was promised and what came true, in bins of equal count by chance."""

    told: Floats
    """Mean chance of each bin, rising."""
    came_true: Floats
    """Share that failed."""
    jobs: Floats
    """How many jobs the bin has."""

    @property
    def mean_gap(self) -> float:
        """Mean distance between promise and truth, by jobs (expected calibration error); NaN without jobs."""
        gaps = np.abs(self.told - self.came_true)
        return float(np.average(gaps, weights=self.jobs)) if len(gaps) else float("nan")

    @property
    def worst_gap(self) -> float:
        """Distance of the bin that is furthest off."""
        return float(np.max(np.abs(self.told - self.came_true), initial=0))


def reliability(told: Floats, failed: Flags, bins: int = BINS) -> Reliability:
    """Return calibration in up to so many `bins`; jobs of the same chance may stand in two."""
    parts = [part for part in np.array_split(np.argsort(told, kind="stable"), bins) if len(part)]
    return Reliability(
        told=np.array([told[part].mean() for part in parts]),
        came_true=np.array([failed[part].mean() for part in parts]),
        jobs=np.array([float(len(part)) for part in parts]),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """How good the chances of one model were."""

    jobs: int
    """Judged by."""
    failures: int
    """How many of them failed."""
    auc: float
    """Chance that a failed job is told a higher chance than a good one; NaN where all jobs or none failed."""
    average_precision: float
    """Area under precision over recall; the base rate is what a blind guess has."""
    recall: float
    """At `PAPER_FALSE_ALARMS`."""
    precision: float
    """At `PAPER_FALSE_ALARMS`."""
    brier: float
    """Mean squared distance between chance and outcome."""
    mean_gap: float
    """Of calibration, see `Reliability`."""
    worst_gap: float
    """Likewise."""

    def as_json(self) -> dict[str, Any]:
        """Return all figures under their names, None for those that there are not."""
        return {name: None if value != value else value for name, value in asdict(self).items()}  # noqa: PLR0124 - NaN


def score(told: Floats, failed: Flags, *, chances: Floats | None = None) -> Score:
    """Judge by which jobs `failed`: the order of `told`, and the amounts of `chances` where these are others."""
    chances = told if chances is None else chances
    found, bins = curve(told, failed), reliability(chances, failed)
    return Score(
        jobs=len(failed),
        failures=int(failed.sum()),
        auc=found.area,
        average_precision=found.average_precision,
        recall=found.recall_at(PAPER_FALSE_ALARMS),
        precision=found.precision_at(PAPER_FALSE_ALARMS) if failed.any() else float("nan"),
        brier=float(np.mean((chances - failed) ** 2)) if len(told) else float("nan"),
        mean_gap=bins.mean_gap,
        worst_gap=bins.worst_gap,
    )
