"""What a false alarm costs, as it is said on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jobcast.cli.figures import amount, share
from jobcast.language import say

if TYPE_CHECKING:
    from jobcast.train.failures.thresholds import Price

PRICE = "10%"
"""Unless another is named: a job that is held for confirmation loses some of its run's worth."""


class _PriceType(click.ParamType["Price"]):
    """``600`` core-seconds, or ``10%`` of the job's run."""

    name = "price"

    def convert(self, value: str | Price, param: click.Parameter | None, ctx: click.Context | None) -> Price:
        """Read a price."""
        from jobcast.train.failures.thresholds import read_price  # noqa: PLC0415

        if not isinstance(value, str):
            return value
        try:
            return read_price(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


price_option = click.option(
    "--false-alarm-cost",
    "price",
    type=_PriceType(),
    default=PRICE,
    metavar="COST",
    help=say("failures_train.price", price=PRICE),
)


def spoken(price: Price) -> str:
    """Return a price in words."""
    if price.core_seconds and price.share:
        return say(
            "failures_evaluate.price_both", amount=amount(price.core_seconds), share=share(price.share)
        )
    if price.share:
        return say("failures_evaluate.price_share", share=share(price.share))
    return say("failures_evaluate.price_amount", amount=amount(price.core_seconds))
