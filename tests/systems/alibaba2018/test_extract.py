"""From the tables to rows of jobs."""

import gzip
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from jobcast.errors import InputError
from jobcast.systems.alibaba2018.extract import MEMORY, Extracted, Extraction, extract
from jobcast.systems.alibaba2018.reading import Source, find, readable
from jobcast.systems.alibaba2018.spread import Spread, Threads, on_dask
from jobcast.systems.alibaba2018.tables import BATCH_INSTANCE, TABLES
from jobcast.units import Bytes
from tests.systems.alibaba2018.small_trace import CONTAINERS, INSTANCES, MACHINES, TASKS, write

J_1 = {
    "job": "j_1",
    "start": 1000,
    "end": 1200,
    "instances": 3,
    "attempts": 3,
    "rescheduled": 0,
    "failed": False,
    "failed_at": None,
    "wasted_seconds": 0,
    "run_time_mean": 73.333,
    "run_time_max": 100,
    "cpu_avg": 75.0,
    "cpu_max": 150.0,
    "mem_avg": 0.3,
    "mem_max": 0.5,
    "core_seconds": 75.0,
    "tasks": 2,
    "task_kinds": 2,
    "task_types": "1,2",
    "depth": 2,
    "width": 1,
    "signature": "15460b4d335025d2",
    "planned_instances": 3.0,
    "plan_cpu_sum": 250.0,
    "plan_cpu_max": 100.0,
    "plan_mem_sum": 1.1,
    "plan_mem_max": 0.5,
    "cluster_cpu_util_percent": 20.0,
    "cluster_cpu_util_percent_max": 20.0,
    "cluster_mem_util_percent": 40.0,
    "cluster_mem_util_percent_max": 40.0,
    "machine_cpu_util_percent": 63.0,
    "machine_cpu_util_percent_max": 99.0,
    "machine_mem_util_percent": 76.333,
    "machine_mem_util_percent_max": 99.0,
    "machine_mem_gps": None,
    "machine_mkpi": None,
    "machine_net_in": 1.5,
    "machine_net_out": 2.5,
    "machine_disk_io_percent": None,
    "starts_read": 3,
    "container_num": 1.667,
    "container_num_max": 2.0,
    "container_cpu_util_percent": 43.333,
    "container_cpu_util_percent_max": 60.0,
    "container_cpu_util_percent_sum": 70.0,
    "container_cpu_util_percent_sum_max": 120.0,
    "container_mem_util_percent": 51.667,
    "container_mem_util_percent_max": 65.0,
    "container_mem_util_percent_sum": 83.333,
    "container_mem_util_percent_sum_max": 130.0,
    "container_cpi": 1.25,
    "container_mem_gps": None,
    "container_mpki": None,
    "container_net_in": None,
    "container_net_out": None,
    "container_disk_io_percent": None,
}
"""The starts saw 2, 1 and 2 containers: (10, 30), (50,) and (90, 30) per cent of CPU; and 30, 60 and 99 of machines."""


def _extract(folder: Path, spread: Spread | None = None, memory: int = MEMORY) -> Extracted:
    wanted = Extraction(
        folder=folder,
        jobs=folder / "jobs.out",
        running=folder / "running.out",
        memory=Bytes(memory),
    )
    return extract(wanted, spread or Threads(), lambda *_step: None)


def _extract_in_many_parts(folder: Path, spread: Spread | None = None) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jobcast.systems.alibaba2018.extract._PER_FILE", 1)
        _extract(folder, spread, memory=1000)


def _written(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    jobs = pl.read_parquet(folder / "jobs.out").sort("job")
    return jobs, pl.read_parquet(folder / "running.out").sort("job", "landmark")


def _rounded(row: dict[str, object]) -> dict[str, object]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in row.items()}


