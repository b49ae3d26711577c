"""Intervals into which amounts are sorted, and tables with a row for each."""

from collections.abc import Sequence
from itertools import pairwise

import polars as pl

from jobcast.report.base import Cell, Table, table

MEMORY_BOUNDS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
"""GiB; an interval holds its upper bound and not its lower one, as memPrediction's do."""
TOLERATED = (5.0, 4.0, 3.0, 2.0, 2.0, 1.5, 1.5, 1.3, 1.3, 1.3, 1.3)
"""For each memory interval, the multiple of its peak that a job may ask for (memPrediction's manual, 4.4.2.2)."""
CORE_BOUNDS = (1, 2, 4, 8, 16, 32, 64, 128)
"""Cores; an interval holds its upper bound and not its lower one."""
SHARE_BOUNDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.5)
"""Of what was asked for."""
_ROUNDING = 1e-9
"""Keeps a power of 2 from falling into the cell below it."""


def interval(amount: pl.Expr, bounds: Sequence[float]) -> pl.Expr:
    """Return the number, from 0, of the interval between `bounds` in which `amount` lies; null for null."""
    return by_interval(amount, bounds, range(len(bounds) + 1)).cast(pl.Int32)


def by_interval(amount: pl.Expr, bounds: Sequence[float], values: Sequence[float]) -> pl.Expr:
    """Return that of the `values` which belongs to the interval in which `amount` lies; null for null.

    There is one more of them than of `bounds`.
    """
    chosen: pl.Expr = pl.lit(values[-1])
    for bound, value in reversed(list(zip(bounds, values[:-1], strict=True))):
        chosen = pl.when(amount <= bound).then(value).otherwise(chosen)
    return pl.when(amount.is_not_null()).then(chosen)


def labels(bounds: Sequence[float]) -> list[str]:
    """Return how the intervals between `bounds` are called: ``0-1``, ``1-2``, and so on to ``512+``."""
    between = [f"{low:g}-{high:g}" for low, high in pairwise((0, *bounds))]
    return [*between, f"{bounds[-1]:g}+"]


def counted_labels(bounds: Sequence[int]) -> list[str]:
    """Return how intervals of whole numbers are called: ``1``, ``2``, ``3-4``, and so on to ``129+``."""
    between = [f"{high}" if high == low + 1 else f"{low + 1}-{high}" for low, high in pairwise((0, *bounds))]
    return [*between, f"{bounds[-1] + 1}+"]


def share_labels(bounds: Sequence[float]) -> list[str]:
    """Return how intervals of shares are called: ``0-10 %``, and so on to ``> 150 %``."""
    between = [f"{100 * low:g}-{100 * high:g} %" for low, high in pairwise((0, *bounds))]
    return [*between, f"> {100 * bounds[-1]:g} %"]


def cell(amount: pl.Expr, steps: int) -> pl.Expr:
    """Return the lower bound of the cell in which `amount` lies, there being `steps` to a doubling.

    It is a power of 2, told by its exponent times `steps`; null where the amount is null or 0.
    """
    exponent = amount.log(2) * steps + _ROUNDING
    return pl.when(amount > 0).then(exponent.floor().cast(pl.Int32))


def lower_bound(number: int, steps: int) -> float:
    """Return the amount at which the cell of that number begins."""
    return float(2 ** (number / steps))


def by_number(figures: pl.DataFrame, name: str, rows: Sequence[str], nothing: Sequence[Cell]) -> Table:
    """Return `figures`, told by the number of their ``interval``, as a table with a row for every interval.

    `rows` are the names of the intervals, and stand in the column `name`; `nothing` fills an interval without jobs.
    """
    columns = figures.columns[1:]
    known = {row[0]: row[1:] for row in figures.rows()}
    return table((name, *columns), ((row, *known.get(number, nothing)) for number, row in enumerate(rows)))


def density(cells: pl.DataFrame, axes: tuple[str, str], names: tuple[str, str], steps: int) -> Table:
    """Return the `cells` (their numbers on two axes, and `jobs`) as a table of lower bounds, the fullest first."""
    full = cells.drop_nulls().sort("jobs", *axes, descending=[True, False, False])
    rows = (
        (lower_bound(across, steps), lower_bound(up, steps), jobs)
        for across, up, jobs in full.select(*axes, "jobs").rows()
    )
    return table((*names, "jobs"), rows)
