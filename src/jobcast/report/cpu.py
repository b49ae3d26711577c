"""Cores: how many jobs that ended well had asked for, against how many they kept busy on average.

Busy cores are CPU time over run time, as memPrediction's manual (4.4.3.1) counts them.
"""

from collections.abc import Mapping

import polars as pl

from jobcast.language import phrase
from jobcast.report.answers import Answers
from jobcast.report.base import Bars, Density, Fact, Figure, Ring, Section, Table
from jobcast.report.intervals import (
    CORE_BOUNDS,
    SHARE_BOUNDS,
    by_number,
    cell,
    counted_labels,
    density,
    interval,
    share_labels,
)
from jobcast.report.measures import DONE
from jobcast.report.people import ranked

_STEPS = 2
"""Cells of the density to a doubling."""
ONE_BUSY = 1.1
"""A job that keeps no more cores busy than this works on one; the rest is its starting and ending."""
MANY_BUSY = 1.5
"""A job that keeps more cores busy than this works on several."""
_FIRST = 15


def questions(jobs: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """Return what is to be asked of `jobs` (as `measured` returns them) for `section`."""
    told = DONE & pl.col("cores").is_not_null() & pl.col("busy").is_not_null()
    compared = jobs.filter(told)
    cores, busy, hours = map(pl.col, ("cores", "busy", "hours"))
    asked, used = cores * hours, busy * hours
    share = pl.col("cpu_time") / (pl.col("run_time") * cores)
    idle = (cores - busy).clip(0)
    one_busy, many_busy = (cores > 1) & (busy <= ONE_BUSY), (cores == 1) & (busy > MANY_BUSY)
    sums = {"jobs": pl.len(), "asked": asked.sum(), "used": used.sum(), "idle": (idle * hours).sum()}
    return {
        "counts": jobs.select(jobs=pl.len(), done=DONE.sum(), compared=told.sum()),
        "totals": compared.select(
            **sums,
            beyond=((busy - cores).clip(0) * hours).sum(),
            one_busy=one_busy.sum(),
            many_busy=many_busy.sum(),
        ),
        "sizes": compared.group_by(interval(cores, CORE_BOUNDS).alias("interval")).agg(**sums),
        "shares": compared.group_by(interval(share, SHARE_BOUNDS).alias("interval")).agg(
            jobs=pl.len(), asked=asked.sum()
        ),
        "cells": compared.group_by(cores=cell(cores, _STEPS), busy=cell(busy, _STEPS)).agg(jobs=pl.len()),
        "users": compared.group_by("user").agg(
            **sums,
            idle_cores=idle.sum(),
            one_busy=one_busy.sum(),
            one_busy_idle=((cores - 1) * hours).filter(one_busy).sum(),
            many_busy=many_busy.sum(),
            many_busy_beyond=((busy - 1) * hours).filter(many_busy).sum(),
        ),
    }


def section(answers: Answers) -> Section:
    """Return the section on cores."""
    counts = answers["counts"].row(0, named=True)
    counted = {name: f"{number:,}" for name, number in counts.items()}
    if not counts["compared"]:
        return Section(name="cpu", remarks=(phrase("report.no_cpu_time", done=counted["done"]),))
    users = answers["users"]
    return Section(
        name="cpu",
        facts=_facts(answers["totals"].row(0, named=True)),
        figures=(
            Figure(
                name="core_sizes",
                table=_sizes(answers["sizes"]),
                charts=(Bars(name="cores_asked_and_busy", series=("asked_core_h", "busy_core_h")),),
            ),
            Figure(
                name="core_cells",
                table=density(answers["cells"], ("cores", "busy"), ("asked_cores", "busy_cores"), _STEPS),
                charts=(
                    Density(
                        name="cores_scatter", across="asked_cores", up="busy_cores", jobs="jobs", steps=_STEPS
                    ),
                ),
            ),
            Figure(
                name="core_shares",
                table=_shares(answers["shares"]),
                charts=(Bars(name="utilisation_histogram", series=("jobs",)),),
            ),
            Figure(
                name="core_over_users",
                table=_over(users),
                charts=(Ring(name="over_processors_requested_user_pie_chart", value="idle_cores", first=10),),
            ),
            Figure(name="one_core_busy_users", table=_odd(users, "one_busy", "idle")),
            Figure(name="many_cores_busy_users", table=_odd(users, "many_busy", "beyond")),
        ),
        remarks=(
            phrase("report.cpu_counted", **counted),
            phrase("report.cpu_bounds", one=f"{ONE_BUSY:g}", many=f"{MANY_BUSY:g}"),
        ),
    )


def _facts(totals: Mapping[str, float]) -> tuple[Fact, ...]:
    asked, used = totals["asked"], totals["used"]
    return (
        Fact(name="cpu_compared_jobs", value=totals["jobs"]),
        Fact(name="asked_core_h", value=asked),
        Fact(name="busy_core_h", value=used),
        Fact(name="core_efficiency_share", value=used / asked if asked else None),
        Fact(name="idle_core_h", value=totals["idle"]),
        Fact(name="beyond_core_h", value=totals["beyond"]),
        Fact(name="one_busy_jobs", value=totals["one_busy"]),
        Fact(name="many_busy_jobs", value=totals["many_busy"]),
    )


def _sizes(sizes: pl.DataFrame) -> Table:
    figures = sizes.select(
        "interval",
        "jobs",
        asked_core_h="asked",
        busy_core_h="used",
        busy_share=pl.when(pl.col("asked") > 0).then(pl.col("used") / pl.col("asked")),
    )
    return by_number(figures, "cores_asked", counted_labels(CORE_BOUNDS), (0, 0.0, 0.0, None))


def _shares(shares: pl.DataFrame) -> Table:
    figures = shares.select("interval", "jobs", asked_core_h="asked")
    return by_number(figures, "busy_of_asked", share_labels(SHARE_BOUNDS), (0, 0.0))


def _over(users: pl.DataFrame) -> Table:
    columns = {
        "idle_cores": pl.col("idle_cores"),
        "idle_core_h": pl.col("idle"),
        "asked_core_h": pl.col("asked"),
        "busy_core_h": pl.col("used"),
        "busy_share": pl.when(pl.col("asked") > 0).then(pl.col("used") / pl.col("asked")),
        "jobs": pl.col("jobs"),
    }
    return ranked(users, "idle_cores", 30, columns)


def _odd(users: pl.DataFrame, which: str, lost: str) -> Table:
    """Rank by the core hours that jobs with one busy core leave idle, or that jobs with many use beyond theirs."""
    columns = {
        f"{lost}_core_h": pl.col(f"{which}_{lost}"),
        f"{which}_jobs": pl.col(which),
        "jobs": pl.col("jobs"),
    }
    return ranked(users, f"{which}_{lost}", _FIRST, columns)
