"""From which chance on to give alarm: what a false alarm costs against what a wasted run does."""

import math
import re
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from jobcast.language import say
from jobcast.train.failures.cases import Flags, Floats

HOUR = 3600.0
NEVER = math.inf
"""A threshold that no chance reaches: whatever is done, alarms cost more than they save."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """What a false alarm costs: a fixed amount, a share of the job's run, or both together."""

    core_seconds: float = 0.0
    """For each false alarm."""
    share: float = 0.0
    """Of the core-seconds that the job's run takes."""

    def of(self, cost: Floats) -> Floats:
        """Return the price of an alarm for good jobs that take `cost` core-seconds."""
        price: Floats = self.core_seconds + self.share * cost
        return price

    def threshold(self, cost: Floats) -> Floats:
        """Return the chance from which on an alarm pays for jobs that are expected to take `cost` core-seconds.

        An alarm costs price x (1 - chance) and saves cost x chance: price / (price + cost). Infinite where a
        run costs nothing.
        """
        price = self.of(cost)
        met: Floats = np.divide(price, price + cost, out=np.full(len(cost), NEVER), where=cost > 0)
        return met


def read_price(text: str) -> Price:
    """Read ``600`` (core-seconds) or ``10%`` (of a run); raises ValueError for anything else."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(%?)\s*", text)
    if not found:
        raise ValueError(say("failures_models.no_price", text=text))
    amount = float(found[1])
    return Price(share=amount / 100) if found[2] else Price(core_seconds=amount)


def best_threshold(told: Floats, failed: Flags, cost: Floats, price: Price) -> float:
    """Return the chance from which on alarms would have saved most for these jobs; `NEVER` where none saves."""
    order = np.argsort(-told, kind="stable")
    falling = told[order]
    gain = np.cumsum(np.where(failed, cost, -price.of(cost))[order])
    last = np.flatnonzero(np.append(np.diff(falling) != 0, len(falling) > 0))
    if not len(last) or gain[last].max() <= 0:
        return NEVER
    return float(falling[last][np.argmax(gain[last])])


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarms:
    """What alarms from a threshold on catch and save: the confusion matrix, and core-hours."""

    threshold: float
    """Chance from which on there is an alarm; infinite where there is none."""
    hits: int
    """Failed jobs with an alarm."""
    missed: int
    """Failed jobs without."""
    false_alarms: int
    """Good jobs with an alarm."""
    quiet: int
    """Good jobs without."""
    wasted_core_hours: float
    """What all failed jobs took."""
    caught_core_hours: float
    """What those with an alarm took."""
    paid_core_hours: float
    """What false alarms cost."""

    @property
    def recall(self) -> float:
        """Share of the failed jobs that are caught; NaN where none failed."""
        return _share(self.hits, self.hits + self.missed)

    @property
    def precision(self) -> float:
        """Share of the alarms that are right; NaN where there is none."""
        return _share(self.hits, self.hits + self.false_alarms)

    @property
    def saved_core_hours(self) -> float:
        """What is caught less what false alarms cost, if a job with an alarm wastes nothing."""
        return self.caught_core_hours - self.paid_core_hours

    def as_json(self) -> dict[str, Any]:
        """Return all figures under their names, None for those that there are not."""
        figures = asdict(self) | {"recall": self.recall, "precision": self.precision}
        figures["saved_core_hours"] = self.saved_core_hours
        return {name: value if math.isfinite(value) else None for name, value in figures.items()}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def alarms(told: Floats, failed: Flags, cost: Floats, *, threshold: float, price: Price) -> Alarms:
    """Count what alarms from a `threshold` on do; `cost` are the core-seconds of the runs."""
    alarm = told >= threshold
    return Alarms(
        threshold=threshold,
        hits=int((alarm & failed).sum()),
        missed=int((~alarm & failed).sum()),
        false_alarms=int((alarm & ~failed).sum()),
        quiet=int((~alarm & ~failed).sum()),
        wasted_core_hours=float(cost[failed].sum()) / HOUR,
        caught_core_hours=float(cost[alarm & failed].sum()) / HOUR,
        paid_core_hours=float(price.of(cost[alarm & ~failed]).sum()) / HOUR,
    )
