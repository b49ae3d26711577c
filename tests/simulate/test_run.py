import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from jobcast.errors import InputError, StoreError
from jobcast.simulate.metrics import measure
from jobcast.simulate.outcome import ALLOCATION, RESERVATIONS, Outcome
from jobcast.simulate.run import facts_of, read_run, table_of, write_run
from tests.simulate.made_up import outcome, trace

TRACE = trace((0, 100, 4), (10, 5, 8), (10, 20, 2), queue=["long", "short", None])
PLACES = [[{"machine": "m1", "tasks": 4}], [], [{"machine": "m1", "tasks": 1}, {"machine": "m2", "tasks": 1}]]
RUN = outcome(
    TRACE, 0, -1, 100,
    finish=np.array([100, -1, 120]),
    refused={1: "too_large"},
    allocations=pl.Series(PLACES, dtype=ALLOCATION),
    machines={"m1": 4, "m2": 4},
    reservations=pl.DataFrame(
        [{"id": "3", "made": 10, "over": 100, "start": 100, "finish": 140, "allocation": PLACES[2]}],
        schema=RESERVATIONS,
    ),
)  # fmt: skip
MADE = (datetime(2026, 1, 2, tzinfo=UTC).isoformat(), "9.9")


def keep(path: Path, done: Outcome = RUN) -> None:
    metrics = measure(TRACE, done)
    facts = facts_of(TRACE, {"policy": "easy"}, done, metrics, made=MADE)
    write_run(path, facts, table_of(TRACE, done, metrics), done.reservations)


def test_a_run_is_read_as_it_was_kept(tmp_path):
    keep(tmp_path / "easy")
    run = read_run(tmp_path / "easy")
    metrics = measure(TRACE, RUN)
    assert run.name == "easy"
    assert run.facts == facts_of(TRACE, {"policy": "easy"}, RUN, metrics, made=MADE)
    assert run.jobs.equals(table_of(TRACE, RUN, metrics))
    assert run.reservations.equals(RUN.reservations)
    assert [entry.name for entry in tmp_path.iterdir()] == ["easy"]


def test_the_table_tells_of_each_job(tmp_path):
    keep(tmp_path / "easy")
    table = pl.read_parquet(tmp_path / "easy/jobs.parquet")
    assert table.select("id", "queue", "start", "finish", "wait", "flow", "slowdown", "refused").rows()[
        ::2
    ] == [
        ("1", "long", 0, 100, 0, 100, 1.0, None),
        ("3", None, 100, 120, 90, 110, 5.5, None),
    ]
    assert table["refused"][1] == "too_large"
    assert table["allocation"].to_list() == PLACES


def test_where_only_processors_are_counted_there_are_no_places(tmp_path):
    keep(tmp_path / "easy", outcome(TRACE, 0, 100, 105))
    run = read_run(tmp_path / "easy")
    assert (run.jobs["allocation"].null_count(), run.reservations, run.facts.machines) == (3, None, {})


def test_a_newer_run_takes_the_place_of_an_older_one(tmp_path):
    keep(tmp_path / "easy")
    keep(tmp_path / "easy", outcome(TRACE, 0, 100, 105))
    assert read_run(tmp_path / "easy").facts.metrics.refused == 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["easy"]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_no_run_is_not_replaced(tmp_path, kind):
    path = tmp_path / "mine"
    path.write_text("precious") if kind == "file" else path.mkdir()
    with pytest.raises(StoreError, match="is there already and is no simulated run"):
        keep(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]


def test_a_run_that_could_not_be_written_leaves_nothing(tmp_path, monkeypatch):
    keep(tmp_path / "easy")
    monkeypatch.setattr(Path, "rename", _no_space)
    with pytest.raises(StoreError):
        keep(tmp_path / "easy", outcome(TRACE, 0, 100, 105))
    assert read_run(tmp_path / "easy").facts.metrics.refused == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["easy"]


def test_an_interrupted_writing_leaves_the_older_run(tmp_path, monkeypatch):
    keep(tmp_path / "easy")
    monkeypatch.setattr("jobcast.simulate.run.msgspec.json.encode", _interrupt)
    with pytest.raises(KeyboardInterrupt):
        keep(tmp_path / "easy", outcome(TRACE, 0, 100, 105))
    assert read_run(tmp_path / "easy").facts.metrics.refused == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["easy"]


def _interrupt(*_arguments):
    raise KeyboardInterrupt


def _no_space(*_arguments):
    raise OSError(28, "No space left on device")


def test_where_there_is_no_run_the_cure_is_named(tmp_path):
    with pytest.raises(InputError, match="holds no simulated run") as caught:
        read_run(tmp_path / "none")
    assert caught.value.hint == "jobcast simulate TRACE -o RUN makes one"


@pytest.mark.parametrize("name", ["run.json", "jobs.parquet", "reservations.parquet"])
def test_a_damaged_run_is_refused(tmp_path, name):
    keep(tmp_path / "easy")
    (tmp_path / "easy" / name).write_bytes(b"{}")
    with pytest.raises(InputError, match="can't be read"):
        read_run(tmp_path / "easy")


def test_a_run_whose_table_lacks_columns_is_refused(tmp_path):
    keep(tmp_path / "easy")
    table = pl.read_parquet(tmp_path / "easy/jobs.parquet")
    table.drop("wait", "cores").write_parquet(tmp_path / "easy/jobs.parquet")
    with pytest.raises(InputError, match="can't be read: cores, wait"):
        read_run(tmp_path / "easy")


def test_a_run_of_another_format_is_refused(tmp_path):
    keep(tmp_path / "easy")
    file = tmp_path / "easy/run.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "schema": 99}))
    with pytest.raises(InputError, match="has format 99, this program knows 1"):
        read_run(tmp_path / "easy")
