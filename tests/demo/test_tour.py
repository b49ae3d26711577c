"""The steps of the demo: the truth stays outside the store, and another demo replaces the one before."""

import polars as pl
import pytest
import yaml

from jobcast.demo.place import Place
from jobcast.demo.tour import Plan, make, sample, write_next_job
from jobcast.errors import InputError
from jobcast.store import Store


def plan(folder, seed=7) -> Plan:
    return Plan(folder=folder, jobs=1_000, days=20, seed=seed)


def test_the_store_holds_the_history_and_nothing_of_the_truth(tmp_path):
    the_plan = plan(tmp_path / "demo")
    made = make(the_plan)
    counts = sample(the_plan)
    assert (counts.new, sum(counts.set_aside.values())) == (1_000, 3)
    for path in the_plan.place.store.rglob("*.parquet"):
        assert not any("truth" in name or "needed" in name for name in pl.read_parquet_schema(path))
    truths = set(made.truth["memory_truth"])
    stored = Store(the_plan.place.store)
    kept = stored.collect(stored.scan())
    assert not truths & {value for column in kept.select(pl.col(pl.Int64)) for value in column.drop_nulls()}


def test_another_demo_in_the_same_place_replaces_the_first(tmp_path):
    for seed in (1, 2):
        make(plan(tmp_path, seed))
        sample(plan(tmp_path, seed))
    assert Store(Place(tmp_path).store).summary().jobs == 1_000


def test_a_demo_removes_nothing_but_an_earlier_demo(tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store/mine").write_text("dear")
    with pytest.raises(InputError):
        make(plan(tmp_path))
    assert (tmp_path / "store/mine").exists()


def test_the_last_fifth_of_the_days_is_judged(tmp_path):
    thirty = Plan(folder=tmp_path, jobs=1, days=30, seed=1)
    assert (thirty.learnt_days, thirty.judged_days) == (24, 6)
    assert f"{thirty.learnt_until:%Y-%m-%d} {thirty.end:%Y-%m-%d}" == "2025-09-24 2025-10-01"


def test_the_next_job_is_written_as_predict_reads_it(tmp_path):
    the_plan = plan(tmp_path / "demo")
    jobs = make(the_plan).history.filter(pl.col("memory_requested").is_not_null())
    write_next_job(the_plan, jobs)
    fields = yaml.safe_load(the_plan.place.next_job.read_text())
    assert fields["user"] == jobs["user"][0]
    assert fields["rusage_mem"] * 1024**2 == jobs["memory_requested"][0]
