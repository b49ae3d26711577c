"""The report on a million jobs, and on ten, against reading once the columns that it needs."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import polars as pl

from command import fill_store, jobcast
from harness import Operation
from jobcast.store.history import Store

_JOBS, _TIMES = 1_000_000, 10
_COLUMNS = (
    *("system", "user", "queue", "name", "command", "description", "state", "exit_code", "exit_reason"),
    *("submit_time", "start_time", "finish_time", "run_limit", "run_time", "cpu_time", "hosts"),
    *("cores_requested", "memory_requested", "memory_peak", "advised_memory"),
)


def operations(shrink: int) -> list[Operation]:
    """Return the report of all days as a page."""
    measured = partial(Operation, work=_report, limit=_read, limit_name="read its columns once")
    jobs = _JOBS // shrink
    return [
        measured(name="report", size=jobs, prepare=_prepare),
        measured(name="report large", size=jobs * _TIMES, prepare=_prepare_large, long=True),
    ]


def _prepare(folder: Path, size: int) -> None:
    fill_store(folder, size)


def _prepare_large(folder: Path, size: int) -> None:
    """Have each file of the store there ten times; a report does not look whether jobs are the same."""
    _prepare(folder, size // _TIMES)
    for part in (folder / "store/history").glob("day=*/part-1.parquet"):
        for number in range(2, _TIMES + 1):
            os.link(part, part.with_name(f"part-{number}.parquet"))


def _report(folder: Path) -> Callable[[], object]:
    page = str(folder / "report.html")
    return partial(jobcast, folder, "report", "-st", "2025-01-01", "-et", "2026-12-31", "-o", page)


def _read(folder: Path) -> Callable[[], object]:
    columns = Store(folder / "store").scan().select(_COLUMNS)
    return lambda: columns.select(pl.all().count()).collect(engine="streaming")
