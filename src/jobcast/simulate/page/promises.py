"""Promised starts: on which processors, and how long they were kept for a job before it started.

Plans are made anew again and again; only the last one of each job is drawn, which led to its start. What a job holds
is kept empty at once, and all of it is drawn.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from jobcast.simulate.page.deck import Deck
from jobcast.simulate.page.lanes import Block, Rows, shares, spans_of

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
    start: int | None
    """The start that was promised last; None where nobody could tell."""
    low: int
    """First processor, counted as those of blocks are."""
    high: int
    """The one after the last."""
    held: bool
    """Whether they were kept empty all the time, else only promised."""


def promises(
    reservations: pl.DataFrame | None,
    jobs: pl.DataFrame,
    blocks: Sequence[Block],
    rows: Rows,
    window: tuple[int, int],
) -> tuple[list[Promise], int]:
    """Return the last promises and all holds within a time, and how many; none where the engine doesn't keep them.

    Promises lie where the job came to run in the end, as far as that is on the machines that were promised; else at
    the lowest processors of those. `jobs` and `blocks` are those that are drawn.
    """
    if reservations is None:
        return [], 0
    known = "held" in reservations.columns
    held = pl.col("held").fill_null(value=False) if known else pl.lit(value=False)
    told = reservations.with_columns(held=held).filter(
        pl.col("over") > window[0], pl.col("made") <= window[1]
    )
    found = [
        *_planned(told.filter(~pl.col("held")), jobs, blocks, rows),
        *_held(told.filter("held"), jobs, blocks, rows),
    ]
    return found[:MOST], len(found)


def _planned(
    reservations: pl.DataFrame, jobs: pl.DataFrame, blocks: Sequence[Block], rows: Rows
) -> Iterator[Promise]:
    """Yield the last promise of each job."""
    where: dict[str, list[Block]] = defaultdict(list)
    ids = jobs["id"].to_list()
    for block in blocks:
        where[ids[block.row]].append(block)
    names = pl.col("allocation").list.eval(pl.element().struct.field("machine")).list.join(",")
    last = (
        _merged(reservations.filter(pl.col("start").is_not_null()), names)
        .group_by("id", maintain_order=True)
        .last()
        .sort("made", maintain_order=True)
        .join(jobs.select("id", "cores"), on="id", how="left", maintain_order="left")
    )
    for job, made, over, start, allocation, cores in last.select(
        "id", "made", "over", "start", "allocation", pl.col("cores").fill_null(1)
    ).iter_rows():
        for low, high in _places(where.get(job, []), allocation, cores, rows):
            yield Promise(job=job, made=made, over=over, start=start, low=low, high=high, held=False)


def _held(
    reservations: pl.DataFrame, jobs: pl.DataFrame, blocks: Sequence[Block], rows: Rows
) -> Iterator[Promise]:
    """Yield all that was kept empty, on processors where nobody is drawn meanwhile as far as there are such."""
    if reservations.is_empty():
        return
    decks = _decks(jobs, blocks, rows)
    share = pl.element().struct
    amounts = pl.concat_str(share.field("machine"), share.field("tasks"), separator=" ")
    told = _merged(reservations, pl.col("allocation").list.eval(amounts).list.join(","))
    for job, made, over, start, allocation in (
        told.sort("made", maintain_order=True).select("id", "made", "over", "start", "allocation").iter_rows()
    ):
        for name, wanted in shares(allocation, sum(one["tasks"] for one in allocation), rows):
            base = rows.first_of[name]
            for low, high in decks[name].take(wanted, [(made, over)]):
                yield Promise(
                    job=job, made=made, over=over, start=start, low=base + low, high=base + high, held=True
                )


def _decks(jobs: pl.DataFrame, blocks: Sequence[Block], rows: Rows) -> dict[str, Deck]:
    """Return the machines with all blocks on them.

    A job counts twice while it runs, so that its processors are avoided more than those of a suspended one.
    """
    decks = {name: Deck(size=size) for name, size in rows.size_of.items()}
    names, firsts = list(rows.first_of), list(rows.first_of.values())
    ran, whole = spans_of(jobs), jobs.select("start", "finish").rows()
    for block in blocks:
        place = bisect_right(firsts, block.low) - 1
        piece = block.low - firsts[place], block.high - firsts[place]
        decks[names[place]].put([piece], [*ran[block.row], whole[block.row]])
    return decks


def _merged(reservations: pl.DataFrame, where: pl.Expr) -> pl.DataFrame:
    """Return promises, those of a job as one that follow each other with the same `where`."""
    ordered = reservations.sort("id", "made", maintain_order=True).with_columns(where=where.fill_null(""))
    same = (pl.col("where") == pl.col("where").shift()) & (pl.col("made") == pl.col("over").shift())
    piece = (~(same & (pl.col("id") == pl.col("id").shift())).fill_null(value=False)).cum_sum()
    return (
        ordered.group_by(piece.alias("piece"), maintain_order=True)
        .agg(pl.col("id", "made", "allocation").first(), pl.col("over", "start").last())
        .filter(pl.col("over") > pl.col("made"))
    )


def _places(
    own: Sequence[Block], allocation: Sequence[dict[str, object]] | None, cores: int, rows: Rows
) -> Iterator[tuple[int, int]]:
    """Yield the processors of a promise."""
    for name, wanted in shares(allocation, cores, rows):
        low, high = rows.first_of[name], rows.first_of[name] + rows.size_of[name]
        there = [(block.low, block.high) for block in own if low <= block.low < high]
        yield from there or [(low, low + wanted)]
