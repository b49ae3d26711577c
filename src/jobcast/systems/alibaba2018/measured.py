"""What was measured of jobs, and what became of them, from all rows of some whole jobs."""

from dataclasses import dataclass

import polars as pl

from jobcast.systems.alibaba2018.attempts import judged

LANDMARKS = (60, 300, 900, 3600)
"""Seconds after a job's start at which it is looked at while it runs."""

_USED = {"cpu_avg": "cpu", "mem_avg": "memory"}

LATER = len(LANDMARKS)
"""The bin of what happened after the last landmark."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Measured:
    """Some jobs; equal only to itself."""

    jobs: pl.DataFrame
    """One row per job, ``number`` from 0."""
    starts: pl.DataFrame
    """One row per attempt: ``number`` of the job, ``bin`` of the landmark by which it had started, ``machine_id``,
    ``machine_share`` (see `scatter`) and ``start_time``."""
    running: pl.DataFrame | None
    """One row per job and ``bin``: how many attempts had started and ended by that landmark; None where nobody
    wants it, and all starts are in one bin."""
    aside: pl.DataFrame
    """``line`` and ``reason`` of attempts that can't be true beside others of their instance."""


def measure(rows: pl.DataFrame, *, running: bool) -> Measured:
    """Return what is known of the jobs whose attempts are all in `rows`, as `scatter` writes them."""
    attempts, aside = _tell_attempts(rows)
    jobs = attempts.group_by("job").agg(*_outcome(), *_used()).sort("job").with_row_index("number")
    jobs = jobs.with_columns(
        (pl.col("attempts") - pl.col("again")).alias("instances"), (pl.col("rescheduled") > 0).alias("failed")
    ).drop("again")
    placed = attempts.join(jobs.select("job", "number", "start"), on="job", how="left")
    started = placed.with_columns((_bin("start_time") if running else pl.lit(0, pl.UInt8)).alias("bin"))
    return Measured(
        jobs=jobs,
        starts=started.select("number", "bin", "machine_id", "machine_share", "start_time"),
        running=_running(started) if running else None,
        aside=aside,
    )


def _tell_attempts(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the attempts that can be true, with what is lost until the ``next`` one; and those that can't."""
    repeated = rows["instance"].is_duplicated()
    several = judged(rows.filter(repeated))
    doubted = pl.col("reason").is_not_null()
    following = pl.col("start_time").shift(-1).over("instance")
    kept = several.filter(~doubted).with_columns(
        following.alias("next"), (pl.int_range(pl.len()).over("instance") > 0).alias("again")
    )
    known_end = kept.with_columns(pl.coalesce("end_time", "next").alias("end_time")).drop("reason")
    once = rows.filter(~repeated).with_columns(
        pl.lit(None, pl.Int32).alias("next"), pl.lit(value=False).alias("again")
    )
    return pl.concat([once, known_end]), several.filter(doubted).select("line", "reason")


def _outcome() -> list[pl.Expr]:
    start, end, following, again = (pl.col(name) for name in ("start_time", "end_time", "next", "again"))
    first_again = following.is_not_null() & ~again
    wasted = following - start
    return [
        start.min().alias("start"),
        pl.when(end.null_count() == 0).then(end.max()).alias("end"),
        pl.len().alias("attempts"),
        again.sum().alias("again"),
        first_again.sum().alias("rescheduled"),
        wasted.sum().cast(pl.Int64).alias("wasted_seconds"),
        pl.when(following.is_not_null()).then(end).min().alias("failed_at"),
    ]


def _used() -> list[pl.Expr]:
    """Averages over attempts that ended; 100 of CPU are one core."""
    ran = pl.col("end_time") - pl.col("start_time")
    return [
        ran.mean().cast(pl.Float32).alias("run_time_mean"),
        ran.max().alias("run_time_max"),
        *(pl.col(name).mean().cast(pl.Float32) for name in ("cpu_avg", "mem_avg")),
        *(pl.col(name).max() for name in ("cpu_max", "mem_max")),
        (ran.cast(pl.Float64) * pl.col("cpu_avg") / 100).sum().alias("core_seconds"),
    ]


def _bin(moment: str) -> pl.Expr:
    """Return the number of the first landmark at which `moment` was past, `LATER` where there is none."""
    passed = pl.col(moment) - pl.col("start")
    return pl.sum_horizontal((passed > landmark).cast(pl.UInt8) for landmark in LANDMARKS)


def _running(started: pl.DataFrame) -> pl.DataFrame:
    """Count for each job and bin, not summed up over bins, what started and ended; with means as sums."""
    ran = pl.col("end_time") - pl.col("start_time")
    begun = started.group_by("number", "bin").agg(pl.len().alias("started"))
    ended = (
        started.filter(pl.col("end_time").is_not_null())
        .group_by("number", _bin("end_time").alias("bin"))
        .agg(
            pl.len().alias("ended"),
            ran.sum().cast(pl.Int64).alias("ran"),
            ran.max().alias("ran_longest"),
            *(pl.col(used).count().alias(f"{name}_told") for used, name in _USED.items()),
            *(pl.col(used).cast(pl.Float64).sum().alias(name) for used, name in _USED.items()),
        )
    )
    return begun.join(ended, on=["number", "bin"], how="full", coalesce=True)
