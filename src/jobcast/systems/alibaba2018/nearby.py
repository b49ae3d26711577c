"""What went on around the starts of attempts: machines of one part, joined with their readings as of each start."""

import polars as pl

from jobcast.systems.alibaba2018.scatter import CONTAINER_READINGS, MACHINE_READINGS, part_of
from jobcast.systems.alibaba2018.states import container_states, key, machine_states
from jobcast.systems.alibaba2018.tables import CONTAINER_USAGE, MACHINE_USAGE
from jobcast.systems.alibaba2018.workplace import Workplace, gathered, scatter_anew

MACHINE = tuple(f"machine_{name}" for name in MACHINE_READINGS)
CONTAINER = (
    "container_num",
    *(f"container_{name}" for name in CONTAINER_READINGS),
    "container_cpu_util_percent_sum",
    "container_mem_util_percent_sum",
)
STATES = MACHINE + CONTAINER
"""What is known of the place where an attempt starts; of containers their number, means, and two sums."""

PEAKS = (
    *("machine_cpu_util_percent", "machine_mem_util_percent", "container_num"),
    *("container_cpu_util_percent", "container_mem_util_percent"),
    *("container_cpu_util_percent_sum", "container_mem_util_percent_sum"),
)
"""Of which the largest over a job's starts is kept beside the mean."""

STEP = 60
"""Seconds over which the whole cluster's readings are put together."""


def join_part(place: Workplace, part: int) -> None:
    """Join the starts on one part's machines with the readings there, and add them up by job and bin."""
    machines = part_of(MACHINE_USAGE, place.table(MACHINE_USAGE), part).drop("line").collect()
    _cluster(machines).write_ipc(place.file("cluster", part))
    starts = gathered(place.folder / "starts", part)
    if starts is None:
        return
    containers = part_of(CONTAINER_USAGE, place.table(CONTAINER_USAGE), part).drop("line").collect()
    starts, machines, containers = _coded(
        [starts.rename({"machine_id": "machine", "start_time": "time"}), machines, containers]
    )
    order = starts.sort("key")
    asked = order["key"].to_numpy()
    states = {
        f"machine_{name}": values for name, values in machine_states(machines, asked, place.tolerance).items()
    } | {
        f"container_{name}": values
        for name, values in container_states(containers, asked, place.tolerance).items()
        if f"container_{name}" in CONTAINER
    }
    joined = order.drop("key").with_columns(
        pl.Series(name, states[name], nan_to_null=True) for name in STATES
    )
    scatter_anew(_sums(joined), place.scattered("nearby", part))


def _coded(frames: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """Replace machine and time by one key, the same for all frames."""
    machines = pl.concat([frame["machine"].unique() for frame in frames]).unique().sort()
    code = pl.col("machine").cast(pl.Enum(machines)).to_physical().alias("machine")
    return [frame.with_columns(code).with_columns(key("machine")).drop("machine", "time") for frame in frames]


def _sums(joined: pl.DataFrame) -> pl.DataFrame:
    """Add up by job and bin: how many starts told a state, their sum and the largest."""
    kinds = [
        *(_told(joined, name).alias(f"{name}_told") for name in STATES),
        *(pl.col(name).cast(pl.Float64).sum().alias(f"{name}_total") for name in STATES),
        *(pl.col(name).max().alias(f"{name}_max") for name in PEAKS),
    ]
    return joined.group_by(pl.col("home").alias("part"), "number", "bin").agg(kinds)


def _told(joined: pl.DataFrame, name: str) -> pl.Expr:
    """Count the rows that tell `name`; where all do, counting rows is much faster."""
    return pl.col(name).count() if joined[name].null_count() else pl.len()


def around(sums: pl.DataFrame) -> pl.DataFrame:
    """Return for each job the mean of each state over the starts that told it, and the peaks.

    ``starts_read`` counts those that had a reading of their machine. `sums` are what was added up for bins of the
    same jobs, on machines of any parts.
    """
    mean = (
        (pl.col(f"{name}_total").sum() / pl.col(f"{name}_told").sum())
        .fill_nan(None)
        .cast(pl.Float32)
        .alias(name)
        for name in STATES
    )
    read = pl.col(f"{MACHINE[0]}_told").cast(pl.Int64).sum().alias("starts_read")
    return sums.group_by("number").agg(read, *mean, *(pl.col(f"{name}_max").max() for name in PEAKS))


def _cluster(machines: pl.DataFrame) -> pl.DataFrame:
    """Add up the readings of each minute."""
    percents = ("cpu_util_percent", "mem_util_percent")
    return machines.group_by((pl.col("time") // STEP).alias("step")).agg(
        *(pl.col(name).count().alias(f"{name}_told") for name in percents),
        *(pl.col(name).cast(pl.Float64).sum().alias(f"{name}_total") for name in percents),
        *(pl.col(name).max().alias(f"{name}_max") for name in percents),
    )
