"""The six tables of cluster-trace-v2018: their columns in order, and how their files are called.

They are CSV without a header and without quotes; what is not known is an empty field. Source: schema.txt beside
the trace, https://github.com/alibaba/clusterdata/tree/master/cluster-trace-v2018. Times are seconds since the
trace's start. 100 of ``plan_cpu``, ``cpu_avg`` and ``cpu_request`` are one core; 100 of ``plan_mem``, ``mem_avg``
and ``mem_size`` are the memory of the largest machine; what ends in ``percent`` is 0 to 100, and -1 and 101 in
it mark what was not measured rightly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

SUFFIXES = (".parquet", ".csv", ".csv.gz")
"""Endings of a table's file, the one that is read fastest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One table of the trace."""

    name: str
    """Its file's name without the ending."""
    columns: Mapping[str, pl.DataType]
    """Name to type, in the order of the file."""

    def file(self, folder: Path) -> Path | None:
        """Return the table's file in `folder`; None where it is lacking."""
        found = (folder / f"{self.name}{suffix}" for suffix in SUFFIXES)
        return next((path for path in found if path.is_file()), None)


_TEXT, _WHOLE, _NUMBER = pl.String(), pl.Int64(), pl.Float64()

BATCH_INSTANCE = Table(
    name="batch_instance",
    columns={
        "instance_name": _TEXT,
        "task_name": _TEXT,
        "job_name": _TEXT,
        "task_type": _TEXT,
        "status": _TEXT,
        "start_time": _WHOLE,
        "end_time": _WHOLE,
        "machine_id": _TEXT,
        "seq_no": _WHOLE,
        "total_seq_no": _WHOLE,
        "cpu_avg": _NUMBER,
        "cpu_max": _NUMBER,
        "mem_avg": _NUMBER,
        "mem_max": _NUMBER,
    },
)
"""One row for each trial of an instance: one that was rescheduled has several, with the same three names."""

BATCH_TASK = Table(
    name="batch_task",
    columns={
        "task_name": _TEXT,
        "instance_num": _WHOLE,
        "job_name": _TEXT,
        "task_type": _TEXT,
        "status": _TEXT,
        "start_time": _WHOLE,
        "end_time": _WHOLE,
        "plan_cpu": _NUMBER,
        "plan_mem": _NUMBER,
    },
)
"""What was asked for each instance of a task; the names of tasks tell the job's graph, e.g. ``R3_1_2``."""

MACHINE_META = Table(
    name="machine_meta",
    columns={
        "machine_id": _TEXT,
        "time_stamp": _WHOLE,
        "failure_domain_1": _WHOLE,
        "failure_domain_2": _TEXT,
        "cpu_num": _WHOLE,
        "mem_size": _NUMBER,
        "status": _TEXT,
    },
)
"""One row for each change of a machine."""

MACHINE_USAGE = Table(
    name="machine_usage",
    columns={
        "machine_id": _TEXT,
        "time_stamp": _WHOLE,
        "cpu_util_percent": _NUMBER,
        "mem_util_percent": _NUMBER,
        "mem_gps": _NUMBER,
        "mkpi": _NUMBER,
        "net_in": _NUMBER,
        "net_out": _NUMBER,
        "disk_io_percent": _NUMBER,
    },
)
"""One row for each reading of a machine."""

CONTAINER_META = Table(
    name="container_meta",
    columns={
        "container_id": _TEXT,
        "machine_id": _TEXT,
        "time_stamp": _WHOLE,
        "app_du": _TEXT,
        "status": _TEXT,
        "cpu_request": _NUMBER,
        "cpu_limit": _NUMBER,
        "mem_size": _NUMBER,
    },
)
"""One row for each change of a container of the online services."""

CONTAINER_USAGE = Table(
    name="container_usage",
    columns={
        "container_id": _TEXT,
        "machine_id": _TEXT,
        "time_stamp": _WHOLE,
        "cpu_util_percent": _NUMBER,
        "mem_util_percent": _NUMBER,
        "cpi": _NUMBER,
        "mem_gps": _NUMBER,
        "mpki": _NUMBER,
        "net_in": _NUMBER,
        "net_out": _NUMBER,
        "disk_io_percent": _NUMBER,
    },
)
"""One row for each reading of a container."""

TABLES = (BATCH_INSTANCE, BATCH_TASK, MACHINE_USAGE, MACHINE_META, CONTAINER_USAGE, CONTAINER_META)
"""All six, those first that an extraction can't do without."""
