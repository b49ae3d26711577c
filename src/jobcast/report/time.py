"""Time: run limits against run times, and waiting."""

from collections.abc import Mapping

import polars as pl

from jobcast.language import phrase
from jobcast.report.answers import Answers
from jobcast.report.base import Bars, Density, Fact, Figure, Section, table
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
from jobcast.report.people import by_name, name_of

_STEPS = 2
"""Cells of the density to a doubling."""
_LIMIT_BOUNDS = SHARE_BOUNDS[:-1]
_QUEUES = 30


def questions(jobs: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """Return what is to be asked of `jobs` (as `measured` returns them) for `section`."""
    limit, run, wait = pl.col("run_limit") / 3600, pl.col("run_time") / 3600, pl.col("wait")
    share = pl.col("run_time") / pl.col("run_limit")
    limited = jobs.filter(pl.col("run_limit") > 0, pl.col("run_time") > 0)
    waits = {
        "jobs": pl.len(),
        "wait_median_h": wait.median(),
        "wait_p90_h": wait.quantile(0.9, interpolation="linear"),
        "wait_max_h": wait.max(),
    }
    waited = jobs.filter(wait.is_not_null())
    return {
        "counts": jobs.select(
            jobs=pl.len(),
            limited=((pl.col("run_limit") > 0) & (pl.col("run_time") > 0)).sum(),
            waited=wait.is_not_null().sum(),
        ),
        "limits": limited.select(asked=limit.sum(), used=run.sum(), median=share.median()),
        "limit_shares": limited.group_by(interval(share, _LIMIT_BOUNDS).alias("interval")).agg(
            jobs=pl.len(), left=(limit - run).clip(0).mean()
        ),
        "limit_cells": limited.group_by(run=cell(run, _STEPS), limit=cell(limit, _STEPS)).agg(jobs=pl.len()),
        "queues": by_name(waited, "queue", "wait", waits),
        "sizes": waited.filter(pl.col("cores").is_not_null())
        .group_by(interval(pl.col("cores"), CORE_BOUNDS).alias("interval"))
        .agg(**waits),
        "all_waits": waited.select(**waits),
    }


def section(answers: Answers) -> Section:
    """Return the section on time."""
    counts = answers["counts"].row(0, named=True)
    figures, remarks = [], []
    if counts["limited"]:
        figures += _limits(answers)
    else:
        remarks.append(phrase("report.no_limits"))
    if counts["waited"]:
        figures += _waits(answers)
    else:
        remarks.append(phrase("report.no_waits"))
    return Section(name="time", facts=_facts(answers, counts), figures=tuple(figures), remarks=tuple(remarks))


def _facts(answers: Answers, counts: Mapping[str, int]) -> tuple[Fact, ...]:
    limits, waits = (answers[name].row(0, named=True) for name in ("limits", "all_waits"))
    return (
        Fact(name="limited_jobs", value=counts["limited"]),
        Fact(name="limit_used_median_share", value=limits["median"]),
        Fact(name="wait_median_h", value=waits["wait_median_h"]),
        Fact(name="wait_p90_h", value=waits["wait_p90_h"]),
    )


def _limits(answers: Answers) -> list[Figure]:
    shares = answers["limit_shares"].select("interval", "jobs", left_mean_h="left")
    axes = ("run_from_h", "limit_from_h")
    return [
        Figure(
            name="limit_shares",
            table=by_number(shares, "used_of_limit", share_labels(_LIMIT_BOUNDS), (0, None)),
            charts=(Bars(name="limit_histogram", series=("jobs",)),),
        ),
        Figure(
            name="limit_cells",
            table=density(answers["limit_cells"], ("run", "limit"), axes, _STEPS),
            charts=(Density(name="limit_scatter", across=axes[0], up=axes[1], jobs="jobs", steps=_STEPS),),
        ),
    ]


def _waits(answers: Answers) -> list[Figure]:
    drawn = ("wait_median_h", "wait_p90_h")
    busiest = answers["queues"].sort("jobs", "queue", descending=[True, False]).head(_QUEUES)
    rows = ((name_of(row[0]), *row[1:]) for row in busiest.rows())
    return [
        Figure(
            name="wait_queues",
            table=table(busiest.columns, rows),
            charts=(Bars(name="wait_by_queue", series=drawn),),
        ),
        Figure(
            name="wait_sizes",
            table=by_number(
                answers["sizes"], "cores_asked", counted_labels(CORE_BOUNDS), (0, None, None, None)
            ),
            charts=(Bars(name="wait_by_size", series=drawn),),
        ),
    ]
