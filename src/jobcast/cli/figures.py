"""How figures are written in the tables of training and judging."""

import math

_MOST_DIGITS = 6
"""After the point; what is smaller yet is nothing."""


def share(value: float | None) -> str:
    """Write a share as percent; a dash where there is none."""
    return "-" if value is None or math.isnan(value) else f"{value:.1%}"


def chance(value: float) -> str:
    """Write a chance as percent, with three significant digits below 10 %, lest small ones read as 0."""
    return f"{amount(100 * value, 1)}%"


def amount(value: float | None, digits: int = 0) -> str:
    """Write an amount with thousands apart; a dash where there is none.

    One below ten that is no whole number has three significant digits, lest the sums of small jobs read as 0.
    """
    if value is None or math.isnan(value):
        return "-"
    if 0 < abs(value) < 10 and not float(value).is_integer():
        digits = max(digits, min(2 - math.floor(math.log10(abs(value))), _MOST_DIGITS))
    return f"{value:,.{digits}f}"


def exact(value: float | None, digits: int) -> str:
    """Write an amount with so many digits, as memPrediction does; a dash where there is none."""
    return "-" if value is None or math.isnan(value) else f"{value:,.{digits}f}"
