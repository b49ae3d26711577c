"""The demo's made-up cluster at any size, written the way each batch system would."""

from pathlib import Path

import polars as pl

from jobcast.demo.acct import records
from jobcast.demo.cluster import START, make_history
from jobcast.systems.memprediction.writer import write_csv
from jobcast.units import KIB, MIB

DAYS = 60


def history(jobs: int, days: int = DAYS) -> pl.DataFrame:
    """Return so many finished jobs; the same at each call."""
    return make_history(jobs, days).history


def write_acct(jobs: pl.DataFrame, folder: Path) -> None:
    """Write LSF's accounting file, without the broken records of the demo, on which other readers stop."""
    (folder / "lsb.acct").write_text("\n".join(records(jobs)) + "\n")


def write_memprediction(jobs: pl.DataFrame, folder: Path) -> None:
    """Write one file for each day, as memPrediction does."""
    write_csv(jobs, folder)


def write_swf(jobs: pl.DataFrame, folder: Path) -> None:
    """Write a log in the Standard Workload Format."""
    first = jobs["submit_time"].min()
    wait = (pl.col("start_time") - pl.col("submit_time")).dt.total_seconds()
    numbers: list[pl.Expr | str] = [
        pl.int_range(1, pl.len() + 1),
        (pl.col("submit_time") - first).dt.total_seconds(),
        *(wait, pl.col("run_time").round(), "cores_requested", "cpu_time"),
        pl.col("memory_peak").fill_null(-1) // KIB,
        *("cores_requested", pl.col("run_limit").fill_null(-1)),
        pl.col("memory_requested").fill_null(-1) // KIB,
        pl.when(pl.col("state") == "done").then(1).otherwise(0),
        *(pl.col(name).rank("dense") for name in ("user", "project", "command", "queue")),
        *(pl.lit(number) for number in (1, -1, -1)),
    ]
    whole = (pl.col(each) if isinstance(each, str) else each for each in numbers)
    lines = jobs.select(pl.concat_str([each.cast(pl.Int64) for each in whole], separator=" "))
    header = f"; UnixStartTime: {START.timestamp():.0f}"
    (folder / "log.swf").write_text("\n".join((header, *lines.to_series())) + "\n")


_SACCT = {
    "JobID": "id",
    "JobName": "name",
    "User": "user",
    "Account": "project",
    "Partition": "queue",
    "State": "word",
    "ExitCode": "code",
    "ReqMem": "asked",
    "ReqCPUS": "cores_requested",
    "NNodes": "nodes",
    "Submit": "submit",
    "Start": "start",
    "End": "end",
    "Elapsed": "elapsed",
    "TotalCPU": "elapsed",
    "Timelimit": "limit",
    "MaxRSS": "peak",
    "TRESUsageInTot": "total",
    "ReqTRES": "tres",
    "NodeList": "host",
    "WorkDir": "cwd",
    "SubmitLine": "command",
}
"""Fields of sacct, and where each one's text comes from."""


def write_sacct(jobs: pl.DataFrame, folder: Path) -> None:
    """Write each job with the line of its only step, which is what was measured."""
    blank = pl.lit("")
    asked = pl.format("{}M", pl.col("memory_requested").fill_null(0) // MIB)
    peak = pl.col("memory_peak").fill_null(0) // KIB
    texts = jobs.select(
        *("name", "user", "project", "queue", "cores_requested", "cwd", "command"),
        *(_iso(f"{name}_time").alias(name) for name in ("submit", "start")),
        id=pl.int_range(1, pl.len() + 1).cast(pl.String),
        word=pl.when(pl.col("state") == "done").then(pl.lit("COMPLETED")).otherwise(pl.lit("FAILED")),
        code=pl.when(pl.col("state") == "done").then(pl.lit("0:0")).otherwise(pl.lit("1:0")),
        asked=asked,
        nodes=pl.lit("1"),
        end=_iso("finish_time"),
        elapsed=_span(pl.col("run_time")),
        limit=_span(pl.col("run_limit").fill_null(86_400)),
        peak=blank,
        total=blank,
        tres=pl.format("billing={},cpu={},mem={},node=1", "cores_requested", "cores_requested", asked),
        host=pl.col("hosts").list.first(),
        used=peak,
    )
    step = texts.with_columns(
        *(blank.alias(name) for name in ("user", "queue", "asked", "limit", "tres", "cwd", "command")),
        id=pl.format("{}.batch", "id"),
        name=pl.lit("batch"),
        peak=pl.format("{}K", "used"),
        total=pl.format("cpu={},energy=0,mem={}K,pages=0,vmem=0", "elapsed", "used"),
    )
    line = pl.concat_str([pl.col(name).fill_null("") for name in _SACCT.values()], separator="|")
    both = pl.DataFrame({"job": texts.select(line).to_series(), "step": step.select(line).to_series()})
    lines = both.select(pl.concat_str("job", "step", separator="\n")).to_series()
    (folder / "sacct.txt").write_text("\n".join(("|".join(_SACCT), *lines)) + "\n")


def _iso(name: str) -> pl.Expr:
    return pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S")


def _span(seconds: pl.Expr) -> pl.Expr:
    """Return seconds as Slurm prints them, ``1-02:03:04``."""
    rest = pl.from_epoch(seconds.cast(pl.Int64)).dt.strftime("%H:%M:%S")
    days = seconds.cast(pl.Int64) // 86_400
    return pl.when(days > 0).then(pl.format("{}-{}", days, rest)).otherwise(rest)