def test_a_small_trace_gives_its_whole_rows(tmp_path: Path) -> None:
    told = _extract(write(tmp_path))
    jobs, running = _written(tmp_path)
    first, second = (_rounded(row) for row in jobs.to_dicts())
    assert first == J_1
    assert {name: second[name] for name in ("job", "attempts", "instances", "rescheduled", "failed")} == {
        "job": "j_2",
        "attempts": 2,
        "instances": 1,
        "rescheduled": 1,
        "failed": True,
    }
    assert (second["wasted_seconds"], second["failed_at"], second["end"]) == (610, 2609, 3806)
    assert (told.jobs, told.failed, told.instances, told.landmarks, told.without_plan) == (2, 1, 4, 3, 0)
    assert told.unread == 1  # machine m_1 had no reading within 10 minutes before 2000
    seen = ("job", "landmark", "asked", "started", "ended", "ran_mean", "ran_longest", "cpu_seen")
    assert running.select(*seen, "container_num", "machine_cpu_util_percent").rows() == [
        ("j_1", 60, 1060, 2, 1, 30.0, 30, 100.0, 1.5, 45.0),
        ("j_2", 60, 2060, 1, 0, None, None, None, 0.0, None),
        ("j_2", 300, 2300, 1, 0, None, None, None, 0.0, None),
    ]
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".csv") == [
        "jobs.out",
        "running.out",
    ]


def test_jobs_are_looked_at_while_they_run_only_where_that_is_wanted(tmp_path: Path) -> None:
    _extract(write(tmp_path))
    before, _ = _written(tmp_path)
    told = extract(Extraction(folder=tmp_path, jobs=tmp_path / "alone.out"), Threads(), lambda *_step: None)
    assert told.landmarks == 0
    assert_frame_equal(before, pl.read_parquet(tmp_path / "alone.out").sort("job"))


READINGS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 2000), st.integers(-1, 101)), max_size=12
)
RUNS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 2000), st.integers(0, 900)),
    min_size=1,
    max_size=15,
)


def _shuffled(rows: list[str], random: st.DataObject) -> str:
    return "".join(random.draw(st.permutations(rows)))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RUNS, READINGS, st.data())
def test_rows_do_not_depend_on_the_order_of_the_tables_nor_on_memory(
    tmp_path: Path,
    runs: list[tuple[int, int, int, int]],
    readings: list[tuple[int, int, int, int]],
    data: st.DataObject,
) -> None:
    instances = [
        f"ins_{name},M1,j_{name % 2},1,Terminated,{start},{start + ran},m_{machine},1,1,{ran},1,0.5,1\n"
        for name, machine, start, ran in runs
    ]
    containers = [f"c_{who},m_{at},{when},{cpu},50,,,,,,\n" for who, at, when, cpu in readings]
    tables = {"batch_instance": "".join(instances), "container_usage": "".join(containers)}
    _extract(write(tmp_path, **tables))
    before = _written(tmp_path)
    mixed = {
        "batch_instance": _shuffled(instances, data),
        "container_usage": _shuffled(containers, data),
        "batch_task": _shuffled(TASKS.splitlines(keepends=True), data),
    }
    _extract_in_many_parts(write(tmp_path, **mixed))
    for left, right in zip(before, _written(tmp_path), strict=True):
        assert_frame_equal(left, right)


