"""Columns of text to columns of amounts and times: what `jobcast.units` does, for many rows at once.

Text that can't be read as what it should be becomes null.
"""

from collections.abc import Sequence
from datetime import timedelta, tzinfo
from typing import Literal

import polars as pl

from jobcast.units import GIB, KIB, MIB, PIB, TIB

FACTORS = {"B": 1, "K": KIB, "M": MIB, "G": GIB, "T": TIB, "P": PIB}


def read_once(table: pl.DataFrame, name: str, readings: Sequence[pl.Expr]) -> pl.DataFrame:
    """Return what `readings` make of the column `name` of texts.

    Each distinct text is read but once, which pays where texts repeat themselves.
    """
    column = table.select(name)
    read = column.unique().with_columns(readings)
    if not read[name].count():
        return read.drop(name).clear(table.height)
    return column.join(read, on=name, how="left", maintain_order="left", nulls_equal=True).drop(name)


def filled(text: pl.Expr) -> pl.Expr:
    """Return `text` where it says something, null where it is empty or blank."""
    return pl.when(text.str.strip_chars() != "").then(text)


def whole(number: pl.Expr) -> pl.Expr:
    """Round to whole numbers; what no 64-bit integer can hold becomes null."""
    return number.round(0, mode="half_away_from_zero").cast(pl.Int64, strict=False)


_NUMBER = r"[0-9]*\.?[0-9]*(?:e[+-]?[0-9]+)?"
_AMOUNT = rf"(?i)^\s*{_NUMBER}\s*(?:[KMGTP](?:i?B)?)?\s*$"
_IN_BYTES = r"(?i)(?:[^KMGTPI]B|bytes?)\s*$"
_WORDED = rf"(?i)^\s*({_NUMBER})\s*([KMGTP]?)(?:B|bytes?)\s*$"


def memory(text: pl.Expr, *, unit: str = "B") -> pl.Expr:
    """Read amounts such as ``55336K``, ``1.5 GB``, ``512B`` or ``2048`` (counted in `unit`) as bytes."""
    # Looking whether all is well and then cutting off the unit takes half the time of groups in a pattern.
    bare = text.str.strip_chars().str.strip_chars_end("iIbB")
    number = bare.str.strip_chars_end("KMGTPkmgtp").str.strip_chars_end()
    factor = (
        bare.str.tail(1)
        .str.to_uppercase()
        .replace_strict(FACTORS, default=FACTORS[unit[:1].upper()], return_dtype=pl.Int64)
    )
    amount = number.cast(pl.Float64, strict=False) * factor
    # Seldom written, and therefore not worth the time of all others.
    groups = pl.when(text.str.contains(_IN_BYTES)).then(text).str.extract_groups(_WORDED).struct
    size = groups[1].str.to_uppercase().replace_strict(FACTORS, default=1, return_dtype=pl.Int64)
    worded = groups[0].cast(pl.Float64, strict=False) * size
    return whole(pl.coalesce(pl.when(text.str.contains(_AMOUNT)).then(amount), worded))


_SPAN = (
    r"^\s*(?:(?<days>[0-9]+)-(?<h>[0-9]+)(?::(?<m>[0-9]+)(?::(?<s>[0-9]+(?:\.[0-9]+)?))?)?"
    r"|(?:(?:(?<hours>[0-9]+):)?(?<minutes>[0-9]+):)?(?<seconds>[0-9]+(?:\.[0-9]+)?))\s*$"
)
"""With days the parts are counted from the left, without them from the right."""
_SIZES = {"days": 86400, "h": 3600, "m": 60, "s": 1, "hours": 3600, "minutes": 60, "seconds": 1}


def clock(text: pl.Expr) -> pl.Expr:
    """Read ``[[hours:]minutes:]seconds`` or ``days-hours[:minutes[:seconds]]``, as Slurm writes them."""
    # Most spans are written like times of day, which are read in a fifth of the time.
    of_a_day = text.str.to_time("%H:%M:%S", strict=False).cast(pl.Int64)
    parts = [pl.field(name).cast(pl.Float64, strict=False) * size for name, size in _SIZES.items()]
    read = pl.any_horizontal(pl.field(name).is_not_null() for name in ("days", "seconds"))
    unusual = pl.when(of_a_day.is_null() & (text != "")).then(text)
    other = unusual.str.extract_groups(_SPAN).struct.with_fields(
        total=pl.when(read).then(pl.sum_horizontal(parts))
    )
    return pl.coalesce(of_a_day // 1_000_000_000, other.struct["total"])


def to_utc(local: pl.Expr, zone: tzinfo, *, late: bool = False) -> pl.Expr:
    """Take times without a zone as those of `zone`.

    Where clocks were put back an hour was there twice; it is taken as the first one unless `late`.
    A time that the clocks jumped over becomes null.
    """
    name = getattr(zone, "key", None)
    if name is None:
        return (local - (zone.utcoffset(None) or timedelta())).dt.replace_time_zone("UTC")
    which: Literal["latest", "earliest"] = "latest" if late else "earliest"
    placed = local.dt.replace_time_zone(name, ambiguous=which, non_existent="null")
    return placed.dt.convert_time_zone("UTC")


def to_local(moment: pl.Expr, zone: tzinfo) -> pl.Expr:
    """Return times as the clocks of `zone` show them."""
    name = getattr(zone, "key", None)
    if name is None:
        return (moment + (zone.utcoffset(None) or timedelta())).dt.replace_time_zone(None)
    return moment.dt.convert_time_zone(name).dt.replace_time_zone(None)


def epoch(number: pl.Expr, *, per_second: int = 1) -> pl.Expr:
    """Take numbers as time since 1970, in units of which a second has `per_second`."""
    micro = whole(number.cast(pl.Float64, strict=False) * (1_000_000 / per_second))
    sensible = micro.is_between(-(10**17), 10**17)
    return pl.when(sensible).then(micro).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def iso_time(text: pl.Expr, zone: tzinfo, *, late: bool = False) -> pl.Expr:
    """Read ``2024-06-14T10:06:58``, with ``T`` or a blank, a fraction, an offset or ``Z``, as UTC.

    A time without offset is one of `zone`.
    """
    # Most times are written in full and no more; the other forms take several times as long.
    full = text.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
    rest = pl.when(full.is_null() & (text != "")).then(text)
    other = rest.str.strip_chars().str.replace(" ", "T", literal=True)
    plain = other.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    zoned = other.str.replace(r"Z$", "+0000").str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%.f%z", time_unit="us", strict=False
    )
    return pl.coalesce(to_utc(pl.coalesce(full, plain), zone, late=late), zoned.dt.convert_time_zone("UTC"))
