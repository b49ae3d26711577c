"""Forecasts: what was advised at submission, by jobcast or by memPrediction, against what was used.

A job follows the advice where its request is what was advised.
"""

import polars as pl

from jobcast.language import phrase
from jobcast.report.answers import Answers
from jobcast.report.base import Bars, Cell, Density, Fact, Figure, Lines, Period, Section, Table, table
from jobcast.report.intervals import MEMORY_BOUNDS, by_number, cell, density, interval, labels
from jobcast.report.kinds import kind
from jobcast.report.measures import DONE, KILLED_FOR_MEMORY
from jobcast.report.overview import step_of, steps_between
from jobcast.systems.memprediction.advice import advised_memory, is_marked
from jobcast.units import GIB, GIB_PER_TIB, MIB

_STEPS = 4
"""Cells of the density to a doubling."""
_BANDS = (1, 2, 4, 8, 16, 32, 64)
"""GiB of error, as memPrediction tells them apart."""
_SAME = 1.5 * MIB / GIB
"""Hooks round what they ask for to whole MB; a request as near as this is what was advised."""
_HAS_ADVICE = pl.col("advised_memory").is_not_null() | is_marked(pl.col("description"))


def advised(jobs: pl.LazyFrame) -> pl.LazyFrame:
    """Return the jobs that were advised, with ``advised`` in GiB and ``followed``: the request is what was advised."""
    amount = pl.coalesce("advised_memory", advised_memory(pl.col("description")))
    near = ((pl.col("request") - pl.col("advised")).abs() <= _SAME).fill_null(value=False)
    with_advice = jobs.filter(_HAS_ADVICE).with_columns(advised=pl.when(amount > 0).then(amount) / GIB)
    return with_advice.filter(pl.col("advised").is_not_null()).with_columns(followed=near)


def questions(jobs: pl.LazyFrame, period: Period) -> dict[str, pl.LazyFrame]:
    """Return what is to be asked of `jobs` (as `measured` returns them) for `section`."""
    told, peak, request, hours = map(pl.col, ("advised", "peak", "request", "hours"))
    followed = pl.col("followed")
    both = advised(jobs)
    # A job killed over memory with what was advised is measured at the advice, not at what it needed; other jobs
    # that did not end well were measured at what they came to.
    killed = followed & KILLED_FOR_MEMORY.fill_null(value=False)
    judged = (DONE & peak.is_not_null()) | killed
    kept = DONE & (peak <= told).fill_null(value=False)
    measured = both.filter(DONE, peak.is_not_null())
    by_people = jobs.filter(~_HAS_ADVICE, request.is_not_null())
    of_people = by_people.filter(DONE, peak.is_not_null())
    error = told - peak
    return {
        "counts": both.select(
            advised=pl.len(),
            followed=followed.sum(),
            judged=judged.sum(),
            kept=(judged & kept).sum(),
            killed=killed.sum(),
            could_free=((request - told) * hours).filter(~followed).clip(0).sum(),
        ),
        "usual": by_people.group_by("user", "queue", kind()).agg(usual=request.mean()),
        "followed": both.filter(followed)
        .group_by("user", "queue", kind())
        .agg(jobs=pl.len(), hours=hours.sum(), held=(told * hours).sum()),
        "days": both.filter(judged).group_by(step_of(period)).agg(jobs=pl.len(), kept=kept.sum()),
        "cells": measured.group_by(peak=cell(peak, _STEPS), advised=cell(told, _STEPS)).agg(jobs=pl.len()),
        "by_peak": measured.group_by(interval(peak, MEMORY_BOUNDS).alias("interval")).agg(
            advised_jobs=pl.len(),
            difference_tib=error.sum() / GIB_PER_TIB,
            difference_mean_gib=error.mean(),
            difference_rate_share=(error / peak).mean(),
        ),
        "errors": pl.concat(
            [
                _errors(measured.select(error=error), "advice"),
                _errors(of_people.select(error=request - peak), "people"),
            ]
        ),
    }


def _errors(errors: pl.LazyFrame, who: str) -> pl.LazyFrame:
    """Count the errors (GiB) by band, with what their mean and root mean square are made of."""
    size = pl.col("error").abs()
    return (
        errors.group_by(interval(size, _BANDS).alias("band"))
        .agg(jobs=pl.len(), total=size.sum(), squares=(size**2).sum())
        .with_columns(who=pl.lit(who))
    )


