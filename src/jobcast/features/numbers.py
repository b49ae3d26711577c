"""Numbers that people write into names and descriptions: ``input_size=3147403020 threads=8 ref=2.5GB``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from jobcast.units import GIB, KIB, MIB, PIB, TIB

if TYPE_CHECKING:  # forecasts of single jobs read texts, and do without Polars
    import polars as pl

_FACTOR = {"": 1, "B": 1, "K": KIB, "M": MIB, "G": GIB, "T": TIB, "P": PIB}

# One pattern for Python and for Polars, so that a column reads as each of its texts does. Polars' engine
# knows no look-around, so the characters beside a pair are part of the match; texts get a space at both ends.
# What may follow is listed, for a version (v=1.5.2), a date (day=2024-01-31) and a clock (at=12:30) begin
# like numbers and are none.
_BEFORE = r"[^A-Za-z0-9_.]"
_KEY = r"[A-Za-z_][A-Za-z0-9_.]*"
_NUMBER = r"([+-]?[0-9]{1,18}(?:\.[0-9]{0,18})?(?:[eE][+-]?[0-9]{1,2})?)(?:([KMGTPkmgtp])(?:i?[Bb])?|[Bb])?"
_AFTER = r"""[ \t\r\n,;&|"')\]}]"""


def _pattern(key: str) -> str:
    return f"{_BEFORE}{key}={_NUMBER}{_AFTER}"


@lru_cache(maxsize=64)
def _compiled(key: str) -> re.Pattern[str]:
    return re.compile(_pattern(re.escape(key)))


def number(text: str, key: str) -> float | None:
    """Return the first number that `text` gives for `key`, or None.

    A unit of memory behind it (``12GB``, ``400M``, ``7KiB``) multiplies by a power of 1024.
    """
    match = _compiled(key).search(f" {text} ")
    return float(match[1]) * _FACTOR[(match[2] or "").upper()] if match else None


def numbers(text: str) -> dict[str, float]:
    """Return all numbers in `text` by their key, in the order of first mention."""
    keys = dict.fromkeys(re.findall(f"(?<={_BEFORE})({_KEY})=", f" {text} "))
    found = {key: number(text, key) for key in keys}
    return {key: value for key, value in found.items() if value is not None}


def number_column(texts: pl.Series, key: str) -> pl.Series:
    """Return for each text what `number` returns, as Float64; the column is called `key`."""
    import polars as pl  # noqa: PLC0415 - see above

    groups = pl.concat_str(pl.lit(" "), pl.col("text"), pl.lit(" ")).str.extract_groups(
        _pattern(re.escape(key))
    )
    digits = groups.struct.field("1").cast(pl.Float64)
    unit = groups.struct.field("2").fill_null("").str.to_uppercase()
    factor = unit.replace_strict(_FACTOR, return_dtype=pl.Float64)
    return pl.DataFrame({"text": texts.cast(pl.String)}).select((digits * factor).alias(key)).to_series()
