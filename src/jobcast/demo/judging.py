"""What requests of three kinds would have held, and which jobs they would have failed.

As requested: what people asked for. With jobcast: what the forecast advises, and what people asked for where
there is no forecast. Perfect knowledge: the job's own peak, to the byte, which nobody can know beforehand.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from jobcast.units import GIB, TIB


@dataclass(frozen=True, kw_only=True, slots=True)
class WayScore:
    """One way to ask for memory, over the jobs that asked for any."""

    way: str
    """``as_requested``, ``with_jobcast`` or ``perfect_knowledge``."""
    memory_time: float
    """Request times run time, in TiB hours."""
    short: float
    """Share of jobs whose request is below what they need."""
    median_error: float | None
    """Factor between the amount told and the amount needed, in the median of all judged jobs; None where no
    amount was told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The judgement on the last days."""

    jobs: int
    """Jobs that were judged: those whose peak was measured."""
    without_request: int
    """Jobs among them that asked for nothing, and of which only the error is judged."""
    without_forecast: int
    """Jobs among them that are like nothing seen before."""
    scores: tuple[WayScore, ...]
    """As requested, with jobcast, perfect knowledge: in this order."""
    noise: float
    """The median error of whoever knows all but the noise between runs."""


def judged(answers: pl.DataFrame, history: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """Put together what is known of each answered job: `answers` are those of `jobcast.train.judge.back_test`.

    To the columns of the history come, in bytes, the truth (`memory_truth`, `memory_needed`) and the forecast
    (`forecast`, `advised`; null where there is none).
    """
    amounts = {"median": "forecast", "request": "advised"}
    told = answers.select(
        pl.col("job_id").alias("id"),
        *(
            (pl.col(name).fill_nan(None) * GIB).round().cast(pl.Int64).alias(to)
            for name, to in amounts.items()
        ),
    )
    element = pl.format("{}[{}]", "job_id", "array_index")
    known = history.join(truth, on=("job_id", "array_index"), nulls_equal=True)
    named = known.with_columns(id=pl.coalesce(element, "job_id"))
    return told.join(named, on="id", how="left", maintain_order="left").drop("id")


def verdict(jobs: pl.DataFrame) -> Verdict:
    """Judge the jobs that `judged` returned."""
    needed = pl.col("memory_needed")
    asked = jobs.filter(pl.col("memory_requested").is_not_null())
    ways = {
        "as_requested": (pl.col("memory_requested"), None),
        "with_jobcast": (pl.coalesce("advised", "memory_requested"), _median_error(jobs, "forecast")),
        "perfect_knowledge": (needed, 1.0),
    }
    return Verdict(
        jobs=len(jobs),
        without_request=len(jobs) - len(asked),
        without_forecast=jobs["forecast"].null_count(),
        scores=tuple(
            WayScore(
                way=way,
                memory_time=asked.select((amount * pl.col("run_time")).sum()).item() / TIB / 3600,
                short=asked.select((amount < needed).mean()).item() or 0.0,
                median_error=error,
            )
            for way, (amount, error) in ways.items()
        ),
        noise=_median_error(jobs, "memory_truth") or 1.0,
    )


def _median_error(jobs: pl.DataFrame, told: str) -> float | None:
    factor = (pl.col(told) / pl.col("memory_needed")).log().abs().median()
    found = jobs.select(factor).item()
    return None if found is None else float(np.exp(found))


def most_over_requested(jobs: pl.DataFrame, count: int) -> pl.DataFrame:
    """Return the kinds of jobs that would free most memory times time if they took the advice.

    A kind is a user and a job name, or the program where a job has none. Each row is the last job of its kind,
    with `runs`, how many there were, and `used`, the largest peak of them all. Kinds that would have been
    advised to ask for less than they used once are left out.
    """
    program = pl.col("command").str.split(" ").list.first().str.split("/").list.last()
    freed = (pl.col("memory_requested") - pl.col("advised")) * pl.col("run_time")
    return (
        jobs.filter(pl.all_horizontal(pl.col("memory_requested", "advised").is_not_null()))
        .with_columns(kind=pl.coalesce("name", program), freed=freed)
        .group_by("user", "kind")
        .agg(
            pl.exclude("freed").sort_by("submit_time", "job_id").last(),
            runs=pl.len(),
            used=pl.col("memory_peak").max(),
            freed=pl.col("freed").sum(),
        )
        .filter(pl.col("freed") > 0, pl.col("used") <= pl.col("advised"))
        .sort("freed", "user", "kind", descending=[True, False, False])
        .head(count)
    )
