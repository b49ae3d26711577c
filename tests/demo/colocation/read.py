"""Reads a made-up trace strictly: what doesn't have the type that the format wants fails."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from jobcast.demo.colocation.make import Made, make_up
from jobcast.demo.colocation.place import Place
from jobcast.demo.colocation.plan import Plan
from jobcast.systems.alibaba2018.tables import TABLES, Table


@dataclass(frozen=True, kw_only=True)
class Trace:
    """A made-up trace, read anew."""

    plan: Plan
    made: Made
    tables: dict[str, pl.DataFrame]
    truth: pl.DataFrame

    def __getattr__(self, name: str) -> pl.DataFrame:
        return self.tables[name]

    @property
    def rescheduled(self) -> pl.DataFrame:
        """Return the trials of instances that had more than one."""
        return self.batch_instance.filter(pl.col("total_seq_no") > 1)


def make_and_read(plan: Plan, folder: Path) -> Trace:
    place = Place(folder)
    made = make_up(plan, place)
    return Trace(
        plan=plan,
        made=made,
        tables={table.name: read(table, folder) for table in TABLES},
        truth=pl.read_parquet(place.truth),
    )


def read(table: Table, folder: Path) -> pl.DataFrame:
    return pl.read_csv(table.file(folder), has_header=False, schema=dict(table.columns))
