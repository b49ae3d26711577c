"""Tables scattered over parts that fit in memory, by job or by machine; what can't be true is kept apart."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from jobcast.history import SET_ASIDE_TEXT, SetAside
from jobcast.systems.alibaba2018.attempts import instance_key
from jobcast.systems.alibaba2018.reading import Source, known_percent, readable
from jobcast.systems.alibaba2018.tables import (
    BATCH_INSTANCE,
    BATCH_TASK,
    CONTAINER_USAGE,
    MACHINE_USAGE,
    Table,
)

SHOWN = 5
"""Records of one reason that are kept to be shown."""

MACHINE_READINGS = (
    *("cpu_util_percent", "mem_util_percent", "mem_gps", "mkpi", "net_in", "net_out", "disk_io_percent"),
)
CONTAINER_READINGS = (
    *("cpu_util_percent", "mem_util_percent", "cpi", "mem_gps", "mpki", "net_in", "net_out"),
    "disk_io_percent",
)
"""What a reading tells, in the order of the table."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Aside:
    """Rows of one table that were set aside, by reason."""

    counts: Mapping[str, int]
    """Reason to number of rows."""
    first: tuple[SetAside, ...] = ()
    """The first `SHOWN` of each reason."""


def scatter(source: Source, into: Path, parts: int) -> Aside:
    """Write the rows of `source` that can be true to ``into/part=N``, N in 0 .. `parts` - 1.

    Rows of one job, or of one machine, are in one part. Raises InputError where the file can't be read.
    """
    return readable(source, lambda source: _scatter(source, into, parts))


def share(name: str) -> pl.Expr:
    """Return a number that is the same for the same name, of which the remainder tells the part.

    It is written down rather than worked out again: another machine's hashes may be others.
    """
    return (pl.col(name).hash() % 2**16).cast(pl.UInt16)


def part_of(table: Table, folder: Path, part: int) -> pl.LazyFrame:
    """Return the rows of one part of `table` that `scatter` wrote below `folder`."""
    files = sorted((folder / f"part={part}").glob("*.ipc"))
    if files:
        return pl.scan_ipc(files)
    _, columns = _KEPT[table.name]
    return pl.LazyFrame(schema={**table.columns, "line": pl.UInt32}).select("line", *columns)


def _scatter(source: Source, into: Path, parts: int) -> Aside:
    if into.exists():  # what a scan wrote before it met a number that can't be read
        shutil.rmtree(into)
    by, columns = _KEPT[source.table.name]
    doubt = pl.col("doubt").cast(pl.UInt16)
    part = pl.when(doubt == 0).then(share(by) % parts).otherwise(parts + doubt)
    rows = source.scan().select("line", *columns, part.alias("part"))
    rows.sink_ipc(pl.PartitionBy(into, key="part", include_key=False), mkdir=True)
    return _aside(source, into, parts)


def _aside(source: Source, into: Path, parts: int) -> Aside:
    """Count what was set aside, and look up the first records in the file."""
    counts, first = dict[str, int](), dict[int, str]()
    for number, reason in source.reasons().items():
        rows = part_of(source.table, into, parts + number)
        if count := rows.select(pl.len()).collect().item():
            counts[reason] = count
            lines = rows.select(pl.col("line").bottom_k(SHOWN)).collect()["line"]
            first |= dict.fromkeys(lines, reason)
    return Aside(counts=counts, first=look_up(source, first))


def look_up(source: Source, reasons: Mapping[int, str]) -> tuple[SetAside, ...]:
    """Return the records on the lines that are the keys of `reasons`, each with its reason."""
    if not reasons:
        return ()
    texts = source.records(reasons)
    return tuple(
        SetAside(source=source.path.name, line=line, reason=reasons[line], text=texts[line][:SET_ASIDE_TEXT])
        for line in sorted(texts)
    )


def _small(*names: str) -> list[pl.Expr]:
    """Return amounts in single precision; what is negative marks what was not measured."""
    return [pl.when(pl.col(name) >= 0).then(pl.col(name)).cast(pl.Float32).alias(name) for name in names]


def _percents(*names: str) -> list[pl.Expr]:
    return [known_percent(name).cast(pl.Float32).alias(name) for name in names]


def _reading(names: tuple[str, ...]) -> list[pl.Expr]:
    percents = [name for name in names if name.endswith("percent")]
    kept = {name: pl.col(name).cast(pl.Float32) for name in names}
    kept |= dict(zip(percents, _percents(*percents), strict=True))
    return [pl.col("time_stamp").cast(pl.Int32, strict=False).alias("time"), *kept.values()]


_MACHINE = pl.col("machine_id").alias("machine")

_KEPT: Mapping[str, tuple[str, list[pl.Expr]]] = {
    BATCH_INSTANCE.name: (
        "job_name",
        [
            pl.col("job_name").alias("job"),
            instance_key(),
            pl.col("machine_id"),
            share("machine_id").alias("machine_share"),
            pl.col("start_time").cast(pl.Int32, strict=False),
            pl.when(pl.col("end_time") > 0)
            .then(pl.col("end_time"))
            .cast(pl.Int32, strict=False)
            .alias("end_time"),
            *_small("cpu_avg", "cpu_max", "mem_avg", "mem_max"),
        ],
    ),
    BATCH_TASK.name: (
        "job_name",
        [
            pl.col("job_name").alias("job"),
            pl.col("task_name").alias("task"),
            pl.col("task_type"),
            *_small("instance_num", "plan_cpu", "plan_mem"),
        ],
    ),
    MACHINE_USAGE.name: ("machine_id", [_MACHINE, *_reading(MACHINE_READINGS)]),
    CONTAINER_USAGE.name: (
        "machine_id",
        [_MACHINE, pl.col("container_id").hash().alias("container"), *_reading(CONTAINER_READINGS)],
    ),
}
