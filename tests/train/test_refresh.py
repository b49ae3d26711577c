"""A refresh brings memory, record and calibration up to the present, and leaves the trees alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from jobcast.errors import ModelError
from jobcast.forecast import MemoryForecast
from jobcast.job import Submission
from jobcast.predict.card import Card, read_card
from jobcast.predict.families import MEMORY, TREES, load
from jobcast.predict.memory import FamilyMemory
from jobcast.train.evidence import FOLDER, Evidence
from jobcast.train.material import material
from jobcast.train.publish import Order, data_of, publish_families
from jobcast.train.refresh import knows_all, refresh
from tests.train.made_up import SETTINGS, blocks
from tests.trained import silent

MADE = datetime(2026, 3, 1, tzinfo=UTC)


def _day(jobs: pl.DataFrame, day: int) -> pl.DataFrame:
    """Return the jobs that finished within the first `day` days."""
    first = jobs["submit_time"].min()
    assert isinstance(first, datetime)
    return jobs.filter(pl.col("finish_time") < first + timedelta(days=day))


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "base"
    folder.mkdir()
    publish_families(material(_day(blocks(), 14)), folder, Order(made=MADE, scores=None), SETTINGS, silent)
    return folder


def _refreshed(jobs: pl.DataFrame, base: Path) -> tuple[Path, Card]:
    folder = base.parent / "refreshed"
    folder.mkdir()
    return folder, refresh(material(jobs), base, folder, MADE + timedelta(days=1), silent)


def test_a_refreshed_memory_is_that_of_the_whole_history(base):
    folder, _ = _refreshed(blocks(), base)
    stuff = material(blocks())
    fresh = FamilyMemory.build(stuff.submissions, stuff.finished_by(int(stuff.finish.max())))
    kept = FamilyMemory.load(folder / MEMORY)
    assert np.array_equal(kept.keys, fresh.keys)
    assert np.array_equal(kept.told, fresh.told, equal_nan=True)


def test_the_trees_stay_as_they_are(base):
    folder, _ = _refreshed(blocks(), base)
    for file in TREES.values():
        assert (folder / file).read_bytes() == (base / file).read_bytes()


def test_evidence_goes_on_where_it_ended(base):
    folder, card = _refreshed(blocks(), base)
    before, after = Evidence.load(base / FOLDER), Evidence.load(folder / FOLDER)
    assert np.array_equal(after.residuals[: len(before.residuals)], before.residuals)
    later = after.finish[len(before.finish) :]
    assert (later > before.finish.max()).all()
    stuff = material(blocks())
    assert len(later) == (stuff.teaches & (stuff.finish > before.finish.max())).sum()
    expected = after.offsets(risk=card.risk, days=14)
    assert list((card.offsets or {}).values()) == pytest.approx(expected.tolist())


def test_without_later_jobs_a_refresh_changes_no_forecast(base):
    folder, card = _refreshed(_day(blocks(), 14), base)
    before = read_card(base)
    assert (card.offsets, card.ceiling) == (before.offsets, before.ceiling)
    asked = Submission(at=MADE, user="chen", command="pnr -block fpu", cwd="/proj/loom/fpu")
    (forecast,) = load(folder, card).forecast([asked])
    assert isinstance(forecast.memory, MemoryForecast)
    assert load(base, before).forecast([asked]) == [forecast]


def test_a_model_knows_all_until_another_job_is_stored(base):
    assert knows_all(base, material(_day(blocks(), 14)))
    assert not knows_all(base, material(blocks()))
    late = _day(blocks(), 14)
    assert not knows_all(base, material(pl.concat([late, late.head(1)])))


def test_a_refresh_of_a_refresh_names_the_model_whose_trees_grew(base):
    first, _ = _refreshed(_day(blocks(), 15), base)
    (base.parent / "again").mkdir()
    card = refresh(material(blocks()), first, base.parent / "again", MADE + timedelta(days=2), silent)
    assert card.refreshed_from == "base"


def test_a_history_of_which_nothing_can_be_learnt_refreshes_no_model(base):
    with pytest.raises(ModelError, match="no job of the history ended well"):
        _refreshed(blocks().with_columns(state=pl.lit("failed")), base)


@pytest.mark.parametrize("name", ["finish", "levels", "residuals", "errors", "times"])
def test_evidence_of_which_an_array_is_too_short_is_a_fault_of_the_model(base, name):
    file = base / FOLDER / f"{name}.npy"
    np.save(file, np.load(file)[:-1])
    with pytest.raises(ModelError, match=r"cannot read .*\.npy: it holds ") as caught:
        _refreshed(blocks(), base)
    assert caught.value.hint == "jobcast train"


def test_the_card_tells_what_the_refreshed_model_knows_and_where_it_comes_from(base):
    jobs = blocks().with_columns(cluster=pl.lit("loom"))
    card = _refreshed(jobs, base)[1]
    assert card.refreshed_from == "base"
    assert card.data == data_of(material(jobs))
    assert card.data["clusters"] == ["loom"]
    assert card.data["learnt_from"] > read_card(base).data["learnt_from"]
    assert read_card(base).refreshed_from is None


def test_the_calibration_looks_back_as_far_as_the_model_was_told(base):
    card = read_card(base)
    replace(card, settings={**card.settings, "rolling_days": 3}).save(base)
    folder, refreshed = _refreshed(blocks(), base)
    evidence = Evidence.load(folder / FOLDER)
    assert evidence.offsets(risk=card.promised(), days=3).tolist() == list((refreshed.offsets or {}).values())
    assert (
        evidence.offsets(risk=card.promised(), days=3).tolist()
        != evidence.offsets(risk=card.promised(), days=14).tolist()
    )


def test_a_card_without_rolling_days_names_the_cure(base):
    replace(read_card(base), settings={}).save(base)
    with pytest.raises(ModelError, match=r"card\.json: it has no field rolling_days") as caught:
        _refreshed(blocks(), base)
    assert caught.value.hint == "jobcast train"


def test_a_recipe_without_families_is_refused(tmp_path):
    Card(recipe="memprediction", made="", versions={}, data={}, settings={}, risk=0.5).save(tmp_path)
    with pytest.raises(ModelError, match="memprediction remembers no families") as caught:
        refresh(material(blocks(days=1)), tmp_path, tmp_path, MADE, silent)
    assert caught.value.hint == "jobcast train --recipe memprediction"


def test_damaged_evidence_names_the_cure(base):
    (base / FOLDER / "levels.npy").write_bytes(b"no array")
    with pytest.raises(ModelError, match=r"cannot read .*/evidence/levels\.npy: ") as caught:
        _refreshed(blocks(), base)
    assert caught.value.hint == "jobcast train"


def test_run_times_are_learnt_anew_at_the_risk_that_they_were_learnt_at(base):
    before = read_card(base)
    (base / "card.json").unlink()
    told = {**(before.run_time or {}), "scores": {"jobs": 5}}
    replace(before, run_time=told, settings={**before.settings, "risk_run_time": 0.2}).save(base)
    folder, card = _refreshed(blocks().with_columns(run_time=pl.lit(7200.0)), base)
    assert card.run_time is not None
    assert (card.run_time["risk"], card.run_time["scores"]) == (0.2, {"jobs": 5})
    assert card.run_time["learnt_from"] == material(blocks()).times.sum()
    asked = Submission(at=MADE, user="chen", command="pnr -block fpu", cwd="/proj/loom/fpu")
    (forecast,) = load(folder, card).forecast([asked])
    assert forecast.run_time.quantiles == {0.5: 7200.0, 0.8: 7200.0}


def test_a_model_that_had_too_few_runs_learns_their_times_when_there_are_enough(base):
    before = read_card(base)
    (base / "card.json").unlink()
    replace(before, run_time=None).save(base)
    _, card = _refreshed(blocks(), base)
    assert card.run_time is not None
    assert (card.run_time["risk"], card.run_time["scores"]) == (0.01, None)
