"""Run times: from the last runs of a job's family to the run limit that it should ask for.

No trees: the narrowest family of the ladder with history answers. Half of such jobs stay below the median of its
last four runs; the limit is the 95th percentile of its last ones, moved by a conformal calibration by history
level. Spread differs from family to family, and the percentile follows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from jobcast.features.coded import Keys
from jobcast.features.family import LADDER, LEVELS, NOTHING, levels
from jobcast.features.summary import AGE, DETAILS, LAST, percentile_95
from jobcast.features.window import Counts, Times, Values, median
from jobcast.forecast import Basis, NoForecast, RunTimeForecast
from jobcast.predict.base import NOTHING_SIMILAR
from jobcast.predict.card import NAME
from jobcast.predict.damage import reading
from jobcast.predict.memory import FamilyMemory
from jobcast.units import Seconds

FOLDER = "run_time"
SPAN = 4
"""Finished runs that the median is taken over; measured on public logs: fewer scatter, more are out of date."""
MEDIAN_FROM = f"median of last {SPAN}"

MINUTE = 60
"""Batch systems count run limits in minutes."""
_ROUNDING = 2e-6
"""Share by which single precision may miss a time: that alone adds no minute."""

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What was known of the run times of n submissions when they were made; times in log2 seconds."""

    rung: Rows
    """(n,): the narrowest rung of the ladder with history; `NOTHING` where none has, and the rest is nothing too."""
    runs: Rows
    """(n,): finished runs known on that rung."""
    ages: Values
    """(n,): days since the newest of these finished."""
    last: Values
    """(n,): the newest of these."""
    median: Values
    """(n,): median of the last `SPAN`."""
    p95: Values
    """(n,): 95th percentile of the remembered ones."""

    @classmethod
    def of_nothing(cls, rows: int) -> "Past":
        """Return what is known of jobs that are like no other."""
        unknown = {name: np.full(rows, np.nan, np.float32) for name in ("ages", "last", "median", "p95")}
        return cls(rung=np.full(rows, NOTHING), runs=np.zeros(rows, dtype=np.int64), **unknown)

    def learn(self, rows: Rows, rung: Rows | int, runs: "Runs") -> None:
        """Take down what the families of `rows` on their `rung` remember."""
        self.rung[rows] = rung
        self.runs[rows] = runs.counts
        self.ages[rows] = runs.ages
        self.last[rows] = runs.values[:, 0]
        self.median[rows] = median(runs.values[:, :SPAN], np.minimum(runs.counts, SPAN))
        self.p95[rows] = percentile_95(runs.values, runs.counts)

    def take(self, places: Rows) -> "Past":
        """Return what was known of some of them, in the order of `places`."""
        return Past(**{field.name: getattr(self, field.name)[places] for field in fields(Past)})

    @property
    def level(self) -> Rows:
        """Index into `LEVELS` of the history that each answer rests on."""
        return levels(self.rung, self.runs)

    def limits(self, amounts: Floats, ceiling: float) -> Floats:
        """Return the run limits to ask for, in seconds: the percentile moved by `amounts`, in whole minutes.

        No limit goes beyond the `ceiling` (log2 seconds), none below the median.
        """
        upper = np.maximum(np.minimum(self.p95 + amounts, ceiling), self.median)
        return whole(np.exp2(upper.astype(np.float64)), MINUTE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Runs:
    """The last runs of n families, all of which have some."""

    values: Values
    """(n, RUNS): log2 seconds, newest first."""
    counts: Counts
    """(n,): finished runs, remembered or not."""
    ages: Values
    """(n,): days since the newest of them finished."""


def whole(seconds: Floats, unit: int) -> Floats:
    """Round times up to whole units of so many seconds."""
    rounded: Floats = np.ceil(seconds * (1 - _ROUNDING) / unit) * unit
    return rounded


def recall(memory: FamilyMemory, keys: Keys, moments: Times) -> Past:
    """Return what `memory` knows of submissions; `keys` are those of their families, one column for each rung."""
    seen = memory.tell(keys, moments)
    rung, runs = seen.narrowest()
    everyone = np.arange(len(moments))
    statistics, details = seen.statistics[everyone, rung], seen.details(everyone, rung)
    return Past(
        rung=np.where(runs > 0, rung, NOTHING),
        runs=runs,
        ages=statistics[:, AGE],
        last=statistics[:, LAST],
        median=details[:, DETAILS.index(MEDIAN_FROM)],
        p95=details[:, DETAILS.index("p95")],
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class RunTimes:
    """What a model has learnt of run times."""

    memory: FamilyMemory
    """Log2 seconds of each family's last runs."""
    risk: float
    """Chance of exceeding the limit that it was calibrated for."""
    offsets: Floats
    """For each of `LEVELS` what is added to the percentile, in log2."""
    ceiling: float
    """log2 seconds: the longest run learnt from."""

    def forecast(self, past: Past) -> list[RunTimeForecast | NoForecast]:
        """Answer submissions of which that is known (`recall`), in order."""
        level = past.level
        limits = past.limits(self.offsets[level], max(self.ceiling, self.memory.overlay.highest))
        halves = np.minimum(whole(np.exp2(past.median.astype(np.float64)), 1), limits)
        columns = (past.rung, past.runs, past.ages, level, halves, limits)
        return [
            NoForecast(reason=NOTHING_SIMILAR)
            if rung == NOTHING
            else RunTimeForecast(
                quantiles={0.5: Seconds(half), 1 - self.risk: Seconds(limit)},
                limit=Seconds(limit),
                risk=self.risk,
                basis=Basis(
                    level=LEVELS[level],
                    rung=LADDER[rung].name,
                    runs=runs,
                    age_days=age,
                    median_from=MEDIAN_FROM,
                ),
            )
            for rung, runs, age, level, half, limit in zip(*(one.tolist() for one in columns), strict=True)
        ]


def load(folder: Path, told: Mapping[str, Any] | None) -> RunTimes | None:
    """Load what the model in `folder` has learnt of run times, of which its card `told`; None where it told nothing.

    Raises ModelError when something is missing or damaged.
    """
    if told is None:
        return None
    with reading(folder / NAME, kinds=(KeyError, TypeError, ValueError)):
        offsets = np.array([told["offsets"][level] for level in LEVELS], dtype=np.float64)
        risk, ceiling = float(told["risk"]), float(told["ceiling"])
    return RunTimes(memory=FamilyMemory.load(folder / FOLDER), risk=risk, offsets=offsets, ceiling=ceiling)