def section(answers: Answers, period: Period, risk: float) -> Section:
    """Return the section on forecasts."""
    counts = answers["counts"].row(0, named=True)
    if not counts["advised"]:
        return Section(name="forecasts", remarks=(phrase("report.no_advice"),))
    freed, unknown = _given_back(answers)
    return Section(
        name="forecasts",
        facts=(
            Fact(name="advised_jobs", value=counts["advised"]),
            Fact(name="followed_jobs", value=counts["followed"]),
            Fact(name="kept_share", value=counts["kept"] / counts["judged"] if counts["judged"] else None),
            Fact(name="promised_share", value=1 - risk),
            Fact(name="given_back_gib_h", value=freed),
            Fact(name="could_give_back_gib_h", value=counts["could_free"]),
            Fact(name="killed_by_advice_jobs", value=counts["killed"]),
        ),
        figures=_figures(answers, period, risk) if counts["judged"] else (),
        remarks=(
            phrase(
                "report.forecasts_counted",
                judged=f"{counts['judged']:,}",
                others=f"{counts['advised'] - counts['judged']:,}",
            ),
            phrase("report.given_back", unknown=f"{unknown:,}"),
        ),
    )


def _given_back(answers: Answers) -> tuple[float, int]:
    """Return the GiB·h between what people usually ask for and what advised jobs held, and the jobs left out."""
    followed = answers["followed"].join(
        answers["usual"], on=["user", "queue", "kind"], how="left", nulls_equal=True
    )
    known = followed.filter(pl.col("usual").is_not_null())
    freed = known.select((pl.col("usual") * pl.col("hours") - pl.col("held")).sum()).item()
    return float(freed), int(followed["jobs"].sum()) - int(known["jobs"].sum())


def _figures(answers: Answers, period: Period, risk: float) -> tuple[Figure, ...]:
    nothing: tuple[Cell, ...] = (0, 0.0, None, None)
    return (
        Figure(
            name="forecast_days",
            table=_kept(answers["days"], period),
            charts=(Lines(name="kept_by_day", series=("kept_share",), limit=1 - risk),),
        ),
        Figure(
            name="forecast_cells",
            table=density(
                answers["cells"], ("peak", "advised"), ("peak_from_gib", "advised_from_gib"), _STEPS
            ),
            charts=(
                Density(
                    name="ml_overall_scatter",
                    across="peak_from_gib",
                    up="advised_from_gib",
                    jobs="jobs",
                    steps=_STEPS,
                ),
            ),
        ),
        Figure(
            name="forecast_difference",
            table=by_number(
                answers["by_peak"], "interval", [f"{label} GiB" for label in labels(MEMORY_BOUNDS)], nothing
            ),
            charts=(
                Bars(name="pre_and_max_difference_sum", series=("difference_tib",)),
                Bars(name="pre_and_max_difference_value", series=("difference_mean_gib",)),
                Bars(name="pre_and_max_difference_rate", series=("difference_rate_share",)),
            ),
        ),
        Figure(name="forecast_errors", table=_error_table(answers["errors"])),
        Figure(
            name="forecast_bands",
            table=_bands(answers["errors"]),
            charts=(Bars(name="predict", series=("advice_share", "people_share")),),
        ),
    )


def _kept(days: pl.DataFrame, period: Period) -> Table:
    known = {day: (jobs, kept / jobs) for day, jobs, kept in days.rows()}
    steps = steps_between(days["day"], period)
    return table(
        ("day", "jobs", "kept_share"), ((day.isoformat(), *known.get(day, (0, None))) for day in steps)
    )


def _error_table(errors: pl.DataFrame) -> Table:
    sums = errors.group_by("who").agg(pl.col("jobs", "total", "squares").sum())
    figures = sums.select(
        "who",
        "jobs",
        mae_gib=pl.col("total") / pl.col("jobs"),
        rmse_gib=(pl.col("squares") / pl.col("jobs")).sqrt(),
    )
    found = {row[0]: row[1:] for row in figures.rows()}
    rows = ((phrase(f"report_who.{who}"), *found[who]) for who in WHO if who in found)
    return table(("who", "jobs", "mae_gib", "rmse_gib"), rows)


WHO = ("advice", "people")
"""By whom a request was chosen; their names are the texts ``report_who.NAME``."""


def _bands(errors: pl.DataFrame) -> Table:
    total = pl.col("jobs").sum().over("who")
    shares = errors.with_columns(share=pl.col("jobs") / total).select("band", "who", "share")
    found = {(who, band): share for band, who, share in shares.rows()}
    rows = (
        (f"{label} GiB", *(found.get((who, number), 0.0) for who in WHO))
        for number, label in enumerate(labels(_BANDS))
    )
    return table(("error", "advice_share", "people_share"), rows)
