"""Attempts of instances: an instance that was rescheduled has several rows with the same names."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from jobcast.systems.alibaba2018.reading import Source, find, readable
from jobcast.systems.alibaba2018.tables import BATCH_INSTANCE

NAMES = ("job_name", "task_name", "instance_name")
"""What makes an instance one."""

_PARTS = 64


def instance_key() -> pl.Expr:
    """Return 64 bits for the names of an instance: two of a thousand million meet once in forty traces."""
    job, task, instance = (pl.col(name).hash(seed) for seed, name in enumerate(NAMES))
    return (job + task * 3 + instance * 5).alias("instance")


def rescheduled(folder: Path) -> pl.DataFrame:
    """Return all attempts of the instances in `folder` that have more than one.

    In the columns of batch_instance, sorted by job, task, instance and start; ``end_time`` is null where an
    attempt has not ended. What can't be true is left out: see `Source.scan` and `judged`. Memory is bounded by
    the number of such instances. Raises InputError.
    """
    return readable(find(BATCH_INSTANCE, folder), _rescheduled)


def _rescheduled(source: Source) -> pl.DataFrame:
    kept = judged(repeated(source).with_columns(instance_key())).filter(pl.col("reason").is_null())
    kept = kept.filter(pl.len().over("instance") > 1)
    return kept.sort(*NAMES, "start_time", "end_time").select(*BATCH_INSTANCE.columns)


def repeated(source: Source) -> pl.DataFrame:
    """Return all rows of the instances that have more than one, whether `judged` believes them or not.

    In the columns of batch_instance and ``line``, those left out that can't be true by themselves (`Source.scan`);
    ``end_time`` is null where an attempt has not ended.
    """
    rows = source.scan().filter(pl.col("doubt") == 0)
    with TemporaryDirectory(prefix="jobcast-") as scratch:
        keys = rows.select(instance_key()).with_columns((pl.col("instance") % _PARTS).alias("part"))
        keys.sink_ipc(pl.PartitionBy(scratch, key="part", include_key=False), mkdir=True)
        found = pl.concat(_repeated(Path(scratch)), how="vertical")["instance"]
    several = rows.with_columns(instance_key()).filter(pl.col("instance").is_in(found.implode()))
    return _with_times(several.select("line", *BATCH_INSTANCE.columns).collect(engine="streaming"))


def _repeated(folder: Path) -> Iterator[pl.DataFrame]:
    yield pl.DataFrame(schema={"instance": pl.UInt64})
    for part in sorted(folder.iterdir()):
        keys = pl.scan_ipc(part / "*.ipc").collect()
        yield keys.filter(pl.col("instance").is_duplicated()).unique()


def _with_times(rows: pl.DataFrame) -> pl.DataFrame:
    """Make an end of 0 null: there is none yet."""
    return rows.with_columns(pl.when(pl.col("end_time") > 0).then("end_time").alias("end_time"))


def judged(rows: pl.DataFrame) -> pl.DataFrame:
    """Sort `rows` by ``instance`` and start, and tell in ``reason`` which can't be true beside the others.

    - ``duplicate_attempt``: the same instance, machine and start as another row, of which the one with the
      latest end stays.
    - ``overlapping_attempt``: it starts before an earlier one of its instance ended.

    An attempt that has not ended may be followed by another: it was evicted, and nobody wrote down when.
    """
    columns = ("instance", "start_time", "machine_id", "end_time", "line")
    order = rows.sort(columns, descending=[name == "end_time" for name in columns], nulls_last=True)
    same = pl.struct("instance", "start_time", "machine_id")
    duplicate = ~same.is_first_distinct()
    ended = pl.col("end_time").fill_null(pl.col("start_time")).cum_max().over("instance")
    overlaps = pl.col("start_time") < ended.shift(1).over("instance")
    reason = pl.when(duplicate).then(pl.lit("duplicate_attempt")).when(overlaps)
    return order.with_columns(reason.then(pl.lit("overlapping_attempt")).alias("reason"))
