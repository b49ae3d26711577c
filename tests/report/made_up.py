"""Twenty-eight jobs, of which every figure can be counted by hand; the tests beside have the answers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from jobcast.report.base import Cell, Fact, Figure, Period, Report, Section, Table
from jobcast.report.scope import Prices, Scope
from jobcast.report.summary import summarise
from jobcast.units import GIB, MIB
from tests.made_up import NEW_YEAR, frame, job

MADE = datetime(2026, 2, 1, tzinfo=ZoneInfo("UTC"))
PERIOD = Period(
    since=NEW_YEAR, until=NEW_YEAR + timedelta(days=30), zone=ZoneInfo("Asia/Shanghai")
)  # eight hours ahead of UTC
SCOPE = Scope(period=PERIOD, prices=Prices(core_hour=0.5, gib_hour=0.01, currency="CNY"))
SCRIPT = "<script>alert(1)</script>"


def made(
    number: int,
    user: str | None,
    queue: str | None,
    name: str | None,
    *,
    at: float = 12,
    hours: float | None = 1,
    wait: float | None = 1,
    request: float | None = None,
    peak: float | None = None,
    cores: int | None = None,
    cpu: float | None = None,
    limit: float | None = None,
    **known: Any,
) -> dict[str, Any]:
    """Return the row of a job that ended `at` so many hours after the new year (UTC).

    It waited for `wait` hours, and ran for `hours`; request and peak are in GiB, `cpu` and `limit` in hours too.
    Without `wait` it never started.
    """
    finish = NEW_YEAR + timedelta(hours=at)
    start = None if wait is None else finish - timedelta(hours=hours or 0)
    row = {
        "user": user,
        "queue": queue,
        "name": name,
        "finish_time": finish,
        "start_time": start,
        "submit_time": (start or finish) - timedelta(hours=1 if wait is None else wait),
        "run_time": None if hours is None else hours * 3600.0,
        "memory_requested": None if request is None else round(request * GIB),
        "memory_peak": None if peak is None else round(peak * GIB),
        "cores_requested": cores,
        "cpu_time": None if cpu is None else cpu * 3600.0,
        "run_limit": None if limit is None else limit * 3600.0,
    }
    return job(str(number), **(row | known))


def advice(amount: str) -> str:
    """Return what memPrediction's esub writes into a job's description."""
    return f"ALLOC_MEMORY_USER=memPrediction(reset={amount})"


DAY_1, LATE_ON_DAY_1, DAY_2, DAY_4 = 12, 20, 36, 84
"""At 20:00 UTC the day after has begun in Shanghai."""
FAILED: dict[str, Any] = {"state": "failed"}
CANCELLED: dict[str, Any] = {"state": "cancelled"}
AFTER_DAY_1 = {"at": DAY_2}
AFTER_DAY_3 = {"at": DAY_4}

JOBS = (
    # too much of everything: memory, cores, time
    made(1, "chen", "pnr", "place_1", hours=2, request=10, peak=1, cores=4, cpu=2, limit=10),
    made(2, "chen", "pnr", "place_2", hours=2, request=10, peak=2, cores=4, cpu=2, limit=10),
    made(3, "chen", "pnr", "place_33", hours=4, wait=2, request=12, peak=2, cores=4, cpu=4.4, limit=10),
    # memory not asked for
    made(4, "chen", "syn", None, peak=4, cores=1, cpu=1, command="/tools/bin/sim -top a"),
    made(5, "chen", "syn", None, peak=3, cores=1, cpu=0.5, command="/tools/bin/sim -top b"),
    made(6, "chen", "syn", "sim", request=0, peak=2.5),
    # as much as there is, more, and killed over it
    made(7, "li", "pnr", "drc_1", **AFTER_DAY_1, wait=3, request=512, peak=512, cores=8, cpu=8),
    made(8, "li", "pnr", "drc_2", **AFTER_DAY_1, wait=3, request=512, peak=600, cores=8, cpu=4),
    made(
        9, "li", "pnr", "drc_3", **AFTER_DAY_1, **FAILED, hours=2, wait=4, request=512, peak=512, cores=8,
        exit_reason="memory_limit", exit_code=137,
    ),
    made(10, "li", "pnr", None, **AFTER_DAY_1, request=1, cores=2, limit=1),
    # one core asked for, and many busy
    made(11, "wang", "syn", "route", **AFTER_DAY_1, hours=2, request=8, peak=4, cores=1, cpu=8),
    made(12, "wang", "syn", "route", **AFTER_DAY_1, request=4, peak=4, cores=1, cpu=1.5),
    made(13, "wang", "syn", "route", **AFTER_DAY_1, request=4, peak=6, cores=1, cpu=2),
    # each other way to fail
    made(
        14, "wang", "syn", "route", **AFTER_DAY_1, **FAILED, request=4, peak=2, cores=2, cpu=1, limit=1,
        exit_reason="run_limit", exit_code=140,
    ),
    made(15, "wang", None, "boot", **AFTER_DAY_1, **FAILED, hours=0.5, peak=1, cores=16, exit_reason="node"),
    made(16, "wang", "pnr", "low", **AFTER_DAY_1, **FAILED, hours=0.5, request=8, cores=2, exit_reason="preempted"),
    made(17, None, "pnr", "cc", **AFTER_DAY_1, **FAILED, cores=1, exit_reason="exit_code", exit_code=1,
         gpus_requested=2, project="p1"),
    made(18, None, "pnr", "cc", **AFTER_DAY_1, **FAILED, hours=None, wait=None, request=3),
    # far beyond tolerance; cancelled before and after the start
    made(19, SCRIPT, None, "x", **AFTER_DAY_1, request=100, peak=1, cores=1, cpu=0.25),
    made(20, SCRIPT, "pnr", "x", **AFTER_DAY_1, **CANCELLED, hours=None, wait=None, request=64, cores=64),
    made(
        21, SCRIPT, "pnr", "x", **AFTER_DAY_1, **CANCELLED, hours=3, wait=0, request=2, peak=1, cores=2,
        exit_code=130,
    ),
    # no time to be measured
    made(22, "chen", "pnr", "zero", at=LATE_ON_DAY_1, hours=0, wait=0, request=5, peak=0, cores=1, cpu=0),
    # asked for by themselves, advised, told by memPrediction, against the advice, killed with it, and never else
    made(23, "zhao", "pnr", "fit", **AFTER_DAY_3, request=32, peak=16, cores=16, cpu=8),
    made(24, "zhao", "pnr", "fit", **AFTER_DAY_3, hours=2, request=20, peak=16, cores=1, cpu=2,
         advised_memory=20 * GIB),
    made(25, "zhao", "pnr", "fit", **AFTER_DAY_3, request=20000 * MIB / GIB, peak=22, description=advice("20000MB")),
    made(26, "zhao", "pnr", "fit", **AFTER_DAY_3, hours=3, request=40, peak=8, advised_memory=10 * GIB),
    made(27, "zhao", "pnr", "fit", **AFTER_DAY_3, **FAILED, hours=0.5, request=20, peak=20, exit_reason="memory_limit",
         exit_code=137, advised_memory=20 * GIB),
    made(28, "li", "gpu", "fit", **AFTER_DAY_3, request=4, peak=2, advised_memory=4 * GIB),
)  # fmt: skip


def report_of(jobs: Iterable[dict[str, Any]] | pl.DataFrame, scope: Scope = SCOPE, **how: Any) -> Report:
    """Return what is found in the `jobs`."""
    history = jobs if isinstance(jobs, pl.DataFrame) else frame(*jobs)
    return summarise(history.lazy(), scope, made=MADE, **how)


@cache
def report() -> Report:
    """Return what is found in all of `JOBS`."""
    return report_of(JOBS)


def section(name: str, found: Report | None = None) -> Section:
    """Return one section of a report, or of that on `JOBS`."""
    return next(section for section in (found or report()).sections if section.name == name)


def figure(name: str, found: Report | None = None) -> Figure:
    """Return one figure of a report, or of that on `JOBS`."""
    sections = (found or report()).sections
    return next(figure for section in sections for figure in section.figures if figure.name == name)


def whole(table: Table) -> list[tuple[Cell, ...]]:
    """Return a table, its columns above."""
    return [tuple(column.name for column in table.columns), *table.rows]


def near(*rows: tuple[Cell, ...]) -> list[Any]:
    """Return rows that equal those with the same cells but for the last digits of figures."""
    return [pytest.approx(row) for row in rows]


def as_pairs(facts: Iterable[Fact]) -> dict[str, float | None]:
    """Return facts by name."""
    return {fact.name: fact.value for fact in facts}
