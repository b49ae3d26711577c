"""What an allocation costs, and which one costs least.

Memory that is held without need costs; so does an attempt that is killed for want of memory, which holds
all of its allocation for nothing and has to be repeated. Tovar et al. (2018) choose the first allocation
that way from the peaks seen so far. Three things are added: a price for the failure itself, the
possibility that the next run needs more than any before, and the retries as they will truly happen.

Costs are in bytes for the length of one run: multiplied by its hours they are byte-hours.
"""

import numpy as np

from jobcast.predict.sizing.candidates import Floats, Scenarios

HAIR = 1.0005
"""An allocation for a scenario is this much above it: two runs on the same input differ by more."""

SEEN_FIRST = 1.05
"""The largest peak seen is tried after a failure when it is more than this factor above what failed."""

_EXPONENTIAL = np.array([0.25, 0.5, 1.0, 2.0, 3.0])
"""Points that stand for an exponential tail, in units of its mean."""


def retry(failed: float, most: float) -> float:
    """Return what to allocate after `failed` was too little: the most seen so far, or else twice as much."""
    return most if most > SEEN_FIRST * failed else 2 * failed


def cost(amount: float, peak: float, *, most: float, price: float) -> float:
    """Return what it costs to begin with `amount` when the run needs `peak`, with all retries."""
    total = 0.0
    while amount < peak:
        total += amount + price
        amount = retry(amount, most)
    return total + amount - peak


def cheapest(scenarios: Scenarios, *, most: float, price: float, unseen: float) -> float:
    """Return the allocation with the least expected cost.

    `most` is the largest peak seen, `price` what one failure costs beside the memory it held, `unseen`
    how many runs' weight the possibility of a peak beyond all scenarios has.
    """
    amounts, weights = _with_tail(scenarios, unseen)
    above = np.append(np.cumsum(weights[::-1])[::-1], 0.0)  # above[i]: weight of the i-th and all larger
    first = amounts * HAIR
    second = np.where(most > SEEN_FIRST * first, most, 2 * first)
    fails_once, fails_twice = (
        above[np.searchsorted(amounts, tried, side="right")] for tried in (first, second)
    )
    # The peaks themselves are used whatever is allocated, so they are left out of the sum.
    expected = first * above[0] + (second + price) * fails_once + (2 * second + price) * fails_twice
    return float(first[np.argmin(expected)])


def _with_tail(scenarios: Scenarios, unseen: float) -> tuple[Floats, Floats]:
    """Sort the scenarios, and append what may lie beyond the largest.

    The tail is exponential on the log scale; its mean is that of the largest √n scenarios over the next
    smaller one (Hill's estimator).
    """
    order = np.argsort(scenarios.amounts)
    amounts, weights = scenarios.amounts[order], scenarios.weights[order]
    top = amounts[-1 - max(2, int(len(amounts) ** 0.5)) :]
    mean_excess = float(np.mean(np.log(top[1:] / top[0]))) if len(top) > 1 else 0.0
    tail = amounts[-1] * np.exp(mean_excess * _EXPONENTIAL)
    share = unseen * weights.mean() / len(tail)
    return np.append(amounts, tail), np.append(weights, np.full(len(tail), share))
