"""What the sizer is judged against, under the same contract: rules of thumb and published methods."""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

import numpy as np

from jobcast.forecast import NoForecast
from jobcast.predict.sizing import allocation
from jobcast.predict.sizing.base import Policy, Run, SizingAdvice, as_requested
from jobcast.predict.sizing.candidates import Floats, Past
from jobcast.predict.sizing.sizer import Sizer
from jobcast.units import Bytes, Seconds

WHOLE_MACHINE = Bytes(128_000_000_000)
"""The largest allocation there is: the nodes on which the public traces were recorded have 128 GB."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """An amount from the past of one family."""

    amount: Callable[[Past, float | None], float]
    """Bytes for a run with this input size; the past holds at least one run."""
    retry: Callable[[float, float], float] = allocation.retry
    """Bytes after the first argument was too little, the second being the largest peak seen."""


class RulePolicy:
    """Follows one rule for every family (see `Policy`); a family without history gets what it requests."""

    def __init__(self, rule: Rule | None) -> None:
        """Take the rule; with None the request always stands."""
        self._rule = rule
        self._finished: dict[Hashable, list[tuple[float, float, float]]] = defaultdict(list)

    def advise(self, run: Run) -> SizingAdvice | NoForecast:
        """Return what the rule makes of the finished runs."""
        finished = self._finished.get(run.family)
        if not finished or not self._rule:
            return as_requested(run)
        peaks, hours, sizes = np.array(finished, dtype=np.float64).T
        past = Past(peaks=peaks, hours=hours, sizes=sizes)
        amount = Bytes(math.ceil(self._rule.amount(past, run.input_size)))
        return SizingAdvice(amount=amount, basis="rule", runs=len(finished))

    def submitted(self, run: Run) -> None:
        """Ignore it: rules know only finished runs."""

    def lost(self, run: Run) -> None:
        """Ignore it."""

    def learn(
        self, run: Run, *, peak: Bytes, run_time: Seconds, advice: SizingAdvice | NoForecast | None = None
    ) -> None:
        """Take in a finished run."""
        del advice
        size = math.nan if run.input_size is None else run.input_size
        self._finished[run.family].append((peak, run_time / 3600, size))

    def retry(self, run: Run, failed: Bytes) -> Bytes:
        """Return what the rule says after a failure."""
        most = max((peak for peak, _, _ in self._finished.get(run.family, [])), default=0.0)
        again = self._rule.retry if self._rule else allocation.retry
        return Bytes(math.ceil(again(failed, most)))


def _max_seen(past: Past, size: float | None) -> float:
    del size
    return float(past.peaks.max())


def _max_seen_and_a_tenth(past: Past, size: float | None) -> float:
    return 1.1 * _max_seen(past, size)


def _percentile_95(past: Past, size: float | None) -> float:
    del size
    return float(np.percentile(past.peaks, 95))


def _witt(past: Past, size: float | None) -> float:
    """Fit a line over the input size, and add the standard deviation of its errors (Witt et al. 2019)."""
    known = np.isfinite(past.sizes)
    peaks, sizes = past.peaks[known], past.sizes[known]
    if size is None or len(sizes) < 2 or float(sizes.std()) <= 1e-9 * float(sizes.mean()):
        return float(past.peaks.mean() + past.peaks.std())
    line = _line(sizes, peaks)
    error = peaks - line(sizes)
    amount = float(line(np.array([size]))[0] + error.std())
    return amount if amount > 0 else float(peaks.max())


def _line(sizes: Floats, peaks: Floats) -> Callable[[Floats], Floats]:
    """Fit a straight line by least squares."""
    centre, spread = sizes.mean(), sizes - sizes.mean()
    slope = float(np.mean(spread * peaks) / np.mean(spread**2))
    return lambda at: peaks.mean() + slope * (at - centre)


def _tovar(past: Past, size: float | None) -> float:
    """Waste least on average when a failure is followed by the maximum (Tovar et al. 2018)."""
    del size
    largest_first = np.argsort(-past.peaks)
    peaks, hours = past.peaks[largest_first], past.hours[largest_first]
    hours_above = np.append(0.0, np.cumsum(hours)[:-1])
    return float(peaks[np.argmin(peaks * hours.sum() + peaks[0] * hours_above)])


def _double(failed: float, most: float) -> float:
    del most
    return 2 * failed


def _most_then_machine(failed: float, most: float) -> float:
    return most if failed < most else float(WHOLE_MACHINE)


_RULES: Mapping[str, Rule | None] = {
    "request": None,
    "max-seen": Rule(amount=_max_seen),
    "max-seen+10%": Rule(amount=_max_seen_and_a_tenth),
    "p95": Rule(amount=_percentile_95),
    "witt-lr": Rule(amount=_witt, retry=_double),
    "tovar": Rule(amount=_tovar, retry=_most_then_machine),
}

POLICIES = (*_RULES, "sizer")
"""Names of all policies, the ones to beat first."""


def make_policy(name: str, *, price: float = 1.0) -> Policy:
    """Return one of `POLICIES` that has learnt nothing yet; `price` is for the sizer only."""
    return Sizer(price=price) if name == "sizer" else RulePolicy(_RULES[name])
