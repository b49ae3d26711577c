"""Memory: what jobs that ended well had asked for, against the most that they held."""

from collections.abc import Mapping

import polars as pl

from jobcast.language import Phrase, phrase
from jobcast.report.answers import Answers
from jobcast.report.base import Bars, Density, Fact, Figure, Section, Table
from jobcast.report.intervals import MEMORY_BOUNDS, by_number, cell, density, interval, labels
from jobcast.report.measures import DONE, OF_ONE_TASK
from jobcast.report.memory_users import questions as questions_about_users
from jobcast.report.memory_users import user_figures
from jobcast.units import GIB_PER_TIB

_STEPS = 4
"""Cells of the density to a doubling."""
_NAMES = [f"{label} GiB" for label in labels(MEMORY_BOUNDS)]


def questions(jobs: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """Return what is to be asked of `jobs` (as `measured` returns them) for `section`."""
    compared = jobs.filter(DONE, pl.col("peak").is_not_null())
    both = compared.filter(pl.col("request").is_not_null())
    difference, peak, request, hours = (
        pl.col("request") - pl.col("peak"),
        *map(pl.col, ("peak", "request", "hours")),
    )
    return {
        "counts": jobs.select(
            jobs=pl.len(),
            done=DONE.sum(),
            compared=(DONE & peak.is_not_null()).sum(),
            without_request=(DONE & peak.is_not_null() & request.is_null()).sum(),
            of_one_task=(DONE & OF_ONE_TASK & (pl.col("memory_peak") > 0)).sum(),
        ),
        "totals": both.select(
            request_hours=(request * hours).sum(),
            peak_hours=(peak * hours).sum(),
            over=pl.col("over").sum(),
            under=pl.col("under").sum(),
            over_hours=(pl.col("over") * hours).sum(),
            under_hours=(pl.col("under") * hours).sum(),
        ),
        "by_peak": compared.group_by(interval(peak, MEMORY_BOUNDS).alias("interval")).agg(
            jobs=pl.len(),
            without_request=request.is_null().sum(),
            compared=request.count(),
            difference=difference.sum(),
            rate=(difference / peak).sum(),
            over=pl.col("over").sum(),
            under=pl.col("under").sum(),
        ),
        "by_request": both.group_by(interval(request, MEMORY_BOUNDS).alias("interval")).agg(jobs=pl.len()),
        "cells": both.group_by(peak=cell(peak, _STEPS), request=cell(request, _STEPS)).agg(jobs=pl.len()),
        **questions_about_users(jobs),
    }


def section(answers: Answers) -> Section:
    """Return the section on memory."""
    counts = answers["counts"].row(0, named=True)
    if not counts["compared"]:
        return Section(name="memory", remarks=(_nothing(counts),))
    overall, *compared = _overall(answers)
    asked = counts["compared"] > counts["without_request"]
    remarks = [_counted(counts)]
    if counts["of_one_task"]:
        remarks.append(phrase("report.of_one_task", jobs=f"{counts['of_one_task']:,}"))
    if not asked:
        remarks.append(phrase("report.no_requests"))
    return Section(
        name="memory",
        facts=(*_counts(counts), *(_totals(answers) if asked else ())),
        figures=(overall, *compared, *user_figures(answers)) if asked else (overall,),
        remarks=tuple(remarks),
    )


def _nothing(counts: Mapping[str, int]) -> Phrase:
    if not counts["done"]:
        return phrase("report.no_done", jobs=f"{counts['jobs']:,}")
    return phrase("report.no_peak", done=f"{counts['done']:,}")


def _counted(counts: Mapping[str, int]) -> Phrase:
    return phrase(
        "report.memory_counted",
        compared=f"{counts['compared']:,}",
        jobs=f"{counts['jobs']:,}",
        not_done=f"{counts['jobs'] - counts['done']:,}",
        no_peak=f"{counts['done'] - counts['compared']:,}",
        without=f"{counts['without_request']:,}",
    )


def _counts(counts: Mapping[str, int]) -> tuple[Fact, ...]:
    return (
        Fact(name="measured_jobs", value=counts["compared"]),
        Fact(name="without_request_jobs", value=counts["without_request"]),
        Fact(name="compared_jobs", value=counts["compared"] - counts["without_request"]),
    )


def _totals(answers: Answers) -> tuple[Fact, ...]:
    totals = answers["totals"].row(0, named=True)
    held, used = totals["request_hours"], totals["peak_hours"]
    in_tib = {
        "over_tib_h": totals["over_hours"],
        "under_tib_h": totals["under_hours"],
        "over_tib": totals["over"],
        "under_tib": totals["under"],
    }
    return (
        Fact(name="memory_requested_tib_h", value=held / GIB_PER_TIB),
        Fact(name="memory_used_tib_h", value=used / GIB_PER_TIB),
        Fact(name="memory_efficiency_share", value=used / held if held else None),
        *(Fact(name=name, value=amount / GIB_PER_TIB) for name, amount in in_tib.items()),
    )


def _overall(answers: Answers) -> tuple[Figure, ...]:
    return (
        Figure(
            name="memory_intervals",
            table=_intervals(answers),
            charts=(
                Bars(name="overall_histogram", series=("peak_jobs", "request_jobs")),
                Bars(name="non_rusage_job_count", series=("without_request_jobs",)),
            ),
        ),
        Figure(
            name="memory_cells",
            table=density(
                answers["cells"], ("peak", "request"), ("peak_from_gib", "request_from_gib"), _STEPS
            ),
            charts=(
                Density(
                    name="overall_scatter",
                    across="peak_from_gib",
                    up="request_from_gib",
                    jobs="jobs",
                    steps=_STEPS,
                ),
            ),
        ),
        Figure(
            name="memory_difference",
            table=_difference(answers["by_peak"]),
            charts=(
                Bars(name="rusage_and_max_difference_sum", series=("difference_tib",)),
                Bars(name="rusage_and_max_difference_value", series=("difference_mean_gib",)),
                Bars(name="rusage_and_max_difference_rate", series=("difference_rate_share",)),
                Bars(name="rusage_efficienct", series=("request_to_peak_ratio",), limit=1.0),
            ),
        ),
    )


def _intervals(answers: Answers) -> Table:
    peaks = answers["by_peak"].select("interval", peak_jobs="jobs", without_request_jobs="without_request")
    requests = answers["by_request"].select("interval", request_jobs="jobs")
    both = peaks.join(requests, on="interval", how="full", coalesce=True).select(
        "interval", pl.col("peak_jobs", "request_jobs", "without_request_jobs").fill_null(0)
    )
    return by_number(both, "interval", _NAMES, (0, 0, 0))


def _difference(by_peak: pl.DataFrame) -> Table:
    compared = pl.col("compared")
    mean = pl.when(compared > 0)
    figures = by_peak.select(
        "interval",
        compared_jobs=compared,
        difference_tib=pl.col("difference") / GIB_PER_TIB,
        difference_mean_gib=mean.then(pl.col("difference") / compared),
        difference_rate_share=mean.then(pl.col("rate") / compared),
        request_to_peak_ratio=mean.then(pl.col("rate") / compared + 1),
        over_tib=pl.col("over") / GIB_PER_TIB,
        under_tib=pl.col("under") / GIB_PER_TIB,
    )
    return by_number(figures, "interval", _NAMES, (0, 0.0, None, None, None, 0.0, 0.0))
