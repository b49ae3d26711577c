"""Writing jobs the way memPrediction keeps them, for sites whose scripts read those files.

A day is written beside the old one and then renamed over it; jobs that were there already stay.
Lost on the way, for want of a column: who submitted with which group, the submit time, the exit code, hosts,
fractions of a second, and whether a job failed or was cancelled.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, tzinfo
from pathlib import Path

import polars as pl
from filelock import FileLock, Timeout

from jobcast.errors import InputError, StoreError
from jobcast.job import JobState
from jobcast.language import say
from jobcast.systems.columns import to_local
from jobcast.systems.delimited import Records
from jobcast.systems.memprediction.layout import BJOBS_TIME, COLUMNS
from jobcast.systems.memprediction.reader import Places, read_day, read_table
from jobcast.units import MIB

_LOCK_SECONDS = 120.0
"""How long to wait for another writer."""


def write_csv(jobs: pl.DataFrame, folder: Path, zone: tzinfo = UTC) -> list[Path]:
    """Add `jobs` to ``job_info_YYYYMMDD.csv`` of the day each finished on; return the files.

    `zone` is the one whose days and times are written. Raises InputError when a file that is there already
    holds records that can't be read, and would be lost.
    """
    written = []
    with _alone_in(folder):
        for day, table in _days(jobs, zone):
            path = folder / f"job_info_{day}.csv"
            before = _all_rows(read_day(path), str(path)) if path.exists() else table.clear()
            with _whole(path) as beside:
                _merge(before, table).write_csv(beside, quote_style="necessary")
            written.append(path)
    return written


def write_sqlite(jobs: pl.DataFrame, folder: Path, zone: tzinfo = UTC) -> list[Path]:
    """Add `jobs` to table ``YYYYMMDD`` of ``YYYY_MM.db`` of the day each finished on; return the files.

    `zone` is the one whose days and times are written. Raises StoreError when a database is damaged.
    """
    months: dict[Path, list[tuple[str, pl.DataFrame]]] = {}
    for day, table in _days(jobs, zone):
        months.setdefault(folder / f"{day[:4]}_{day[4:6]}.db", []).append((day, table))
    with _alone_in(folder):
        for path, days in months.items():
            with _whole(path) as beside:
                _write_month(beside, days, path)
    return list(months)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Make `folder` and keep other writers out of it: each adds to what the one before wrote."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".jobcast.lock", timeout=_LOCK_SECONDS):
            yield
    except Timeout as error:
        raise StoreError(
            say("store.locked", path=folder), hint=say("store.locked_cure"), transient=True
        ) from error


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Have a file written beside `path`, and renamed over it when it is safe on the disk."""
    beside = path.with_name(f".{path.name}.part")
    beside.unlink(missing_ok=True)
    try:
        yield beside
        with beside.open("rb") as stream:
            os.fsync(stream.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _write_month(beside: Path, days: list[tuple[str, pl.DataFrame]], path: Path) -> None:
    """Write into `beside` what the database at `path` holds and the jobs of `days`."""
    if path.exists():
        shutil.copyfile(path, beside)
    try:
        with closing(sqlite3.connect(beside)) as database, database:
            database.execute("PRAGMA journal_mode = MEMORY")  # a journal left on the disk outlives its writer
            for day, table in days:
                _write_table(database, day, table, path)
    except sqlite3.Error as error:
        raise StoreError(
            say("systems.not_written", path=path, why=error), hint=say("systems.not_written_cure")
        ) from error


def _write_table(database: sqlite3.Connection, day: str, table: pl.DataFrame, path: Path) -> None:
    """Add to the table of one day; its columns are text but for the number of the job."""
    there = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (day,))
    if there.fetchone():
        table = _merge(
            _all_rows(read_table(database, day, path), say("systems.table_of", name=day, path=path)), table
        )
        database.execute(f'DROP TABLE "{day}"')
    columns = ", ".join(f"{name} {'INT' if name == 'job_id' else 'TEXT'}" for name in COLUMNS)
    marks = ", ".join("?" * len(COLUMNS))
    database.execute(f'CREATE TABLE "{day}" ({columns})')
    database.executemany(f'INSERT INTO "{day}" VALUES ({marks})', table.iter_rows())  # noqa: S608 - eight digits


def _merge(before: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """Join what was there and what is new; a run that is in both is taken from the new."""
    both = pl.concat([before, table])
    return both.unique(subset=["job_id", "started_time", "finished_time"], keep="last", maintain_order=True)


def _all_rows(batches: Iterator[tuple[Places, Records]], source: str) -> pl.DataFrame:
    """Return what is there already, as text in memPrediction's columns."""
    tables = [pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))]
    for places, records in batches:
        if records.set_aside:
            line = records.set_aside[0].line
            raise InputError(
                say("systems.unread_records", source=source, line=line),
                hint=say("systems.unread_records_cure"),
            )
        blank = [""] * len(records.rows)
        texts = {name: records.column(places[name]) if name in places else blank for name in COLUMNS}
        tables.append(pl.DataFrame(texts, schema=dict.fromkeys(COLUMNS, pl.String)))
    return pl.concat(tables)


def _days(jobs: pl.DataFrame, zone: tzinfo) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield each day of finish, as YYYYMMDD, with its jobs in memPrediction's columns, in order of finish."""
    ordered = jobs.sort("finish_time", "job_id", "array_index", maintain_order=True)
    day = to_local(pl.col("finish_time"), zone).dt.strftime("%Y%m%d").alias("day")
    table = ordered.select(day, *_columns(zone))
    for (name,), group in table.group_by("day", maintain_order=True):
        yield str(name), group.drop("day")


def _columns(zone: tzinfo) -> list[pl.Expr]:
    """Return memPrediction's columns as text, "" where absent."""
    number, index = pl.col("job_id"), pl.col("array_index")
    done = pl.col("state") == JobState.DONE
    columns = {
        "job_id": pl.when(index.is_null()).then(number).otherwise(pl.format("{}[{}]", number, index)),
        "started_time": to_local(pl.col("start_time"), zone).dt.strftime(BJOBS_TIME),
        "job_name": pl.col("name"),
        "status": pl.when(done).then(pl.lit("DONE")).otherwise(pl.lit("EXIT")),
        "rusage_mem": _megabytes("memory_requested"),
        "max_mem": _megabytes("memory_peak"),
        "avg_mem": _megabytes("memory_mean"),
        "finished_time": to_local(pl.col("finish_time"), zone).dt.strftime(BJOBS_TIME),
        "job_description": pl.col("description"),
        "interactive_mode": pl.col("interactive").replace_strict(
            {True: "True", False: "False"}, default=None, return_dtype=pl.String
        ),
        "processors_requested": pl.col("cores_requested"),
    }
    return [columns.get(name, pl.col(name)).cast(pl.String).fill_null("").alias(name) for name in COLUMNS]


def _megabytes(name: str) -> pl.Expr:
    """Return MB as text, whole where they are: memPrediction's own parser of rusage_mem takes no fraction."""
    amount = pl.col(name)
    return (
        pl.when(amount % MIB == 0)
        .then((amount // MIB).cast(pl.String))
        .otherwise((amount / MIB).cast(pl.String))
    )
