"""What the paper tells of the real trace, measured on a made-up one.

``python -m tests.demo.colocation.figures FOLDER`` prints the figures of the table in docs/en/failures.md.
"""

import sys
from pathlib import Path

import polars as pl

from jobcast.systems.alibaba2018.tables import BATCH_INSTANCE
from tests.demo.colocation.read import read

PAPER = {
    "failed jobs, common, %": 1.0,
    "failed jobs, heavy, %": 3.3,
    "failed jobs, short, %": 0.0,
    "failed jobs, long, %": 47.0,
    "failed instances, %": 0.081,
    "failed more than once, %": 20.0,
    "evicted after running, %": 61.0,
    "evicted before running, %": 38.0,
    "CPU, failed over normal": 1.2,
    "memory, failed over normal": 2.5,
    "time, failed over normal": 13.0,
    "waste of memory above 100, %": 50.0,
    "waste of CPU above 20,000, %": 50.0,
}


def measured(instances: pl.DataFrame, truth: pl.DataFrame) -> dict[str, float]:
    """Return the figures of `PAPER` for the rows of batch_instance and the truth about their jobs."""
    one = _instances(instances)
    bad, good = one.filter(pl.col("trials") > 1), one.filter(pl.col("trials") == 1)
    by_kind = dict(truth.group_by("job_class").agg(100 * pl.col("failed").mean()).iter_rows())
    ratio = {name: bad[name].mean() / good[name].mean() for name in ("cpu", "memory", "run")}
    return {
        **{
            f"failed jobs, {name}, %": by_kind[kind]
            for kind, name in enumerate(("common", "heavy", "short", "long"))
        },
        "failed instances, %": 100 * len(bad) / len(one),
        "failed more than once, %": 100 * (bad["trials"] > 2).mean(),
        "evicted after running, %": 100 * (bad["ran_first"] > 0).mean(),
        "evicted before running, %": 100 * (bad["ran_first"] == 0).mean(),
        "CPU, failed over normal": ratio["cpu"],
        "memory, failed over normal": ratio["memory"],
        "time, failed over normal": ratio["run"],
        "waste of memory above 100, %": 100 * (bad["lost"] * bad["memory"] > 100).mean(),
        "waste of CPU above 20,000, %": 100 * (bad["lost"] * bad["cpu"] > 20_000).mean(),
    }


def _instances(rows: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each instance: its trials, the seconds lost until the last, and what it used then."""
    ran = pl.col("end_time") - pl.col("start_time")
    return (
        rows.filter(pl.col("end_time").is_not_null())
        .sort("instance_name", "seq_no")
        .group_by("instance_name")
        .agg(
            pl.len().alias("trials"),
            ran.first().alias("ran_first"),
            ran.last().alias("run"),
            (pl.col("start_time").last() - pl.col("start_time").first()).alias("lost"),
            pl.col("cpu_avg").last().alias("cpu"),
            pl.col("mem_avg").last().alias("memory"),
        )
    )


if __name__ == "__main__":
    place = Path(sys.argv[1])
    found = measured(read(BATCH_INSTANCE, place), pl.read_parquet(place / "truth.parquet"))
    for what, paper in PAPER.items():
        sys.stdout.write(f"{what:30} {paper:8g} {found[what]:8.3g}\n")
