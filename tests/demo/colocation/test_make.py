"""A made-up trace keeps the rules of its format and of time, whatever the seed."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from jobcast.demo.colocation.families import Kind
from jobcast.demo.colocation.make import make_up
from jobcast.demo.colocation.place import Place
from jobcast.demo.colocation.plan import Plan
from jobcast.demo.colocation.pressure import BEARABLE
from jobcast.errors import InputError
from jobcast.systems.alibaba2018.tables import TABLES
from tests.demo.colocation.read import Trace, make_and_read

NAMES = {
    "instance_name": r"ins_\d+",
    "task_name": r"[MRJ]\d+(_\d+)*|task_[A-Za-z0-9+/]+=*",
    "job_name": r"j_\d+",
    "machine_id": r"m_\d+",
    "container_id": r"c_\d+",
    "app_du": r"app_\d+",
}


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    plan = Plan(
        jobs=draw(st.integers(1, 600)),
        machines=draw(st.integers(2, 35)),
        days=draw(st.integers(1, 3)),
        seed=draw(st.integers(0, 1 << 32)),
        failing=draw(st.sampled_from([0, 1, 30])),
    )
    with TemporaryDirectory() as folder:
        return make_and_read(plan, Path(folder))


@given(traces())
@settings(max_examples=15, deadline=None)
def test_no_instance_begins_before_its_task_and_no_task_before_its_job(trace):
    instances = trace.batch_instance.join(
        trace.batch_task, on=("job_name", "task_name"), suffix="_task", validate="m:1"
    ).join(trace.truth, on="job_name", validate="m:1")
    assert len(instances) == len(trace.batch_instance)
    assert instances.filter(pl.col("start_time") < pl.col("start_time_task")).is_empty()
    assert instances.filter(pl.col("end_time") > pl.col("end_time_task")).is_empty()
    assert instances.filter(pl.col("start_time_task") <= pl.col("submitted")).is_empty()
    assert instances.filter(pl.col("end_time") < pl.col("start_time")).is_empty()


@given(traces())
@settings(max_examples=15, deadline=None)
def test_trials_of_an_instance_are_counted_and_never_overlap(trace):
    trials = trace.batch_instance.sort("instance_name", "seq_no")
    of = pl.int_range(1, pl.len() + 1).over("instance_name")
    assert trials.filter(pl.col("seq_no") != of).is_empty()
    assert trials.filter(pl.col("total_seq_no") != pl.len().over("instance_name")).is_empty()
    following = pl.col("start_time").shift(-1).over("instance_name")
    assert trials.filter(following <= pl.col("end_time")).is_empty()
    assert trials.filter(following.is_not_null() & pl.col("end_time").is_null()).is_empty()


@given(traces())
@settings(max_examples=15, deadline=None)
def test_instances_are_evicted_only_where_the_pressure_is_beyond_bearing(trace):
    pressures = trace.truth["eviction_pressures"].explode().drop_nulls()
    assert (pressures > BEARABLE).all()
    again = trace.batch_instance.filter(pl.col("seq_no") > 1)
    assert len(pressures) == len(again) == trace.made.evictions
    failed = trace.truth.filter("failed")
    assert set(failed["job_name"]) == set(again["job_name"])
    assert (failed["risk"] > 0).all()
    assert not failed["job_class"].is_in([Kind.SHORT]).any()


@given(traces())
@settings(max_examples=10, deadline=None)
def test_a_task_waits_for_those_that_its_name_names(trace):
    tasks = trace.batch_task.filter(pl.col("task_name").str.contains("^[MRJ]")).with_columns(
        numbers=pl.col("task_name").str.extract_all(r"\d+").list.eval(pl.element().cast(pl.Int64))
    )
    waits = tasks.with_columns(number=pl.col("numbers").list.first(), before=pl.col("numbers").list.slice(1))
    pairs = (
        waits.explode("before")
        .drop_nulls("before")
        .join(waits, left_on=("job_name", "before"), right_on=("job_name", "number"), suffix="_before")
    )
    assert len(pairs) == waits["before"].list.len().sum()
    assert pairs.filter(pl.col("start_time") < pl.col("end_time_before")).is_empty()


@given(traces())
@settings(max_examples=5, deadline=None)
def test_names_are_those_of_the_format_and_machines_and_containers_are_known(trace):
    for table in trace.tables.values():
        for column in NAMES.keys() & set(table.columns):
            wrong = table.filter(~pl.col(column).str.contains(f"^(?:{NAMES[column]})$"))
            assert wrong.is_empty(), (column, wrong)
    machines = set(trace.machine_meta["machine_id"])
    for name in ("batch_instance", "machine_usage", "container_usage", "container_meta"):
        assert set(trace.tables[name]["machine_id"]) <= machines
    assert set(trace.container_usage["container_id"]) == set(trace.container_meta["container_id"])
    assert len(trace.truth) == trace.plan.jobs == trace.truth["job_name"].n_unique()
    assert trace.made.rows == {name: len(table) for name, table in trace.tables.items()}


@pytest.mark.parametrize("packed", [False, True])
def test_the_same_plan_gives_the_same_bytes_and_another_seed_others(tmp_path, packed):
    def made(name: str, seed: int) -> list[bytes]:
        make_up(Plan(jobs=300, machines=12, days=1, seed=seed, gzip=packed), Place(tmp_path / name))
        found = (table.file(tmp_path / name) for table in TABLES)
        return [path.read_bytes() for path in found] + [(tmp_path / name / "truth.parquet").read_bytes()]

    assert made("one", 3) == made("two", 3)
    same = [a == b for a, b in zip(made("one", 3), made("three", 4), strict=True)]
    assert same == [table.name == "machine_meta" for table in TABLES] + [False]


def test_packed_tables_hold_the_same_rows(tmp_path):
    plain = make_and_read(Plan(jobs=200, machines=12, days=1, seed=3), tmp_path / "plain")
    packed = make_and_read(Plan(jobs=200, machines=12, days=1, seed=3, gzip=True), tmp_path / "packed")
    assert sorted(path.name for path in (tmp_path / "packed").iterdir() if path.suffix == ".gz") == sorted(
        f"{table.name}.csv.gz" for table in TABLES
    )
    for name, table in plain.tables.items():
        assert_frame_equal(table, packed.tables[name])


def test_a_trace_that_is_made_again_leaves_nothing_of_the_one_before(tmp_path):
    place = Place(tmp_path / "trace")
    make_up(Plan(jobs=50, machines=5, days=1, gzip=True), place)
    make_up(Plan(jobs=50, machines=5, days=1), place)
    files = {path.name for path in place.folder.iterdir()}
    assert files == {"truth.parquet", "made-up.json"} | {f"{table.name}.csv" for table in TABLES}


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "machine_usage.csv").write_text("measured, not made up")
    with pytest.raises(InputError, match=re.escape(str(tmp_path))):
        make_up(Plan(jobs=50, machines=5, days=1), Place(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["machine_usage.csv"]


def test_what_goes_on_at_the_end_of_the_trace_has_no_end(tmp_path):
    trace = make_and_read(Plan(jobs=4_000, machines=20, days=1, seed=1), tmp_path)
    horizon = trace.plan.horizon
    assert trace.batch_instance["start_time"].max() < horizon
    for table in (trace.batch_instance, trace.batch_task):
        assert table["end_time"].max() <= horizon
        goes_on = pl.col("status").is_in(["Running", "Waiting"])
        assert table.filter(goes_on != pl.col("end_time").is_null()).is_empty()
        assert not table.filter(goes_on).is_empty()
