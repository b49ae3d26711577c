"""When jobs of a run ran, as rows that are counted alike."""

import polars as pl

COLUMN = "suspended"
"""Column of `jobcast.simulate.run.Run.jobs` that tells when a job was suspended, where the engine keeps that."""


def running(jobs: pl.DataFrame) -> pl.DataFrame:
    """Return ``row start finish`` of each job's time from first start to end, but for that while suspended.

    `jobs` all ran; ``row`` is the place of the job among them.
    """
    whole = jobs.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), "start", "finish")
    gaps = suspended(jobs)
    if gaps.is_empty():
        return whole
    begins = pl.concat([whole.select("row", "start"), gaps.select("row", start="finish")]).sort(
        "row", "start"
    )
    ends = pl.concat([whole.select("row", "finish"), gaps.select("row", finish="start")]).sort(
        "row", "finish"
    )
    pieces = begins.with_columns(ends["finish"])
    return pieces.filter(pl.col("finish") > pl.col("start"))


def suspended(jobs: pl.DataFrame) -> pl.DataFrame:
    """Return ``row start finish`` of each time that a job was suspended; nothing where nobody tells."""
    if COLUMN not in jobs.columns:
        return pl.DataFrame(schema={"row": pl.Int64, "start": pl.Int64, "finish": pl.Int64})
    return (
        jobs.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), COLUMN)
        .explode(COLUMN)
        .drop_nulls()
        .select(
            "row",
            pl.col(COLUMN).struct.field("start"),
            pl.col(COLUMN).struct.field("end").alias("finish"),
        )
        .filter(pl.col("finish") > pl.col("start"))
    )
