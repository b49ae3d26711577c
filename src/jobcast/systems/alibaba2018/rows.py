"""Rows of jobs, and of jobs while they run, put together from what was worked out in parts."""

from collections.abc import Iterator

import polars as pl

from jobcast.systems.alibaba2018.measured import LANDMARKS
from jobcast.systems.alibaba2018.nearby import STEP, around
from jobcast.systems.alibaba2018.workplace import Workplace, gathered

CLUSTER = (
    *("cluster_cpu_util_percent", "cluster_mem_util_percent"),
    *("cluster_cpu_util_percent_max", "cluster_mem_util_percent_max"),
)
"""Mean and maximum over all machines in the last whole minute before a job began."""

SEEN = ("started", "ended", "ran_mean", "ran_longest", "cpu_seen", "mem_seen")
"""What was seen of a running job: attempts that had started and ended, and means over the ended ones."""


def row_part(place: Workplace, part: int) -> None:
    """Write the rows of one part's jobs, and those of the same jobs at each landmark."""
    jobs = pl.read_ipc(place.file("jobs", part))
    plans = pl.read_ipc(place.file("plans", part))
    known = _with_cluster(jobs.join(plans, on="job", how="left"), place)
    sums = gathered(place.folder / "nearby", part)
    if sums is None:
        return
    _with_places(known, sums).drop("number").write_ipc(place.file("rows", part))
    if not place.running:
        return
    running = pl.read_ipc(place.file("running", part))
    landmarks = [_at(landmark, known, sums, running) for landmark in enumerate(LANDMARKS)]
    pl.concat(landmarks).drop("number").write_ipc(place.file("landmarks", part))


def _with_places(jobs: pl.DataFrame, sums: pl.DataFrame) -> pl.DataFrame:
    """Add the states of machines and containers at the starts; of a job without any they are null."""
    return jobs.join(around(sums), on="number", how="left")


def _at(
    landmark: tuple[int, int], jobs: pl.DataFrame, sums: pl.DataFrame, running: pl.DataFrame
) -> pl.DataFrame:
    """Return the jobs that run on at a landmark and were not yet seen to fail, with what was seen until then."""
    upto, seconds = landmark
    asked = pl.col("start") + seconds
    going = jobs.filter(
        pl.col("end").is_null() | (pl.col("end") > asked),
        pl.col("failed_at").is_null() | (pl.col("failed_at") > asked),
    )
    begun = pl.col("bin") <= upto
    seen = running.filter(begun).group_by("number").agg(*_seen())
    rows = going.with_columns(pl.lit(seconds, pl.Int32).alias("landmark"), asked.alias("asked"))
    return _with_places(rows.join(seen, on="number", how="left"), sums.filter(begun))


def _seen() -> Iterator[pl.Expr]:
    yield pl.col("started").sum()
    yield pl.col("ended").sum()
    yield _ratio("ran", "ended", "ran_mean")
    yield pl.col("ran_longest").max()
    yield _ratio("cpu", "cpu_told", "cpu_seen")
    yield _ratio("memory", "memory_told", "mem_seen")


def _ratio(total: str, count: str, name: str) -> pl.Expr:
    return (pl.col(total).sum() / pl.col(count).sum()).fill_nan(None).cast(pl.Float32).alias(name)


def _with_cluster(jobs: pl.DataFrame, place: Workplace) -> pl.DataFrame:
    """Add the state of all machines in the last whole minute before each job began."""
    steps = pl.scan_ipc(sorted((place.folder / "cluster").glob("*.ipc"))).group_by("step")
    percents = ("cpu_util_percent", "mem_util_percent")
    told = steps.agg(
        *(_ratio(f"{name}_total", f"{name}_told", f"cluster_{name}") for name in percents),
        *(pl.col(f"{name}_max").max().alias(f"cluster_{name}_max") for name in percents),
    ).collect()
    known_from = ((pl.col("step") + 1) * STEP).cast(pl.Int32).alias("start")
    order = told.select(known_from, *CLUSTER).sort("start")
    return jobs.sort("start").join_asof(order, on="start", tolerance=place.tolerance)
