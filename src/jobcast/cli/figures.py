"""How figures are written in the tables of training and judging."""

import math


def share(value: float | None) -> str:
    """Write a share as percent; a dash where there is none."""
    return "-" if value is None or math.isnan(value) else f"{value:.1%}"


def amount(value: float | None, digits: int = 0) -> str:
    """Write an amount with thousands apart; a dash where there is none."""
    return "-" if value is None or math.isnan(value) else f"{value:,.{digits}f}"
