"""Cases from the rows of jobs that `jobcast.systems.alibaba2018.extract` writes.

The trace tells no submission: a job's start stands for it. What had ended before then is known.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from polars.exceptions import PolarsError

from jobcast.errors import InputError
from jobcast.language import say
from jobcast.systems.alibaba2018.nearby import PEAKS, STATES
from jobcast.systems.alibaba2018.plans import PLAN
from jobcast.systems.alibaba2018.rows import CLUSTER, SEEN
from jobcast.train.failures.cases import Cases, Floats, Vantage

USED = ("run_time_mean", "run_time_max", "cpu_avg", "cpu_max", "mem_avg", "mem_max", "instances")
NEARBY = (*STATES, *(f"{name}_max" for name in PEAKS))
FAMILY = ("family_jobs", "family_rate", "family_last_failed", "family_run_time", "family_age")
"""Of the jobs with the same plan that had ended: how many, the share that failed, the last one, their mean run time,
and seconds since the last one ended."""
RECENT = ("recent_jobs", "recent_rate")
"""All jobs that ended within the hour before, and the share of them that failed: failures come in bursts."""

FEATURES = {
    Vantage.SUBMISSION: (*PLAN, "hour", *CLUSTER, *FAMILY, *RECENT),
    Vantage.RUNNING: (*PLAN, "hour", *CLUSTER, *FAMILY, *RECENT, "landmark", "progress", *SEEN, *NEARBY),
    Vantage.AFTERWARDS: (*PLAN, *USED, *NEARBY),
}
"""What may be known from each vantage point."""

_MEASURED = ("run_time_mean", "cpu_avg", "mem_avg", "instances")
_OUTCOME = ("job", "signature", "start", "end", "failed", "run_time_mean")
_HOUR = 3600
_NEVER = np.iinfo(np.int64).max


def running_beside(jobs: Path) -> Path:
    """Return where the rows of running jobs are looked for: ``jobs.parquet`` has ``jobs.running.parquet``."""
    return jobs.with_name(f"{jobs.stem}.running{jobs.suffix}")


def of_trace(jobs: Path, vantage: Vantage, running: Path | None = None, *, unended: bool = False) -> Cases:
    """Return the jobs of the file `jobs` that have ended, by the time as of which they are looked at.

    While they run there is one case for each landmark; those are read from `running`, by default the file
    `running_beside` it. With `unended` also jobs whose end is unknown, but not afterwards, and not at landmarks later
    than all starts and ends in `jobs`. Raises InputError where a file is lacking or of another kind.
    """
    known = _with_history(_looked_at(jobs, vantage, running, unended=unended), _outcomes(jobs))
    ended = known["end"].is_not_null()
    hour = (pl.col("start") % 86400) / _HOUR
    whole = known.with_columns(hour.alias("hour"))
    if vantage is Vantage.RUNNING:
        progress = pl.col("started") / pl.col("planned_instances")
        whole = whole.with_columns(pl.when(progress.is_finite()).then(progress).alias("progress"))
    return Cases(
        vantage=vantage,
        features=FEATURES[vantage],
        matrix=_matrix(whole, FEATURES[vantage]),
        failed=(whole["failed"] & ended).to_numpy(),
        asked=whole["asked"].to_numpy(),
        finished=whole["end"].cast(pl.Int64).fill_null(_NEVER).to_numpy(),
        measured=_matrix(whole, _MEASURED),
        cost=_floats(whole["core_seconds"].fill_null(0.0)),
        ended=ended.to_numpy() if unended else None,
        jobs=whole["job"].rank("dense").cast(pl.Int64).to_numpy() if vantage is Vantage.RUNNING else None,
        rivals={
            "family_rate": _floats(whole["family_rate"]),
            "family_last_failed": _floats(whole["family_last_failed"]),
        },
    )


def names_of_trace(
    jobs: Path, vantage: Vantage, running: Path | None = None, *, unended: bool = False
) -> list[str]:
    """Return the names of the jobs that `of_trace` returns, in the same order. Raises InputError likewise."""
    return _looked_at(jobs, vantage, running, unended=unended)["job"].cast(pl.String).to_list()


def _looked_at(jobs: Path, vantage: Vantage, running: Path | None, *, unended: bool) -> pl.DataFrame:
    """Return the rows of jobs that have ended, or of all, in the order of ``asked``."""
    if vantage is Vantage.RUNNING:
        source, asked = running or running_beside(jobs), pl.col("asked")
    else:
        source, asked = jobs, pl.col("start" if vantage is Vantage.SUBMISSION else "end")
    rows = _read(source, vantage).with_columns(asked.cast(pl.Int64).alias("asked"))
    seen = pl.col("end").is_not_null()
    if unended and vantage is not Vantage.AFTERWARDS:
        seen |= pl.col("asked") <= _latest(jobs)
    return rows.filter(seen).sort("asked", "job")


def _latest(jobs: Path) -> int | None:
    """Return the last moment of which the rows tell: `extract` writes landmarks of unended jobs beyond it too."""
    rows = _read(jobs, Vantage.SUBMISSION)
    told: int | None = rows.select(pl.max_horizontal(pl.col("start").max(), pl.col("end").max())).item()
    return told


def _read(file: Path, vantage: Vantage) -> pl.DataFrame:
    """Read the columns that are needed; raises InputError."""
    made = {"hour", "progress", *FAMILY, *RECENT}
    needed = {name for name in FEATURES[vantage] if name not in made}
    needed |= {*_OUTCOME, *_MEASURED, "core_seconds"} | ({"asked"} if vantage is Vantage.RUNNING else set())
    try:
        return pl.scan_parquet(file).select(sorted(needed)).collect()
    except (OSError, PolarsError) as error:
        if vantage is Vantage.RUNNING:
            cure = say("trace.no_running_cure", path=file)
            raise InputError(say("trace.no_running", path=file), hint=cure) from error
        raise InputError(
            say("trace.no_rows", path=file), hint=say("trace.no_rows_cure", path=file)
        ) from error


def _outcomes(jobs: Path) -> pl.DataFrame:
    """Return what had become known of jobs, in the order of their ends."""
    rows = _read(jobs, Vantage.SUBMISSION).select(_OUTCOME)
    return (
        rows.filter(pl.col("end").is_not_null()).sort("end", "job").with_columns(pl.col("end").cast(pl.Int64))
    )


def _with_history(rows: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Add `FAMILY` and `RECENT` as of ``asked``: what ended in that very second is not known yet."""
    family = outcomes.filter(pl.col("signature").is_not_null()).select(
        "signature",
        "end",
        pl.int_range(1, pl.len() + 1).over("signature").alias("family_jobs"),
        (pl.col("failed").cum_sum() / pl.int_range(1, pl.len() + 1)).over("signature").alias("family_rate"),
        pl.col("failed").cast(pl.Float64).alias("family_last_failed"),
        (pl.col("run_time_mean").cum_sum() / pl.col("run_time_mean").cum_count())
        .over("signature")
        .alias("family_run_time"),
        pl.col("end").alias("family_end"),
    )
    known = rows.drop("end").join_asof(
        family,
        left_on="asked",
        right_on="end",
        by="signature",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    aged = known.with_columns(
        rows["end"],
        (pl.col("asked") - pl.col("family_end")).alias("family_age"),
        pl.col("family_jobs").fill_null(0),
    )
    return aged.with_columns(_recent(rows["asked"].to_numpy(), outcomes))


def _recent(asked: np.ndarray, outcomes: pl.DataFrame) -> list[pl.Series]:
    ends = outcomes["end"].to_numpy()
    failed = np.concatenate([[0], outcomes["failed"].to_numpy().cumsum()])
    until, since = (np.searchsorted(ends, moment, side="left") for moment in (asked, asked - _HOUR))
    jobs = until - since
    share = np.where(jobs > 0, (failed[until] - failed[since]) / np.maximum(jobs, 1), np.nan)
    return [pl.Series("recent_jobs", jobs), pl.Series("recent_rate", share)]


def _matrix(rows: pl.DataFrame, names: Sequence[str]) -> np.ndarray:
    columns = (pl.col(name).cast(pl.Float32).fill_null(float("nan")) for name in names)
    return np.ascontiguousarray(rows.select(columns).to_numpy())


def _floats(column: pl.Series) -> Floats:
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
