"""The sizer: what to ask for, for the next run of each family, learnt online from those that finished."""

import math
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np

from jobcast.forecast import NoForecast
from jobcast.predict.sizing import allocation
from jobcast.predict.sizing.base import Run, SizingAdvice, as_requested
from jobcast.predict.sizing.candidates import CANDIDATES, Past, expected_hours
from jobcast.predict.sizing.selector import CostRecord
from jobcast.units import Bytes, Seconds

KEPT = 1000
"""Runs remembered per family: bounds time and memory, and lets old ways be forgotten."""

FEW = 3
"""Finished runs below which no distribution is made of them."""

YOUNG_MARGIN = 0.3
"""Margin on the largest of few runs, shared among them: 30 % after one, 15 % after two."""

UNSEEN = 0.5
"""Weight of a peak beyond all seen: half a run, as in Hazen's plotting position (1914) of a maximum."""

UNFINISHED = 0.05
"""What each unfinished run adds to it: the first of a batch to finish are the quickest, often the smallest."""

SHORTEST_HOURS = 1e-6
"""Run times of zero were measured in whole seconds or worse; they count as this."""


def _size_of(run: Run) -> float | None:
    """Return the input size where it can be one: numbers read from texts may be anything."""
    size = run.input_size
    return size if size is not None and 0 <= size < math.inf else None


def _column() -> deque[float]:
    return deque(maxlen=KEPT)


# Not frozen: each run that is submitted or finishes adds to it, thousands of times.
@dataclass(kw_only=True, slots=True)
class _Family:
    """What is known of one family."""

    peaks: deque[float] = field(default_factory=_column)
    """Bytes, of its last `KEPT` finished runs, oldest first."""
    hours: deque[float] = field(default_factory=_column)
    """Run time of each of these."""
    sizes: deque[float] = field(default_factory=_column)
    """Input size of each of these, in any unit; NaN where unknown."""
    largest_request: float = 0.0
    """Bytes, of the finished runs."""
    unfinished: int = 0
    """Runs on their way, which have taught nothing yet."""
    record: CostRecord = field(default_factory=CostRecord)
    """What each candidate's advice would have cost here."""

    def past(self) -> Past:
        return Past(
            peaks=np.array(self.peaks, dtype=np.float64),
            hours=np.array(self.hours, dtype=np.float64),
            sizes=np.array(self.sizes, dtype=np.float64),
        )


# Not frozen: it learns online, run by run.
@dataclass(kw_only=True, slots=True)
class Sizer:
    """The policy that minimises expected cost (see `Policy` for the contract).

    `price` is what one failed attempt costs beside the memory it held, as a multiple of the byte-hours
    that the runs learnt so far used on average. It is the same for small and large runs: a disturbance is
    a disturbance, whatever its size. So safety is bought where it is cheap.
    """

    price: float = 1.0
    """What one failed attempt costs, in mean byte-hours of a run; 0 when only memory counts."""
    _families: dict[Hashable, _Family] = field(default_factory=dict, init=False)
    """What each family's finished runs have taught."""
    _runs: int = field(default=0, init=False)
    """Finished runs learnt so far, over all families."""
    _byte_hours: float = field(default=0.0, init=False)
    """Peak times run time, summed over these: their mean is the unit of the price."""

    def advise(self, run: Run) -> SizingAdvice | NoForecast:
        """Return the cheapest amount by the candidate with the best record; asking changes nothing.

        The request stands where nothing is known, and where it is beyond all that the family ever asked
        for: such a run is meant to be larger than any known. It bounds the advice until a run needs more.
        """
        known = self._families.get(run.family)
        if known is None or not known.peaks or (run.request or 0) > known.largest_request > 0:
            return as_requested(run)
        most, runs = max(known.peaks), len(known.peaks)
        if runs < FEW:
            basis, candidates = "few_runs", {"few_runs": most * (1 + YOUNG_MARGIN / runs)}
        else:
            candidates = self._ask(known, _size_of(run))
            basis = known.record.best(candidates)
        amount = candidates[basis]
        if run.request is not None and run.request > most:
            amount = min(amount, run.request)
        return SizingAdvice(amount=Bytes(math.ceil(amount)), basis=basis, runs=runs, candidates=candidates)

    def submitted(self, run: Run) -> None:
        """Note that `run` is on its way."""
        self._families.setdefault(run.family, _Family()).unfinished += 1

    def lost(self, run: Run) -> None:
        """Note that a submitted run ended and taught nothing."""
        known = self._families.setdefault(run.family, _Family())
        known.unfinished = max(0, known.unfinished - 1)

    def learn(
        self, run: Run, *, peak: Bytes, run_time: Seconds, advice: SizingAdvice | NoForecast | None = None
    ) -> None:
        """Take in a finished run; with the `advice` that was given for it, judge the candidates too."""
        self.lost(run)
        known = self._families[run.family]
        self._runs += 1
        self._byte_hours += peak * run_time / 3600
        if isinstance(advice, SizingAdvice) and known.peaks:
            price = self._price_per_hour(float(np.mean(known.hours)))
            known.record.judge(advice.candidates, peak, most=max(known.peaks), price=price)
        known.peaks.append(peak)
        known.hours.append(max(run_time / 3600, SHORTEST_HOURS))
        size = _size_of(run)
        known.sizes.append(math.nan if size is None else size)
        known.largest_request = max(known.largest_request, run.request or 0)

    def retry(self, run: Run, failed: Bytes) -> Bytes:
        """Return the largest peak of the family, or twice what failed."""
        known = self._families.get(run.family)
        most = max(known.peaks, default=0.0) if known else 0.0
        return Bytes(math.ceil(allocation.retry(failed, most)))

    def _ask(self, known: _Family, input_size: float | None) -> dict[str, float]:
        """Return the cheapest amount in bytes by each candidate that can tell."""
        past = known.past()
        price = self._price_per_hour(expected_hours(past, input_size))
        unseen = UNSEEN + UNFINISHED * known.unfinished
        imagined = {name: imagine(past, input_size) for name, imagine in CANDIDATES.items()}
        return {
            name: allocation.cheapest(scenarios, most=float(past.peaks.max()), price=price, unseen=unseen)
            for name, scenarios in imagined.items()
            if scenarios is not None
        }

    def _price_per_hour(self, hours: float) -> float:
        """Spread the price of a failure, in byte-hours, over a run of so many hours: bytes."""
        return self.price * self._byte_hours / self._runs / hours
