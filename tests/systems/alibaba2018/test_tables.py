"""The six tables and their files."""

from pathlib import Path

import polars as pl

from jobcast.systems.alibaba2018.tables import BATCH_INSTANCE, BATCH_TASK, CONTAINER_USAGE, TABLES


def test_the_columns_stand_in_the_order_of_the_published_schema() -> None:
    assert {table.name: ",".join(table.columns) for table in TABLES} == {
        "batch_instance": "instance_name,task_name,job_name,task_type,status,start_time,end_time,machine_id,"
        "seq_no,total_seq_no,cpu_avg,cpu_max,mem_avg,mem_max",
        "batch_task": "task_name,instance_num,job_name,task_type,status,start_time,end_time,plan_cpu,plan_mem",
        "machine_usage": "machine_id,time_stamp,cpu_util_percent,mem_util_percent,mem_gps,mkpi,net_in,net_out,"
        "disk_io_percent",
        "machine_meta": "machine_id,time_stamp,failure_domain_1,failure_domain_2,cpu_num,mem_size,status",
        "container_usage": "container_id,machine_id,time_stamp,cpu_util_percent,mem_util_percent,cpi,mem_gps,"
        "mpki,net_in,net_out,disk_io_percent",
        "container_meta": "container_id,machine_id,time_stamp,app_du,status,cpu_request,cpu_limit,mem_size",
    }


def test_a_published_line_is_read_by_the_types_of_its_table() -> None:
    names = b"ins_74901673,task_LTg0MTUwNTA5Mjg4MDkwNjIzMA==,j_217,10,Terminated"
    numbers = b"673795,673797,m_2637,1,1,13.0,16.0,0.02,0.02"
    read = pl.read_csv(names + b"," + numbers, has_header=False, schema=dict(BATCH_INSTANCE.columns))
    assert read.row(0) == (
        *("ins_74901673", "task_LTg0MTUwNTA5Mjg4MDkwNjIzMA==", "j_217", "10", "Terminated"),
        *(673795, 673797, "m_2637", 1, 1, 13.0, 16.0, 0.02, 0.02),
    )


def test_a_folder_holds_a_table_under_its_name_and_parquet_is_taken_before_text(tmp_path: Path) -> None:
    for name in ("batch_task.csv", "batch_task.parquet", "container_usage.csv.gz", "batch_instance.txt"):
        (tmp_path / name).touch()
    tables = (BATCH_TASK, CONTAINER_USAGE, BATCH_INSTANCE)
    assert [table.file(tmp_path) for table in tables] == [
        tmp_path / "batch_task.parquet",
        tmp_path / "container_usage.csv.gz",
        None,
    ]
