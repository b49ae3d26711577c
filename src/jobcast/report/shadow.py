"""What hooks were answered, against what the jobs then did: what would have changed, saved, and been killed.

A request that is only told to be too small (``raise``) is counted in the tables by kind of change, and in no total.
"""

from collections.abc import Sequence

import polars as pl

from jobcast.advice import ChangeKind, Mode, Subject
from jobcast.language import phrase
from jobcast.report.base import Cell, Fact, Figure, Section, Table, table
from jobcast.report.people import name_of
from jobcast.report.shadow_judged import judged

_FIRST = 10
"""Queues, and people, that are told apart."""
_ASIDE = ChangeKind.RAISE.value


def section(entries: pl.DataFrame, matched: pl.DataFrame, risk: float) -> Section:
    """Return what became of `entries` (as `entries_of` returns them), of which the jobs `matched` are known.

    `risk` is the share of jobs that may exceed a forecast, as the site accepts it.
    """
    asked = _asked(entries, matched)
    told = judged(matched.join(asked.select("entry", "place"), on="entry"))
    totals = _sums(told).row(0, named=True)
    changing = asked.filter(_would_change()).height
    return Section(
        name="shadow",
        facts=(
            Fact(name="answered_jobs", value=asked.height),
            Fact(name="would_change_jobs", value=changing),
            Fact(name="found_jobs", value=matched.height),
            Fact(name="unfound_jobs", value=asked.height - matched["entry"].n_unique()),
            Fact(name="lower_request_tib_h", value=totals["request_tib_h"]),
            Fact(name="lower_advice_tib_h", value=totals["advice_tib_h"]),
            Fact(name="lower_peak_tib_h", value=totals["peak_tib_h"]),
            Fact(name="short_as_asked_jobs", value=totals["request_short_jobs"]),
            Fact(name="short_as_advised_jobs", value=totals["advice_short_jobs"]),
            Fact(name="over_advised_limit_jobs", value=totals["over_limit_jobs"]),
            Fact(name="kept_share", value=totals["kept_share"]),
            Fact(name="promised_share", value=1 - risk),
        ),
        figures=(
            Figure(name="shadow_memory", table=_by_kind(asked, told, Subject.MEMORY)),
            Figure(name="shadow_run_limit", table=_by_kind(asked, told, Subject.RUN_LIMIT)),
            Figure(name="shadow_queues", table=_ranked(asked, told, "place", "queue")),
            Figure(name="shadow_users", table=_ranked(asked, told, "user", "user")),
        ),
        remarks=(phrase("shadow.judged"), phrase("shadow.unfound")),
    )


def _asked(entries: pl.DataFrame, matched: pl.DataFrame) -> pl.DataFrame:
    """Add to the entries ``place``: the queue that they name, or else the one that their jobs came to."""
    came = matched.group_by("entry").agg(pl.col("job_queue").drop_nulls().min())
    return entries.join(came, on="entry", how="left").with_columns(place=pl.coalesce("queue", "job_queue"))


def _would_change() -> pl.Expr:
    kinds = (pl.col(f"{subject}_kind") for subject in Subject)
    return pl.any_horizontal((kind != _ASIDE).fill_null(value=False) for kind in kinds)


_SUMS = (
    *("submission_jobs", "finished_jobs", "judged_jobs", "request_tib_h", "advice_tib_h", "peak_tib_h"),
    *("request_short_jobs", "advice_short_jobs", "kept_share", "over_limit_jobs"),
)
"""Columns of the tables by queue and by user."""