@pytest.mark.parametrize("form", ["csv.gz", "parquet"])
def test_packed_and_converted_tables_give_the_same_rows(tmp_path: Path, form: str) -> None:
    _extract(write(tmp_path))
    before = _written(tmp_path)
    for table in TABLES:
        path = tmp_path / f"{table.name}.csv"
        if not path.exists():
            continue
        if form == "parquet":
            schema = dict(table.columns)
            pl.read_csv(path, has_header=False, schema=schema).write_parquet(path.with_suffix(".parquet"))
        else:
            path.with_suffix(".csv.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    _extract(tmp_path)
    for left, right in zip(before, _written(tmp_path), strict=True):
        assert_frame_equal(left, right)


def test_names_of_other_forms_do_as_well(tmp_path: Path) -> None:
    _extract(write(tmp_path))
    before = _written(tmp_path)
    named = {
        "batch_instance": INSTANCES.replace("j_", "作业 ").replace("m_", "host-0").replace("ins_", ""),
        "batch_task": TASKS.replace("j_", "作业 "),
        "machine_usage": MACHINES.replace("m_", "host-0"),
        "container_usage": CONTAINERS.replace("m_", "host-0").replace("c_", ""),
    }
    _extract(write(tmp_path, **named))
    for left, right in zip(before, _written(tmp_path), strict=True):
        assert_frame_equal(left.with_columns(pl.col("job").str.replace("j_", "作业 ")), right)


def test_a_job_that_goes_on_has_no_end_and_one_without_plan_has_none(tmp_path: Path) -> None:
    instances = "ins_1,M1,j_1,1,Running,1000,0,m_1,1,1,,,,\nins_2,M1,j_1,1,Terminated,1000,1010,m_1,1,1,,,,\n"
    told = _extract(write(tmp_path, batch_instance=instances, batch_task=""))
    assert told.without_plan == 1
    row = _written(tmp_path)[0].row(0, named=True)
    assert (row["end"], row["tasks"], row["signature"], row["run_time_mean"]) == (None, None, None, 10.0)
    assert _written(tmp_path)[1]["landmark"].to_list() == [60, 300, 900, 3600]


def test_a_trace_without_jobs_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no job"):
        _extract(write(tmp_path, batch_instance=""))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "batch_instance.csv",
        "batch_task.csv",
        "container_usage.csv",
        "machine_usage.csv",
    ]


@pytest.mark.parametrize("table", ["batch_instance", "batch_task", "machine_usage", "container_usage"])
def test_a_missing_table_is_named(tmp_path: Path, table: str) -> None:
    (write(tmp_path) / f"{table}.csv").unlink()
    with pytest.raises(InputError, match=f"no table {table}"):
        _extract(tmp_path)


def test_a_parquet_table_that_lacks_a_column_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "machine_usage.csv").unlink()
    pl.DataFrame({"machine_id": ["m_1"]}).write_parquet(tmp_path / "machine_usage.parquet")
    with pytest.raises(InputError, match="lacks columns: time_stamp, cpu_util_percent"):
        _extract(tmp_path)


def test_a_table_that_is_no_parquet_is_named(tmp_path: Path) -> None:
    (write(tmp_path) / "machine_usage.parquet").write_text("m_1,900,1,1\n")
    with pytest.raises(InputError, match=r"machine_usage\.parquet can't be read"):
        _extract(tmp_path)


def test_a_disk_that_refuses_is_no_fault_of_the_table(tmp_path: Path) -> None:
    def work(_source: Source) -> None:
        raise OSError("No space left on device (os error 28)")

    with pytest.raises(OSError, match="No space left"):
        readable(find(BATCH_INSTANCE, write(tmp_path)), work)


