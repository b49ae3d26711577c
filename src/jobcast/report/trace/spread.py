"""How amounts are spread: their cumulative distribution, and the quantiles that are told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import polars as pl

SHARES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
_POINTS = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """The cumulative distribution of amounts of 0 or more."""

    count: int
    """How many amounts there are."""
    zero_share: float
    """How many of them are 0, which a logarithmic axis can't show."""
    quantiles: dict[float, float]
    """By each of `SHARES` the amount that so many do not exceed."""
    points: Sequence[tuple[float, float]]
    """Amount above 0 and the share of all amounts that do not exceed it, rising; at most some hundreds."""


def spread_of(amounts: pl.Series) -> Spread | None:
    """Return how the known ones of `amounts` are spread; None where none is known."""
    known = amounts.drop_nulls().sort()
    count = len(known)
    if not count:
        return None
    drawn = known.filter(known > 0).unique(maintain_order=True)
    step = max(1, ceil(len(drawn) / _POINTS))
    drawn = pl.concat([drawn.gather_every(step), drawn.tail(1)]).unique(maintain_order=True)
    up_to = known.search_sorted(drawn, side="right")
    return Spread(
        count=count,
        zero_share=float((known == 0).sum()) / count,
        quantiles={share: float(known[max(0, ceil(share * count - 1e-9) - 1)]) for share in SHARES},
        points=tuple((float(amount), rank / count) for amount, rank in zip(drawn, up_to, strict=True)),
    )
