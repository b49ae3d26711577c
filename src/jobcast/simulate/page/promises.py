"""Promised starts: on which processors, and how long they were kept for a job before it started.

Plans are made anew again and again; only the last one of each job is drawn, which led to its start.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from jobcast.simulate.page.lanes import Block, Rows, shares

MOST = 2_000
"""Blocks of promises that are drawn."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """Processors that were promised to a job from one second to another."""

    job: str
    """Its id."""
    made: int
    """Since when."""
    over: int
    """When it was kept, given up, or replaced by one elsewhere."""
    start: int
    """The start that was promised last."""
    low: int
    """First processor, counted as those of blocks are."""
    high: int
    """The one after the last."""


def promises(
    reservations: pl.DataFrame | None,
    jobs: pl.DataFrame,
    blocks: Sequence[Block],
    rows: Rows,
    window: tuple[int, int],
) -> tuple[list[Promise], int]:
    """Return the last promises within a time, and how many there are; none where the engine doesn't keep them.

    They lie where the job came to run in the end, as far as that is on the machines that were promised; else at
    the lowest processors of those. `jobs` and `blocks` are those that are drawn.
    """
    if reservations is None:
        return [], 0
    where: dict[str, list[Block]] = defaultdict(list)
    ids = jobs["id"].to_list()
    for block in blocks:
        where[ids[block.row]].append(block)
    told = _merged(reservations, window).join(jobs.select("id", "cores"), on="id", how="left")
    found = [
        Promise(job=job, made=made, over=over, start=start, low=low, high=high)
        for job, made, over, start, allocation, cores in told.select(
            "id", "made", "over", "start", "allocation", pl.col("cores").fill_null(1)
        ).iter_rows()
        for low, high in _places(where.get(job, []), allocation, cores, rows)
    ]
    return found[:MOST], len(found)


def _merged(reservations: pl.DataFrame, window: tuple[int, int]) -> pl.DataFrame:
    """Return the last promise that each job had within a time, going back as long as its machines were the same."""
    names = pl.col("allocation").list.eval(pl.element().struct.field("machine")).list.join(",")
    ordered = (
        reservations.filter(
            pl.col("start").is_not_null(), pl.col("over") > window[0], pl.col("made") <= window[1]
        )
        .sort("id", "made", maintain_order=True)
        .with_columns(names=names.fill_null(""))
    )
    same = (pl.col("names") == pl.col("names").shift()) & (pl.col("made") == pl.col("over").shift())
    piece = (~(same & (pl.col("id") == pl.col("id").shift())).fill_null(value=False)).cum_sum()
    return (
        ordered.group_by(piece.alias("piece"), maintain_order=True)
        .agg(
            pl.col("id", "made", "allocation").first(),
            pl.col("over", "start").last(),
        )
        .filter(pl.col("over") > pl.col("made"))
        .group_by("id", maintain_order=True)
        .last()
        .sort("made", maintain_order=True)
    )


def _places(
    own: Sequence[Block], allocation: Sequence[dict[str, object]] | None, cores: int, rows: Rows
) -> Iterator[tuple[int, int]]:
    """Yield the processors of a promise."""
    for name, wanted in shares(allocation, cores, rows):
        low, high = rows.first_of[name], rows.first_of[name] + rows.size_of[name]
        there = [(block.low, block.high) for block in own if low <= block.low < high]
        yield from there or [(low, low + wanted)]
