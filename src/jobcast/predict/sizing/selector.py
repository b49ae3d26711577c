"""Whose advice would have been cheapest: candidates are judged by runs that finished after they spoke."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from jobcast.predict.sizing.allocation import cost

PROVEN = 5
"""Finished runs on which a candidate must have been judged before it may be chosen for its record."""


class CostRecord:
    """What each candidate's advice would have cost in one family."""

    def __init__(self) -> None:
        self._costs: dict[str, float] = defaultdict(float)
        self._runs: dict[str, int] = defaultdict(int)

    def judge(self, advised: Mapping[str, float], peak: float, *, most: float, price: float) -> None:
        """Count what every candidate's amount would have cost, now that the run's peak is known.

        Costs are per hour of run time: a family's few longest runs would decide alone otherwise.
        """
        for candidate, amount in advised.items():
            self._costs[candidate] += cost(amount, peak, most=most, price=price)
            self._runs[candidate] += 1

    def best(self, candidates: Iterable[str]) -> str:
        """Return the candidate that was cheapest so far, or the first where none is proven."""
        ordered = list(candidates)
        proven = [candidate for candidate in ordered if self._runs[candidate] >= PROVEN]
        return min(
            proven, key=lambda candidate: self._costs[candidate] / self._runs[candidate], default=ordered[0]
        )
