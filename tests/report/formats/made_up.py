"""A small report with a chart of each kind, made by hand, so that each format can be written out."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from jobcast.language import phrase
from jobcast.report.base import (
    Bars,
    Cell,
    Column,
    Density,
    Fact,
    Figure,
    Histograms,
    Lines,
    Note,
    Period,
    Report,
    Ring,
    Section,
    Table,
    table,
)
from jobcast.report.scope import Prices, Scope
from jobcast.report.summary import summarise
from jobcast.units import GIB
from tests.made_up import NEW_YEAR, frame, job

MADE = datetime(2026, 2, 1, 12, 30, tzinfo=UTC)
PERIOD = Period(
    since=datetime(2025, 12, 31, 16, tzinfo=UTC),
    until=datetime(2026, 1, 2, 16, tzinfo=UTC),
    zone=ZoneInfo("Asia/Shanghai"),  # eight hours ahead of UTC
)
SCRIPT = "<script>alert(1)</script>"
OTHERS = phrase("report.others", people="2")
LINES = Lines(name="memory_by_day", series=("request_tib_h", "peak_tib_h"))
BARS = Bars(name="rusage_efficienct", series=("request_to_peak_ratio",), limit=1.0)
RING = Ring(name="mem_hours_user_pie_chart", value="over_tib_h", first=2)
DENSITY = Density(name="overall_scatter", across="peak_from_gib", up="request_from_gib", jobs="jobs", steps=2)
HISTOGRAMS = Histograms(
    name="more_hist",
    across="from_gib",
    series=("peak_jobs", "request_jobs"),
    steps=2,
    subtitles={
        "chen": phrase("report.p95_of", amount="8", kind="place_#"),
        "li": phrase("report.p95", amount="1"),
    },
    limits={"chen": 8.0, "li": 1.0},
)
TREND = Figure(
    name="trend",
    table=table(
        ("day", "jobs", "request_tib_h", "peak_tib_h"),
        [("2026-01-01", 2, 1.5, 0.25), ("2026-01-02", 1, 0.0, 0.0)],
    ),
    charts=(LINES,),
)
RATIOS = Figure(
    name="memory_difference",
    table=table(
        ("interval", "difference_rate_share", "request_to_peak_ratio"),
        [("0-1 GiB", None, None), ("1-2 GiB", 3.0, 4.0), ("512+ GiB", -0.125, 0.875)],
    ),
    charts=(BARS,),
)
CELLS = Figure(
    name="memory_cells",
    table=table(("peak_from_gib", "request_from_gib", "jobs"), [(1.0, 2.0**0.5, 2), (0.5, 16.0, 1)]),
    charts=(DENSITY,),
)
PEOPLE = Figure(
    name="memory_over_users",
    table=table(
        ("user", "share", "over_tib_h", "run_mean_h", "over_jobs"),
        [
            ("chen", 0.625, 1.25, 30.0, 1_200),
            (phrase("report.nobody"), 0.25, 0.5, None, 3),
            (OTHERS, 0.125, 0.25, 0.5, 2),
        ],
    ),
    charts=(RING,),
)
WORST = Figure(
    name="memory_more_histograms",
    table=table(
        ("user", "from_gib", "peak_jobs", "request_jobs"),
        [("chen", 4.0, 2, 0), ("chen", 16.0, 0, 2), ("li", 2.0**-0.5, 1, 1)],
    ),
    charts=(HISTOGRAMS,),
)
NOBODY_WAITED = Figure(
    name="wait_queues",
    table=Table(columns=(Column(name="queue"), Column(name="wait_median_h")), rows=()),
    charts=(Bars(name="wait_by_queue", series=("wait_median_h",)),),
)
NOTES = (
    Note(
        user="chen",
        kind="place_#",
        queue="pnr",
        system="lsf",
        finding="memory_over",
        runs=2,
        text=phrase("report.note_memory_over", runs="2", request="16 GiB", peak="8 GiB", amount="1,280"),
        flag='bsub -R "rusage[mem=9GB]"',
        gib_hours=1280.0,
        core_hours=0.0,
        weight=128.0,
        money=128.0,
    ),
    Note(
        user=None,
        kind="-",
        queue=None,
        system="slurm",
        finding="limit_over",
        runs=3,
        text=phrase("report.note_limit_over", runs="3", limit="10-00:00:00", longest="01:00:00"),
        flag="#SBATCH --time=01:30:00",
        gib_hours=0.0,
        core_hours=0.0,
        weight=0.0,
    ),
)
SMALL = Report(
    period=PERIOD,
    filters={"queue": ["pnr", "short"]},
    made=MADE,
    currency="CNY",
    jobs=3,
    notes=NOTES,
    sections=(
        Section(
            name="overview",
            facts=(Fact(name="jobs", value=3), Fact(name="cost_money", value=1234.5)),
            figures=(TREND,),
        ),
        Section(
            name="memory",
            facts=(Fact(name="memory_efficiency_share", value=None),),
            figures=(RATIOS, CELLS, PEOPLE, WORST),
            remarks=(phrase("report.no_requests"),),
        ),
        Section(name="time", figures=(NOBODY_WAITED,), remarks=(phrase("report.no_failures"),)),
    ),
)
EMPTY = replace(
    SMALL,
    filters={},
    jobs=0,
    notes=(),
    sections=(Section(name="overview", facts=(Fact(name="jobs", value=0),)),),
)


def one_table(*rows: tuple[Cell, ...]) -> Table:
    """Return a table of names and amounts."""
    return table(("user", "over_tib_h"), rows)


def with_rows(figure: Figure, rows: Iterable[tuple[Cell, ...]]) -> Figure:
    """Return `figure` with other rows."""
    return replace(figure, table=replace(figure.table, rows=tuple(rows)))


def with_figures(*figures: Figure) -> Report:
    """Return the small report with these figures only."""
    return replace(SMALL, notes=(), sections=(Section(name="memory", figures=figures),))


def run(number: int, name: str = "chen", **known: Any) -> dict[str, Any]:
    """Return the row of a job of which everything is told, and whose owner, queue and name are called the same."""
    told = {
        "user": name,
        "queue": name,
        "name": name,
        "finish_time": NEW_YEAR + timedelta(hours=12 + number % 24),
        "memory_requested": 16 * GIB,
        "memory_peak": (1 + number % 8) * GIB,
        "cores_requested": 4,
        "cpu_time": 3600.0,
        "run_limit": 7200.0,
    }
    return job(str(number), **(told | known))


def run_badly(number: int, name: str = "chen", **known: Any) -> dict[str, Any]:
    """Return the row of a job that used more than it had asked for, and failed."""
    short = {"memory_requested": GIB, "memory_peak": 2 * GIB, "state": "failed", "exit_code": 1}
    return run(number, name, **(short | known))


def found_in(*rows: dict[str, Any], **scope: Any) -> Report:
    """Return what is found in these jobs, in a period that has them all."""
    return found(frame(*rows), **scope)


def found(jobs: pl.DataFrame, **scope: Any) -> Report:
    """Return what is found in the jobs, in a period that has them all."""
    period = Period(since=NEW_YEAR, until=NEW_YEAR + timedelta(days=30), zone=PERIOD.zone)
    asked = Scope(**({"period": period, "prices": Prices(core_hour=0.5, currency="CNY")} | scope))
    return summarise(jobs.lazy(), asked, made=MADE)
