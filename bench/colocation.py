"""Extracting rows of jobs from a made-up co-located trace, against parsing the same tables and throwing them away."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from harness import Operation
from jobcast.systems.alibaba2018.extract import Extraction, extract
from jobcast.systems.alibaba2018.spread import Threads
from jobcast.systems.alibaba2018.tables import (
    BATCH_INSTANCE,
    BATCH_TASK,
    CONTAINER_USAGE,
    MACHINE_USAGE,
)

MACHINES, CONTAINERS, PER_JOB = 4_034, 71_000, 330
"""As in the published trace."""
MACHINE_READINGS = 0.18
"""For each instance, as in the published trace."""
_TASKS = ("M1", "R2_1", "J3_1_2", "task_LTg0MTUwNTA5Mjg4MDkwNjIzMA==")
_RATE = 1_950
"""Instances that start in a second."""


def operations(shrink: int) -> list[Operation]:
    """Return the extraction with few readings of containers, and with more of them than instances."""
    return [
        Operation(
            name=f"co-located trace, {readings} container readings per instance",
            size=5_000_000 // shrink,
            prepare=partial(prepare, readings),
            work=_extract,
            limit=_parse,
            limit_name="scan_csv",
        )
        for readings in (0.2, 1.6)
    ]


def prepare(readings: float, folder: Path, size: int) -> None:
    """Write the four tables with so many instances."""
    chance = np.random.default_rng(1)
    span = size // _RATE + 3600
    _instances(chance, size, span).write_csv(folder / "batch_instance.csv", include_header=False)
    _tasks(size).write_csv(folder / "batch_task.csv", include_header=False)
    machines = _readings(chance, MACHINES, int(size * MACHINE_READINGS), span)
    told = _numbers(chance, machines.height, ("cpu", "mem", "gps", "mkpi", "in", "out", "disk"))
    machine = pl.format("m_{}", "thing"), pl.col("time")
    machines.select(*machine, *told).write_csv(folder / "machine_usage.csv", include_header=False)
    containers = _readings(chance, CONTAINERS, int(size * readings), span)
    told = _numbers(chance, containers.height, ("cpu", "mem", "cpi", "gps", "mpki", "in", "out", "disk"))
    named = pl.format("c_{}", "thing"), pl.format("m_{}", pl.col("thing") % MACHINES).alias("machine"), "time"
    containers.select(*named, *told).write_csv(folder / "container_usage.csv", include_header=False)


def _instances(chance: np.random.Generator, size: int, span: int) -> pl.DataFrame:
    job = chance.integers(0, size // PER_JOB, size)
    start = (job * (span / (size // PER_JOB)) + chance.exponential(60, size)).astype(np.int64)
    rows = pl.DataFrame(
        {"job": job, "start": start, "end": start + chance.exponential(60, size).astype(np.int64)}
    )
    one = pl.lit(1)
    return rows.with_row_index().select(
        pl.format("ins_{}", "index"),
        pl.lit(pl.Series(_TASKS)).gather(pl.col("index") % len(_TASKS)).alias("task"),
        pl.format("j_{}", "job").alias("job"),
        one.alias("type"),
        pl.lit("Terminated").alias("status"),
        *("start", "end"),
        pl.format("m_{}", pl.Series("machine", chance.integers(0, MACHINES, size))).alias("machine"),
        *(one.alias("seq"), one.alias("of")),
        *_numbers(chance, size, ("cpu_avg", "cpu_max", "mem_avg", "mem_max")),
    )


def _tasks(size: int) -> pl.DataFrame:
    jobs = pl.DataFrame({"job": np.arange(size // PER_JOB)}).select(pl.format("j_{}", "job").alias("job"))
    rest = {"type": 1, "status": "Terminated", "start": 0, "end": 0, "cpu": 100.0, "mem": 0.5}
    return jobs.join(pl.DataFrame({"task": _TASKS}), how="cross").select(
        "task",
        pl.lit(82).alias("instances"),
        "job",
        *(pl.lit(value).alias(name) for name, value in rest.items()),
    )


def _readings(chance: np.random.Generator, things: int, count: int, span: int) -> pl.DataFrame:
    """Read each thing equally often."""
    each = max(1, count // things)
    time = np.tile(np.linspace(0, span, each).astype(np.int64), things) + chance.integers(
        0, 10, each * things
    )
    return pl.DataFrame({"thing": np.repeat(np.arange(things), each), "time": time})


def _numbers(chance: np.random.Generator, size: int, names: tuple[str, ...]) -> list[pl.Series]:
    return [pl.Series(name, chance.gamma(2, 20, size).clip(0, 100).round(1)) for name in names]


def _extract(folder: Path) -> Callable[[], object]:
    wanted = Extraction(folder=folder, jobs=folder / "jobs.parquet")
    return lambda: extract(wanted, Threads(), lambda *_step: None)


def _parse(folder: Path) -> Callable[[], object]:
    def parse() -> None:
        for table in (BATCH_INSTANCE, BATCH_TASK, MACHINE_USAGE, CONTAINER_USAGE):
            file = table.file(folder)
            if file is None:
                raise FileNotFoundError(table.name)
            rows = pl.scan_csv(file, has_header=False, schema=dict(table.columns), quote_char=None)
            rows.select(pl.all().null_count()).collect(engine="streaming")

    return parse
