"""Quantities as Kubernetes writes them: ``M`` is a million there, and ``Mi`` what other batch systems call M."""

import re
from decimal import ROUND_CEILING, Decimal

from jobcast.units import Bytes

_QUANTITY = re.compile(r"\+?([0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([+-]?[0-9]{1,2})|(n|u|m|k|[MGTPE]|[KMGTPE]i))?")
_LONGEST = 40
_FACTORS = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(10**3),
    **{unit: Decimal(1000**power) for power, unit in enumerate("MGTPE", 2)},
    **{f"{unit}i": Decimal(1024**power) for power, unit in enumerate("KMGTPE", 1)},
}
_TOO_MUCH = 1 << 63


def parse_quantity(value: object) -> Decimal:
    """Read a quantity, a number or a text of one. Raises ValueError where it is none."""
    text = str(value)
    number = not isinstance(value, bool) and isinstance(value, int | float | str) and len(text) <= _LONGEST
    match = _QUANTITY.fullmatch(text) if number else None
    if match is None:
        raise ValueError("not understood by this hook")
    amount = Decimal(match[1]) * Decimal(10) ** int(match[2] or 0) * _FACTORS.get(match[3] or "", Decimal(1))
    if amount >= _TOO_MUCH:
        raise ValueError("not understood by this hook")
    return amount


def parse_bytes(value: object) -> Bytes | None:
    """Read an amount of memory, rounded up; None where it is nothing. Raises ValueError where it is none."""
    return Bytes(int(parse_quantity(value).to_integral_value(ROUND_CEILING))) or None
