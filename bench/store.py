"""The store at a million jobs, against plain Parquet files of the same rows."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import polars as pl

import made_up
from harness import Operation
from jobcast.store.history import Store

_JOBS = 1_000_000


def operations(shrink: int) -> list[Operation]:
    """Return writing and reading."""
    measured = partial(Operation, size=_JOBS // shrink, prepare=_prepare)
    return [
        measured(name="append", work=_append, limit=_write_parquet, limit_name="write_parquet"),
        measured(name="append again", work=_append_again, limit=_write_parquet, limit_name="write_parquet"),
        measured(name="scan", work=_scan, limit=_read_parquet, limit_name="read_parquet"),
    ]


def _prepare(folder: Path, size: int) -> None:
    jobs = made_up.history(size)
    jobs.write_parquet(folder / "jobs.parquet")
    Store(folder / "full").append(jobs)


def _append(folder: Path) -> Callable[[], object]:
    jobs = pl.read_parquet(folder / "jobs.parquet")
    shutil.rmtree(folder / "new", ignore_errors=True)
    return lambda: Store(folder / "new").append(jobs)


def _append_again(folder: Path) -> Callable[[], object]:
    jobs = pl.read_parquet(folder / "jobs.parquet")
    return lambda: Store(folder / "full").append(jobs)


def _write_parquet(folder: Path) -> Callable[[], object]:
    jobs = pl.read_parquet(folder / "jobs.parquet")
    return lambda: jobs.write_parquet(folder / "written.parquet")


def _scan(folder: Path) -> Callable[[], object]:
    store = Store(folder / "full")
    return lambda: store.collect(store.scan())


def _read_parquet(folder: Path) -> Callable[[], object]:
    return lambda: pl.read_parquet(folder / "jobs.parquet")
