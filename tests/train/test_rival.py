"""The active model is put to the same test as a new one."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from jobcast.predict.card import read_card
from jobcast.predict.shelf import Shelf, grown_name
from jobcast.train import rival
from jobcast.train.gate import LEAST, Reason
from jobcast.train.material import material
from jobcast.train.publish import Order, publish_families
from jobcast.train.refresh import refresh
from jobcast.train.rival import compare
from tests.train.made_up import SETTINGS, blocks
from tests.trained import ORDER, silent

JOBS = blocks(days=24).sort("finish_time")
BEFORE = JOBS.filter(pl.col("finish_time") < JOBS["finish_time"].min() + timedelta(days=18))
STUFF = material(JOBS)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Return a shelf on which a model answers that learnt from the first 18 of 24 days."""
    shelf = Shelf(tmp_path / "models")
    with shelf.growing(ORDER.made) as folder:
        publish_families(material(BEFORE), folder, Order(made=ORDER.made, scores=None), SETTINGS, silent)
    shelf.activate(grown_name(folder))
    return shelf


def refreshed(shelf: Shelf) -> str:
    """Let a refresh of the active model, by all jobs, answer instead."""
    with shelf.growing(ORDER.made) as folder:
        refresh(STUFF, shelf.folder(), folder, ORDER.made, silent)
    shelf.activate(grown_name(folder))
    return grown_name(folder)


def test_the_same_recipe_on_the_same_jobs_does_exactly_as_well(shelf):
    found = compare(STUFF, SETTINGS, shelf, silent)
    assert found.reason is Reason.NO_WORSE
    assert found.jobs > LEAST
    assert found.new == found.active


def test_a_refresh_is_judged_by_when_its_trees_grew(shelf):
    before = compare(STUFF, SETTINGS, shelf, silent)
    refreshed(shelf)
    refreshed(shelf)
    assert compare(STUFF, SETTINGS, shelf, silent) == before


@pytest.mark.parametrize(
    ("factor", "reason"), [(0.5, Reason.SHORT), (4.0, Reason.WASTE), (1.0, Reason.NO_WORSE)]
)
def test_a_recipe_that_does_worse_is_found_out(shelf, monkeypatch, factor, reason):
    honest = rival.back_test

    def altered(*asked: object) -> dict[str, pl.DataFrame]:
        found = honest(*asked)["default"]
        return {"default": found.with_columns(pl.col("request") * factor)}

    monkeypatch.setattr(rival, "back_test", altered)
    assert compare(STUFF, SETTINGS, shelf, silent).reason is reason


def test_the_first_model_has_no_rival(tmp_path):
    assert compare(STUFF, SETTINGS, Shelf(tmp_path), silent).reason is Reason.FIRST


def test_right_after_a_training_there_is_nothing_to_judge_by(shelf):
    found = compare(material(BEFORE), SETTINGS, shelf, silent)
    assert (found.reason, found.jobs) == (Reason.TOO_FEW, 0)


def test_another_accepted_risk_is_somebody_s_choice(shelf):
    assert compare(STUFF, replace(SETTINGS, risk=0.1), shelf, silent).reason is Reason.OTHER_RISK


def test_another_recipe_is_somebody_s_choice(shelf):
    replace(read_card(shelf.folder()), recipe="memprediction", risk=None).save(shelf.folder())
    assert compare(STUFF, SETTINGS, shelf, silent).reason is Reason.OTHER_RECIPE


@pytest.mark.parametrize("missing", ["upper.txt", "evidence/finish.npy", "card.json"])
def test_a_damaged_model_stands_in_nobody_s_way(shelf, missing):
    (shelf.folder() / missing).unlink()
    assert compare(STUFF, SETTINGS, shelf, silent).reason is Reason.UNREADABLE


def test_a_history_that_no_longer_holds_what_came_before_judges_nothing(shelf):
    late = JOBS.filter(pl.col("finish_time") > BEFORE["finish_time"].max() - timedelta(hours=1))
    assert compare(material(late), SETTINGS, shelf, silent).reason is Reason.NOT_JUDGED
