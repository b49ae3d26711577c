"""What the figures of a report are made of: one definition each, as columns.

A job counts as having asked for memory when its request is above 0, and as measured when its peak is; LSF and
Slurm both write 0 where nothing was asked for or measured. The peak of a job's largest task (Slurm's MaxRSS) is
none of a job with several cores, which may have run as many tasks. Memory is in GiB, time in hours.
"""

import polars as pl

from jobcast.job import ExitReason, JobState, MemoryBasis
from jobcast.units import GIB

DONE = pl.col("state") == JobState.DONE.value
FAILED = pl.col("state") == JobState.FAILED.value
KILLED_FOR_MEMORY = pl.col("exit_reason") == ExitReason.MEMORY_LIMIT.value

OF_ONE_TASK = (pl.col("memory_basis") == MemoryBasis.RSS_MAX_TASK.value).fill_null(value=False) & (
    pl.col("cores_requested") > 1
).fill_null(value=False)
"""The peak is that of the largest of perhaps several tasks."""


def measured(jobs: pl.LazyFrame) -> pl.LazyFrame:
    """Add the columns that all sections count in; null where a job doesn't tell.

    ``request`` and ``peak`` in GiB; ``over`` and ``under`` in GiB, what the request exceeds the peak by, and the
    other way round; ``hours`` of the run (0 for a job that never ran); ``cores``; ``busy``, how many of them
    were kept busy on average; ``wait`` in hours.
    """
    request, peak = pl.col("request"), pl.col("peak")
    run_time = pl.col("run_time")
    waited = (pl.col("start_time") - pl.col("submit_time")).dt.total_milliseconds() / 3_600_000
    return jobs.with_columns(
        request=_above_0("memory_requested") / GIB,
        peak=pl.when(~OF_ONE_TASK).then(_above_0("memory_peak")) / GIB,
        hours=run_time.fill_null(0) / 3600,
        cores=_above_0("cores_requested"),
        busy=pl.when(run_time > 0).then(pl.col("cpu_time") / run_time),
        wait=waited.clip(0),
    ).with_columns(
        over=(request - peak).clip(0),
        under=(peak - request).clip(0),
    )


def _above_0(column: str) -> pl.Expr:
    return pl.when(pl.col(column) > 0).then(pl.col(column))