BAD_INSTANCES = [
    ("field_count", "ins_9,M1,j_1,1,Terminated,1000,1030,m_1,1,1,100,150,0.2,0.3,7"),
    ("unreadable_number", "ins_9,M1,j_1,1,Terminated,12:30,1030,m_1,1,1,100,150,0.2,0.3"),
    ("unreadable_number", "ins_9,M1,j_1,1,Terminated,1000,1e99,m_1,1,1,100,150,0.2,0.3"),
    ("no_name", ",M1,j_1,1,Terminated,1000,1030,m_1,1,1,100,150,0.2,0.3"),
    ("unknown_status", "ins_9,M1,j_1,1,Evaporated,1000,1030,m_1,1,1,100,150,0.2,0.3"),
    ("not_started", "ins_9,M1,j_1,1,Waiting,0,0,,1,1,,,,"),
    ("not_started", "ins_9,M1,j_1,1,Ready,,,,1,1,,,,"),
    ("negative_time", "ins_9,M1,j_1,1,Terminated,-5,1030,m_1,1,1,100,150,0.2,0.3"),
    ("absurd_time", "ins_9,M1,j_1,1,Terminated,1000,99999999999,m_1,1,1,100,150,0.2,0.3"),
    ("no_machine", "ins_9,M1,j_1,1,Terminated,1000,1030,,1,1,100,150,0.2,0.3"),
    ("negative_duration", "ins_9,M1,j_1,1,Terminated,1000,900,m_1,1,1,100,150,0.2,0.3"),
    ("duplicate_attempt", "ins_1,M1,j_1,1,Terminated,1000,1029,m_1,1,1,100,150,0.2,0.3"),
    ("overlapping_attempt", "ins_1,M1,j_1,1,Terminated,1029,1030,m_2,1,1,100,150,0.2,0.3"),
]
BAD_OTHERS = [
    ("batch_task", "no_name", ",1,j_1,1,Terminated,0,0,1,1"),
    ("batch_task", "unknown_status", "M8,1,j_1,1,,0,0,1,1"),
    ("batch_task", "negative_plan", "M8,-1,j_1,1,Terminated,0,0,1,1"),
    ("batch_task", "duplicate_task", "M1,2,j_1,1,Terminated,1000,1100,100,0.3"),
    ("machine_usage", "no_name", ",900,1,1,,,,,"),
    ("machine_usage", "no_time", "m_1,,1,1,,,,,"),
    ("machine_usage", "negative_time", "m_1,-1,1,1,,,,,"),
    ("machine_usage", "no_usage", "m_1,900,-1,101,,,,,"),
    ("machine_usage", "unreadable_number", "m_1,900,x,1,,,,,"),
    ("container_usage", "no_name", "c_1,,950,1,1,,,,,,"),
    ("container_usage", "no_usage", "c_1,m_1,950,,,1,1,1,1,1,1"),
    ("container_usage", "absurd_time", "c_1,m_1,2147483648,1,1,,,,,,"),
]


@pytest.mark.parametrize(
    ("table", "reason", "record"), [("batch_instance", *bad) for bad in BAD_INSTANCES] + BAD_OTHERS
)
def test_a_record_that_cannot_be_true_is_set_aside_counted_and_shown(
    tmp_path: Path, table: str, reason: str, record: str
) -> None:
    _extract(write(tmp_path))
    before = _written(tmp_path)
    path = tmp_path / f"{table}.csv"
    path.write_text(path.read_text() + record + "\n")
    told = _extract(tmp_path)
    aside = {name: one for name, one in told.aside.items() if one.counts}
    assert {name: one.counts for name, one in aside.items()} == {table: {reason: 1}}
    (shown,) = aside[table].first
    assert (shown.source, shown.line, shown.reason) == (path.name, len(path.read_text().splitlines()), reason)
    assert shown.text == ",".join(record.split(",")[: record.count(",") + (reason != "field_count")])
    for left, right in zip(before, _written(tmp_path), strict=True):
        assert_frame_equal(left, right)


def test_only_the_first_of_many_are_shown_and_bytes_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    write(tmp_path)
    with (tmp_path / "batch_instance.csv").open("ab") as file:
        file.write(b"ins_9,M1,j_\xff,1,Terminated,1000,1030,,1,1,1,1,1,1\n" * 7 + b"\n\r\n")
    aside = _extract(tmp_path).aside["batch_instance"]
    assert (aside.counts, [one.line for one in aside.first]) == ({"no_machine": 7}, [6, 7, 8, 9, 10])


def test_workers_of_dask_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    # It finds its own address by way of another's, to which it would send nothing.
    monkeypatch.setattr("distributed.comm.inproc.get_ip", lambda *_address: "127.0.0.1")
    _extract(write(tmp_path))
    before = _written(tmp_path)
    with (
        distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=None) as cluster,
        on_dask(cluster.scheduler_address) as spread,
    ):
        _extract_in_many_parts(tmp_path, spread)
    for left, right in zip(before, _written(tmp_path), strict=True):
        assert_frame_equal(left, right)
