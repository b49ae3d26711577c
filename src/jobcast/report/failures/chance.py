"""Whether a share could be so high by chance."""

from math import exp, lgamma, log, log1p, sqrt

_Z = 1.96
"""Of a normal distribution 95 % lie within so many standard deviations."""


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Return the bounds between which a share lies of which `hits` of `trials` were seen, with 95 % confidence.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927. Without trials
    nothing is known: 0 and 1.
    """
    if not trials:
        return 0.0, 1.0
    share, over = hits / trials, _Z * _Z / trials
    middle = (share + over / 2) / (1 + over)
    half = _Z * sqrt(share * (1 - share) / trials + over / (4 * trials)) / (1 + over)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def as_many_by_chance(hits: int, trials: int, chance: float) -> float:
    """Return how probable `hits` or more of `trials` are where each has this `chance`.

    Where chances differ from trial to trial, their mean gives no smaller answer, as long as `hits` exceed what is
    expected by 1 (W. Hoeffding, "On the distribution of the number of successes in independent trials", 1956).
    """
    if hits <= 0 or chance >= 1:
        return 1.0
    if chance <= 0:
        return 0.0
    known = lgamma(trials + 1)
    return min(
        sum(
            exp(
                known
                - lgamma(one + 1)
                - lgamma(trials - one + 1)
                + one * log(chance)
                + (trials - one) * log1p(-chance)
            )
            for one in range(hits, trials + 1)
        ),
        1.0,
    )
