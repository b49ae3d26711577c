"""Rows with faults are told in the note, and hide nothing from a reader that sets them aside."""

import json

import polars as pl
import pytest

from jobcast.demo.colocation.faults import BY_TABLE
from jobcast.demo.colocation.make import Made, make_up
from jobcast.demo.colocation.place import Place
from jobcast.demo.colocation.plan import Plan
from jobcast.systems.alibaba2018.attempts import rescheduled
from jobcast.systems.alibaba2018.reading import find
from jobcast.systems.alibaba2018.tables import BATCH_INSTANCE, BATCH_TASK, MACHINE_USAGE

PLAN = Plan(jobs=1_500, machines=20, days=2, seed=5, failing=20, faults=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Made]:
    place = Place(tmp_path_factory.mktemp("faulty") / "trace")
    return place, make_up(PLAN, place)


def test_the_note_tells_how_many_there_are_of_each_kind(made):
    place, told = made
    assert {table: list(kinds) for table, kinds in told.faults.items()} == {
        table: list(kinds) for table, kinds in BY_TABLE.items()
    }
    assert {count for kinds in told.faults.values() for count in kinds.values()} == {3}
    assert json.loads(place.note_file.read_text())["faults"] == told.faults


def test_a_trace_without_faults_is_the_rest(made, tmp_path):
    place, _ = made
    make_up(Plan(jobs=1_500, machines=20, days=2, seed=5, failing=20), Place(tmp_path / "clean"))
    for table in (BATCH_INSTANCE, BATCH_TASK, MACHINE_USAGE):
        clean = (tmp_path / f"clean/{table.name}.csv").read_text().splitlines()
        faulty = (place.folder / f"{table.name}.csv").read_text().splitlines()
        assert faulty[: len(clean)] == clean
        assert len(faulty) == len(clean) + 3 * len(BY_TABLE[table.name])


@pytest.mark.parametrize(
    ("table", "reasons"),
    [
        (
            BATCH_INSTANCE,
            {"no_machine": 3, "negative_duration": 3, "unknown_status": 3, "unreadable_number": 3},
        ),
        (BATCH_TASK, {"unknown_status": 3, "unreadable_number": 3}),
        (MACHINE_USAGE, {"unreadable_number": 3}),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_the_reader_sets_aside_what_no_row_can_be(made, table, reasons):
    place, _ = made
    source = type(find(table, place.folder))(table=table, path=table.file(place.folder), as_text=True)
    doubts = source.scan().filter(pl.col("doubt") > 0).select("doubt").collect()["doubt"]
    words = doubts.replace_strict(source.reasons(), return_dtype=pl.String).value_counts()
    assert dict(words.iter_rows()) == reasons


def test_who_sets_the_faults_aside_finds_the_failed_jobs_of_the_truth(made):
    place, told = made
    truth = pl.read_parquet(place.truth)
    assert told.failed_jobs > 30
    assert set(rescheduled(place.folder)["job_name"]) == set(truth.filter("failed")["job_name"])
