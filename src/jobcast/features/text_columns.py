"""The masks of `jobcast.features.text` for columns of texts, which forecasts of one job do without."""

import polars as pl

from jobcast.features.text import LONGEST

_PLACE = "\x1f"
"""Stands for the underscore, which the regular expressions of Polars take for a letter."""
_HASHES = "|".join(f"[0-9a-f]{{{n}}}[0-9][0-9a-f]{{{max(7 - n, 0)},}}" for n in range(16))
"""Hashes as those of `coarse`, whose pattern looks ahead for a digit; here one of the first sixteen must be one."""


def coarse_column(texts: pl.Expr) -> pl.Expr:
    """Mask a column as `coarse` does a `bare` text, for many rows at once."""
    apart = texts.str.slice(0, LONGEST).str.replace_all("_", _PLACE, literal=True)
    masked = apart.str.replace_all(rf"(?-u:\b)(?:{_HASHES})(?-u:\b)", "#").str.replace_all("[0-9]+", "#")
    return masked.str.replace_all(_PLACE, "_", literal=True)
