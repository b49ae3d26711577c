"""Tables of people (or projects, or queues): those with the most first, the others put together for the sums."""

from collections.abc import Mapping, Sequence

import polars as pl

from jobcast.language import phrase
from jobcast.report.base import Cell, Table, table


def ranked(
    people: pl.DataFrame, by: str, first: int, columns: Mapping[str, pl.Expr], *, own: Sequence[str] = ()
) -> Table:
    """Return the `first` of the `people` with the most `by`, and a row for all others.

    `people` has the names in its first column and sums in all others, but for those that are each one's `own`, such
    as a quantile, and which the others together don't have. `columns` are computed from these, for each row and for
    the others alike, so that a mean of the others is one of their jobs. People with nothing are left out.
    """
    called = people.columns[0]
    some = people.filter(pl.col(by) > 0).sort(by, called, descending=[True, False], nulls_last=True)
    best, rest = some.head(first), some.slice(first)
    if len(rest):
        sums = pl.exclude(called, *own).sum()
        none = [pl.lit(None).alias(name) for name in (called, *own)]
        others = rest.select(sums, *none).select(some.columns)
        best = pl.concat([best, others], how="vertical_relaxed")
    figures = best.select(share=pl.col(by) / some[by].sum(), **columns)
    names = [name_of(user) for user in some[called].head(first)]
    if len(rest):
        names.append(phrase("report.others", people=f"{len(rest):,}"))
    return table(
        (called, *figures.columns), ((name, *row) for name, row in zip(names, figures.rows(), strict=True))
    )


def by_name(jobs: pl.LazyFrame, name: str, amount: str, figures: Mapping[str, pl.Expr]) -> pl.LazyFrame:
    """Return for each value of the column `name` the `figures`, quantiles of the column `amount` among them.

    Quantiles need a number of every job at once, and therefore no more of it is held: of the name only a code.
    """
    held = jobs.select(pl.col(name).cast(pl.Categorical), amount)
    return held.group_by(name).agg(**figures).with_columns(pl.col(name).cast(pl.String))


def name_of(name: str | None) -> Cell:
    """Return how somebody or something without a name in the history is called."""
    return name or phrase("report.nobody")
