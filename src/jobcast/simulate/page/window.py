"""Which part of a run is drawn job by job: all of it, or a time in which most jobs waited."""

from dataclasses import dataclass

import polars as pl

from jobcast.simulate.page.course import waiting

MOST_BARS = 3_000
"""Blocks of jobs on machines that are drawn; more would hide each other, and keep a browser busy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A part of the time, and the jobs that ran in it."""

    start: int
    """Second at which it begins."""
    end: int
    """Second at which it ends."""
    jobs: pl.DataFrame
    """Those that ran in it, in the order of their starts."""
    chosen: bool
    """Whether somebody chose it; else it is all, or was found."""
    whole: bool
    """Whether it is all of the run."""


def window(jobs: pl.DataFrame, chosen: tuple[int, int] | None = None, most: int = MOST_BARS) -> Window:
    """Return what to draw of these jobs (``submit start finish allocation``), which all ran; at least one.

    All where that makes at most `most` blocks, else as much as does around the moment at which most jobs waited;
    a time that is `chosen` is cut where it holds too many.
    """
    ordered = jobs.with_columns(blocks=_blocks(jobs)).sort("start", "finish", maintain_order=True)
    first, last = int(ordered["submit"].min() or 0), int(ordered["finish"].max() or 0)  # type: ignore[arg-type]
    begin, end = chosen or (first, last)
    found = _within(ordered, begin, end)
    total = int(found["blocks"].sum())
    if total > most:
        begin, end = _around(found, begin if chosen else _peak(found), most, centred=chosen is None)
        found = _within(ordered, begin, end)
        shown = found["blocks"].cum_sum() <= most
        found = found.filter(shown | (pl.int_range(pl.len()) == 0))
    return Window(
        start=begin,
        end=end,
        jobs=found.drop("blocks"),
        chosen=chosen is not None,
        whole=begin <= first and end >= last and len(found) == len(jobs),
    )


def _blocks(jobs: pl.DataFrame) -> pl.Expr:
    if jobs["allocation"].null_count() == len(jobs):
        return pl.lit(1, dtype=pl.Int64)
    return pl.col("allocation").list.len().fill_null(1).clip(1).cast(pl.Int64)


def _within(jobs: pl.DataFrame, begin: int, end: int) -> pl.DataFrame:
    return jobs.filter(pl.col("finish") > begin, pl.col("start") <= end)


def _peak(jobs: pl.DataFrame) -> int:
    """Return a second at which the most jobs waited."""
    times, counts = waiting(jobs["submit"].to_numpy(), jobs["start"].to_numpy())
    return int(times[counts.argmax()])


def _around(jobs: pl.DataFrame, moment: int, most: int, *, centred: bool) -> tuple[int, int]:
    """Return a time around a moment, or from it on, in which jobs of at most `most` blocks start or run."""
    starts = jobs["start"].to_numpy()
    blocks = jobs["blocks"].cum_sum().to_numpy()
    middle = int(starts.searchsorted(moment))
    share = most * 3 // 4
    before = blocks[middle - 1] if middle else 0
    low = int(blocks.searchsorted(max(before - (share // 2 if centred else 0), 0)))
    high = int(blocks.searchsorted((blocks[low - 1] if low else 0) + share, side="right")) - 1
    begin = int(starts[min(low, len(starts) - 1)])
    return begin, max(int(starts[min(max(high, low), len(starts) - 1)]), begin + 1)