def _sums(told: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Add up what would be changed: of memory lowered and set, of run limits how many jobs are over them."""
    made = _doable("memory")
    lowered = pl.col("memory_measured") & (pl.col("memory_kind") == ChangeKind.LOWER.value)
    sums = {
        "finished_jobs": _would_change().sum(),
        "judged_jobs": (pl.col("memory_judged") & made).sum(),
        **{
            name: pl.col(name).filter(lowered).sum()
            for name in ("request_tib_h", "advice_tib_h", "peak_tib_h")
        },
        "request_short_jobs": (pl.col("memory_asked_short") & made).sum(),
        "advice_short_jobs": (pl.col("memory_short") & made).sum(),
        "over_limit_jobs": (pl.col("run_limit_short") & _doable("run_limit")).sum(),
    }
    summed = told.group_by(by).agg(**sums) if by else told.select(**sums)
    return summed.with_columns(kept_share=_kept("advice_short_jobs"))


def _doable(subject: str) -> pl.Expr:
    return (pl.col(f"{subject}_kind") != _ASIDE).fill_null(value=False)


def _kept(short: str) -> pl.Expr:
    return pl.when(pl.col("judged_jobs") > 0).then(1 - pl.col(short) / pl.col("judged_jobs"))


def _ranked(asked: pl.DataFrame, told: pl.DataFrame, by: str, heading: str) -> Table:
    """Return the sums of the first queues or people, by what they would have saved, and of all others together."""
    counts = asked.filter(_would_change()).group_by(by).agg(submission_jobs=pl.len())
    sums = counts.join(_sums(told, by).drop("kept_share"), on=by, how="left", nulls_equal=True).fill_null(0)
    saved = pl.col("request_tib_h") - pl.col("advice_tib_h")
    order = sums.sort(saved, "submission_jobs", by, descending=[True, True, False], nulls_last=True)
    best, rest = order.head(_FIRST), order.slice(_FIRST)
    names = [name_of(name) for name in best[by]]
    figures = best.drop(by)
    if len(rest):
        names.append(phrase("report.others", people=f"{len(rest):,}"))
        figures = pl.concat([figures, rest.drop(by).sum()], how="vertical_relaxed")
    rows = figures.with_columns(kept_share=_kept("advice_short_jobs")).select(_SUMS).rows()
    return table((heading, *_SUMS), ((name, *row) for name, row in zip(names, rows, strict=True)))


_BY_KIND = {
    Subject.MEMORY: ("request_tib_h", "advice_tib_h", "peak_tib_h"),
    Subject.RUN_LIMIT: ("limit_mean_h", "advice_mean_h", "run_mean_h"),
}
"""What is told of the amounts of each part of a request."""


def _by_kind(asked: pl.DataFrame, told: pl.DataFrame, subject: Subject) -> Table:
    """Return a row for each mode and kind of change of one part of a request."""
    kind = f"{subject}_kind"
    by = ["mode", kind]
    counts = asked.filter(pl.col(kind).is_not_null()).group_by(by).agg(submission_jobs=pl.len())
    sums = told.group_by(by).agg(
        finished_jobs=pl.len(),
        judged_jobs=pl.col(f"{subject}_judged").sum(),
        request_short_jobs=pl.col(f"{subject}_asked_short").sum(),
        advice_short_jobs=pl.col(f"{subject}_short").sum(),
        **_amounts(subject),
    )
    rows = counts.join(sums, on=by, how="left").with_columns(
        pl.col("finished_jobs", "judged_jobs", "request_short_jobs", "advice_short_jobs").fill_null(0)
    )
    names = (
        *("submission_jobs", "finished_jobs", "judged_jobs", *_BY_KIND[subject]),
        *("request_short_jobs", "advice_short_jobs", "kept_share"),
    )
    ordered = rows.with_columns(kept_share=_kept("advice_short_jobs")).sort(
        _order("mode", list(Mode)), _order(kind, list(ChangeKind)), nulls_last=True
    )
    return table(("mode", "change", *names), map(_worded, ordered.select(*by, *names).rows()))


def _amounts(subject: Subject) -> dict[str, pl.Expr]:
    """Sum memory times time, or average limits; null where there is none, as of what was left open."""
    known = pl.col(f"{subject}_measured")
    if subject is Subject.MEMORY:
        return {name: _sum(pl.col(name).filter(known)) for name in _BY_KIND[subject]}
    columns = zip(_BY_KIND[subject], ("limit_h", "advice_h", "ran"), strict=True)
    return {name: pl.col(column).filter(known).mean() for name, column in columns}


def _sum(values: pl.Expr) -> pl.Expr:
    return pl.when(values.count() > 0).then(values.sum())


def _order(column: str, words: Sequence[str]) -> pl.Expr:
    """Return the place of a word in `words`; one of a newer jobcast comes last."""
    places = range(len(words))
    return pl.col(column).replace_strict(list(words), list(places), default=None, return_dtype=pl.Int8)


def _worded(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    mode, kind, *figures = row
    known = kind in set(ChangeKind)
    return (mode, phrase(f"report_change.{kind}") if known else kind, *figures)
