"""Memory by user: who asks for far more than is used, who for less, and whose jobs fail over it."""

from collections.abc import Mapping

import polars as pl

from jobcast.language import Phrase, phrase
from jobcast.report.answers import Answers
from jobcast.report.base import Bars, Cell, Figure, Histograms, Ring, Table, table
from jobcast.report.intervals import MEMORY_BOUNDS, TOLERATED, by_interval, cell, lower_bound
from jobcast.report.kinds import kind
from jobcast.report.measures import DONE, FAILED, KILLED_FOR_MEMORY
from jobcast.report.people import by_name, name_of, ranked
from jobcast.units import GIB_PER_TIB, format_amount

_WORST = 15
"""People of whom histograms are drawn, on each side."""
_STEPS = 2
"""Bars of a histogram to a doubling."""
_MAIN = 0.7
"""A program that runs in more of somebody's jobs than this is what the jobs are called after."""
_OWN = ("peak_p95", "peak_deviation")


def questions(jobs: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """Return what is to be asked of `jobs` (as `measured` returns them) for `user_figures`."""
    compared = jobs.filter(DONE, pl.col("peak").is_not_null())
    over, under, peak, request, hours = map(pl.col, ("over", "under", "peak", "request", "hours"))
    tolerated = peak * by_interval(peak, MEMORY_BOUNDS, TOLERATED)
    short = (under > 0) | KILLED_FOR_MEMORY.fill_null(value=False)
    return {
        "users": compared.group_by("user").agg(
            jobs=pl.len(),
            asked=request.count(),
            peaks=peak.sum(),
            requests=request.sum(),
            hours=hours.sum(),
            over=over.sum(),
            over_jobs=(over > 0).sum(),
            over_hours=(over * hours).sum(),
            under=under.sum(),
            under_jobs=(under > 0).sum(),
            under_hours=(under * hours).sum(),
            outside=(request - tolerated).clip(0).sum(),
            peak_deviation=peak.std(),
        ),
        "quantiles": by_name(
            compared, "user", "peak", {"peak_p95": peak.quantile(0.95, interpolation="linear")}
        ),
        "endings": jobs.filter(DONE | FAILED)
        .group_by("user")
        .agg(
            jobs=pl.len(),
            failed=FAILED.sum(),
            asked=(request.is_not_null() & (peak.is_not_null() | KILLED_FOR_MEMORY)).sum(),
            short=(short & request.is_not_null()).sum(),
            under=under.sum(),
        ),
        "peaks": compared.group_by("user", cell=cell(peak, _STEPS)).agg(jobs=pl.len()),
        "requests": compared.filter(request.is_not_null())
        .group_by("user", cell=cell(request, _STEPS))
        .agg(jobs=pl.len()),
        "kinds": compared.group_by("user", kind()).agg(jobs=pl.len()),
    }


def user_figures(answers: Answers) -> tuple[Figure, ...]:
    """Return the figures by user."""
    users = answers["users"].join(answers["quantiles"], on="user", how="left", nulls_equal=True)
    return (
        Figure(
            name="memory_outside_users",
            table=_outside(users),
            charts=(Ring(name="tolerance_rusage_user_pie_chart", value="outside_tib", first=10),),
        ),
        Figure(
            name="memory_over_users",
            table=_by_hours(users, "over"),
            charts=(Ring(name="mem_hours_user_pie_chart", value="over_tib_h", first=5),),
        ),
        Figure(
            name="memory_under_users",
            table=_by_hours(users, "under"),
            charts=(Ring(name="under_mem_hours_user_pie_chart", value="under_tib_h", first=7),),
        ),
        Figure(
            name="memory_failing_users",
            table=_failing(answers["endings"]),
            charts=(Bars(name="under_exit_histogram", series=("failed_share", "short_share")),),
        ),
        _histograms(answers, users, "over", "more"),
        _histograms(answers, users, "under", "less"),
    )


def _mean(total: str, jobs: str) -> pl.Expr:
    return pl.when(pl.col(jobs) > 0).then(pl.col(total) / pl.col(jobs))


def _outside(users: pl.DataFrame) -> Table:
    mean = _mean("peaks", "jobs")
    columns = {
        "over_tib": pl.col("over") / GIB_PER_TIB,
        "outside_tib": pl.col("outside") / GIB_PER_TIB,
        "over_mean_gib": _mean("over", "over_jobs"),
        "peak_mean_gib": mean,
        "request_mean_gib": _mean("requests", "asked"),
        "over_jobs": pl.col("over_jobs"),
        "peak_3sd_gib": mean + 3 * pl.col("peak_deviation"),
        "peak_p95_gib": pl.col("peak_p95"),
    }
    return ranked(users, "outside", 30, columns, own=_OWN)


def _by_hours(users: pl.DataFrame, side: str) -> Table:
    """Rank by what was asked for too much (`side` is ``over``) or too little (``under``), times the run time."""
    columns = {
        f"{side}_tib_h": pl.col(f"{side}_hours") / GIB_PER_TIB,
        f"{side}_mean_gib": _mean(side, f"{side}_jobs"),
        "run_mean_h": _mean("hours", "jobs"),
        "peak_mean_gib": _mean("peaks", "jobs"),
        "request_mean_gib": _mean("requests", "asked"),
        f"{side}_jobs": pl.col(f"{side}_jobs"),
        "peak_p95_gib": pl.col("peak_p95"),
    }
    return ranked(users, f"{side}_hours", _WORST, columns, own=_OWN)


def _failing(endings: pl.DataFrame) -> Table:
    shares = endings.with_columns(
        failed_share=pl.col("failed") / pl.col("jobs"), short_share=_mean("short", "asked")
    ).with_columns(product=pl.col("failed_share") * pl.col("short_share"))
    worst = (
        shares.filter(pl.col("product") > 0).sort("product", "user", descending=[True, False]).head(_WORST)
    )
    figures = worst.select(
        "failed_share", "short_share", failed_jobs="failed", short_jobs="short", under_gib="under"
    )
    rows = ((name_of(user), *figure) for user, figure in zip(worst["user"], figures.rows(), strict=True))
    return table(("user", *figures.columns), rows)


def _histograms(answers: Answers, users: pl.DataFrame, side: str, name: str) -> Figure:
    """Return the histograms of the people who ask for the most too much, or too little, times the run time."""
    some = users.filter(pl.col(f"{side}_hours") > 0, pl.col("user").is_not_null())
    worst = some.sort(f"{side}_hours", "user", descending=[True, False]).head(_WORST)
    order = {user: place for place, user in enumerate(worst["user"])}
    p95 = dict(worst.select("user", "peak_p95").rows())
    counted: dict[tuple[str, int], list[int]] = {}
    for place, part in enumerate(("peaks", "requests")):
        found = answers[part].filter(pl.col("user").is_in(list(order)), pl.col("cell").is_not_null())
        for user, number, jobs in found.select("user", "cell", "jobs").rows():
            counted.setdefault((user, number), [0, 0])[place] = jobs
    bars = sorted(counted.items(), key=lambda bar: (order[bar[0][0]], bar[0][1]))
    rows: list[tuple[Cell, ...]] = [
        (user, lower_bound(number, _STEPS), *jobs) for (user, number), jobs in bars
    ]
    return Figure(
        name=f"memory_{name}_histograms",
        table=table(("user", "from_gib", "peak_jobs", "request_jobs"), rows),
        charts=(
            Histograms(
                name=f"{name}_hist",
                across="from_gib",
                series=("peak_jobs", "request_jobs"),
                steps=_STEPS,
                subtitles=_subtitles(answers["kinds"], p95),
                limits=p95,
            ),
        ),
    )


def _subtitles(kinds: pl.DataFrame, p95: Mapping[str, float]) -> dict[str, Phrase]:
    """Say of each user how much 95 % of the jobs stay below, and what they mostly run."""
    mine = kinds.filter(pl.col("user").is_in(list(p95))).sort("jobs", "kind", descending=[True, False])
    main = mine.group_by("user").agg(
        kind=pl.col("kind").first(), share=pl.col("jobs").first() / pl.col("jobs").sum()
    )
    known = {user: kind for user, kind, share in main.rows() if share > _MAIN}
    return {
        user: phrase("report.p95_of", amount=format_amount(amount), kind=known[user])
        if user in known
        else phrase("report.p95", amount=format_amount(amount))
        for user, amount in p95.items()
    }
