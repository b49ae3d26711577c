"""The state of machines and of their containers as of some moments: the newest readings, none from later on.

A moment is one number, ``machine << 32 | second``, so that one sorted array answers for many machines.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Keys = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NO_ROW = -1

_ODD = np.uint64(0x9E3779B97F4A7C15)
"""Spreads the numbers of machines over 64 bits."""


def key(machine: str = "code", time: str = "time") -> pl.Expr:
    """Return the key of a machine's number and a time."""
    return (pl.col(machine).cast(pl.Int64) * 2**32 + pl.col(time).cast(pl.Int64)).alias("key")


def as_of(keys: Keys, asked: Keys, tolerance: int | None = None) -> npt.NDArray[np.int64]:
    """Return for each of `asked` the row of the last of `keys` up to it, `NO_ROW` where there is none.

    Only keys of the same machine count, and only those not older than `tolerance` seconds.
    """
    rows = np.searchsorted(keys, asked, side="right") - 1
    if not len(keys):
        return rows
    found = keys[rows]
    known = (rows >= 0) & (found >> 32 == asked >> 32)
    if tolerance is not None:
        known &= asked - found <= tolerance
    return np.where(known, rows, NO_ROW)


def looked_up(values: Values, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Return `values` at `rows` in single precision, NaN for `NO_ROW`."""
    if not len(values):
        return np.full(len(rows), np.nan, np.float32)
    return np.where(rows == NO_ROW, np.nan, values[rows]).astype(np.float32)


def machine_states(readings: pl.DataFrame, asked: Keys, tolerance: int) -> dict[str, npt.NDArray[np.float32]]:
    """Return for each moment in `asked` what the machine's newest reading tells.

    `readings` have ``key`` and columns of values; the answers are named after these.
    """
    order = _once(readings, "key")
    rows = as_of(order["key"].to_numpy(), asked, tolerance)
    return {name: looked_up(_numbers(order[name]), rows) for name in order.columns if name != "key"}


def container_states(
    readings: pl.DataFrame, asked: Keys, tolerance: int
) -> dict[str, npt.NDArray[np.float32]]:
    """Return for each moment in `asked` the ``num`` of its machine's containers, and of each value mean and sum.

    The newest reading of each container counts, unless it is older than `tolerance` seconds; a container that
    moved away is one of its old machine until then. `readings` have ``key``, ``container`` and columns of values;
    the answers are ``num``, and ``NAME`` and ``NAME_sum`` after these.
    """
    order = _once(readings.with_columns(_apart(readings)), "of_container")
    changes = _changes(order["of_container"].to_numpy(), order["key"].to_numpy(), tolerance)
    rows = as_of(changes.keys, asked)
    present = np.where(rows == NO_ROW, 0.0, changes.sum(np.ones(len(order)), rows))
    answers = {"num": present.astype(np.float32)}
    for name in order.columns:
        if name in {"container", "key", "of_container"}:
            continue
        values = _numbers(order[name])
        told, count = np.isfinite(values), present
        if not told.all():
            count = np.where(rows == NO_ROW, 0.0, changes.sum(told.astype(np.float64), rows))
            values = np.where(told, values, 0.0)
        total = np.where((present > 0) & (count > 0), changes.sum(values, rows), np.nan)
        answers[name] = (total / np.maximum(count, 1)).astype(np.float32)
        answers[f"{name}_sum"] = total.astype(np.float32)
    return answers


def _apart(readings: pl.DataFrame) -> pl.Series:
    """Return ``number << 32 | second``, with a number for each container of each machine."""
    keys = readings["key"].to_numpy()
    pairs = readings["container"].to_numpy() ^ (keys >> 32).astype(np.uint64) * _ODD
    # Sorting numbers is several times faster than looking each up among all.
    order = np.argsort(pairs)
    another = np.zeros(len(order), np.int64)
    another[1:] = pairs[order][1:] != pairs[order][:-1]
    numbers = np.empty(len(order), np.int64)
    numbers[order] = another.cumsum()
    return pl.Series("of_container", numbers << 32 | keys & (2**32 - 1))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Changes:
    """When sums over the newest readings change, and by what; equal only to itself."""

    keys: Keys
    """(m,): rising; more than one change may be at one moment."""
    order: npt.NDArray[np.int64]
    """(m,): which change it is: n that come with a reading, then those that drop one that grew old."""
    replaces: Flags
    """(n,): the reading takes the place of the one before it."""
    dropped: npt.NDArray[np.int64]
    """Readings that grow old before the next one comes."""

    def sum(self, values: Values, rows: npt.NDArray[np.int64]) -> Values:
        """Return the sum of `values`, one per reading, over the readings that count after the changes at `rows`."""
        steps = np.empty(len(self.order))
        many = len(values)
        steps[:many] = values
        steps[1:many] -= values[:-1] * self.replaces[1:]
        steps[many:] = -values[self.dropped]
        sums = steps[self.order]
        np.cumsum(sums, out=sums)
        return sums[rows] if len(sums) else np.zeros(len(rows))


def _changes(of_container: Keys, keys: Keys, tolerance: int) -> _Changes:
    same = np.zeros(len(keys), np.bool_)
    same[1:] = of_container[1:] - of_container[:-1] <= tolerance
    dropped = np.flatnonzero(~np.append(same[1:], [False])[: len(keys)])
    moments = np.concatenate([keys, keys[dropped] + tolerance + 1])
    order = np.argsort(moments, kind="stable")
    return _Changes(keys=moments[order], order=order, replaces=same, dropped=dropped)


def _once(readings: pl.DataFrame, by: str) -> pl.DataFrame:
    """Sort readings; of several of one thing at one time the same one stays, however they were ordered."""
    order = readings.sort(by)
    moments = order[by].to_numpy()
    if not (moments[1:] == moments[:-1]).any():
        return order
    told = [name for name in readings.columns if name != by]
    return readings.sort(by, *told, nulls_last=True).unique(by, keep="first").sort(by)


def _numbers(column: pl.Series) -> Values:
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
