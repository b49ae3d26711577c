"""Forecasts of the default recipe: the same alone and in company, rising, and never made up."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from jobcast.errors import ModelError
from jobcast.features.candidates import CANDIDATES
from jobcast.features.family import LADDER, LEVELS
from jobcast.features.submissions import of_many
from jobcast.forecast import MemoryForecast, NoForecast
from jobcast.job import Request
from jobcast.predict.families import FamilyModel
from jobcast.predict.models import load
from jobcast.units import GIB, MIB
from tests.made_up import HOSTILE
from tests.trained import END, a_job, made_up_history, submission

NOTHING_KNOWN = {
    "user": "nobody",
    "queue": "nowhere",
    "project": "no",
    "command": "qqq",
    "cwd": "/else/where",
}


@pytest.fixture(scope="module")
def model(model_folder: Path) -> FamilyModel:
    loaded = load(model_folder)
    assert isinstance(loaded, FamilyModel)
    return loaded


@pytest.fixture(scope="module")
def many() -> list:
    known = [submission(**a_job(number)) for number in range(0, 1500, 30)]
    strange = [submission(**{**a_job(7), "user": "nobody", "cwd": f"/else/{n}"}) for n in range(3)]
    asking = [
        submission(**a_job(9), request=Request(cores=8, memory=4 * GIB, run_limit=3600.0)) for _ in range(2)
    ]
    return [*known, *strange, *asking, submission(**NOTHING_KNOWN), submission(user=HOSTILE, command=HOSTILE)]


@pytest.fixture(scope="module")
def answers(model, many) -> list:
    return model.forecast(many, explain=True)


@pytest.fixture
def copy(model_folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(model_folder, tmp_path / "copy")


def told(answers: list) -> list[MemoryForecast]:
    return [answer.memory for answer in answers if isinstance(answer.memory, MemoryForecast)]


def test_an_answer_is_the_same_alone_and_in_company(model, many, answers):
    assert [model.forecast([one], explain=True)[0] for one in many] == answers
    assert model.forecast(many[::-1], explain=True) == answers[::-1]


def test_no_submissions_get_no_answers(model):
    assert model.forecast([]) == []


def test_quantiles_rise_and_the_request_is_the_upper_one(answers):
    for answer in told(answers):
        assert list(answer.quantiles) == [0.5, 0.95]
        assert answer.risk == 0.05
        assert 0 < answer.quantiles[0.5] <= answer.quantiles[0.95] == answer.request
        assert all(amount % MIB == 0 for amount in answer.quantiles.values())


def test_known_jobs_are_answered_from_their_own_runs(model):
    cores = made_up_history()["cores_requested"][-1]
    answer = model.forecast([submission(**a_job(), request=Request(cores=cores))])[0].memory
    assert isinstance(answer, MemoryForecast)
    assert answer.basis.level in {"same", "young"}
    assert answer.basis.rung == "user+command+cwd"
    assert answer.basis.runs >= 1
    assert 0 < answer.basis.age_days < 2
    assert answer.contributions == ()


def test_every_basis_is_a_rung_and_its_level(answers):
    names = {rung.name for rung in LADDER}
    for answer in told(answers):
        assert answer.basis.rung in names
        assert answer.basis.level in set(LEVELS) - {"none"}


def test_a_stranger_gets_the_same_answer_every_time_and_from_every_load(model, model_folder):
    strangers = [
        submission(**{**a_job(3), "user": u, "project": u, "queue": u}) for u in ("zoe", "zoe", HOSTILE)
    ]
    found = [load(model_folder).forecast(strangers) for _ in range(2)]
    assert found[0] == found[1] == model.forecast(strangers)
    assert found[0][0] == found[0][1]
    assert isinstance(found[0][0].memory, MemoryForecast)


def test_nothing_similar_is_said_to_be_nothing_similar(answers, model):
    nothing = NoForecast(reason="nothing_similar")
    assert [answer.memory for answer in answers[-2:]] == [nothing] * 2
    assert [answer.memory for answer in model.forecast([submission()])] == [nothing]


def test_a_submission_years_later_is_answered_too(model):
    answer = model.forecast([submission(**{**a_job(), "at": END + timedelta(days=3000)})])[0].memory
    assert isinstance(answer, MemoryForecast)
    assert answer.basis.age_days == pytest.approx(3000, abs=1)


def test_factors_multiply_to_what_the_upper_trees_say_over_what_they_start_from(model, many, monkeypatch):
    monkeypatch.setattr("jobcast.predict.contributions._TOLD", 1000)
    known = model.memory.recall(of_many(many[:1]))
    trees = model.trees["upper"]
    start = trees.contributions(known.matrix)[0, -1]
    contributions = model.forecast(many[:1], explain=True)[0].memory.contributions
    assert {one.feature for one in contributions} >= {"queue", "user+command+cwd", "hour", "anchor"}
    product = np.prod([one.factor for one in contributions])
    assert product == pytest.approx(2.0 ** (trees.predict(known.matrix)[0] - start), rel=2e-3)


def test_the_strongest_factors_are_told_first(model, many):
    for answer in told(model.forecast(many, explain=True)):
        assert len(answer.contributions) == 5
        strength = [abs(np.log2(one.factor)) for one in answer.contributions]
        assert strength == sorted(strength, reverse=True) or strength == pytest.approx(
            sorted(strength, reverse=True), abs=2e-4
        )


def test_a_basis_names_where_the_median_comes_from(answers):
    assert {answer.basis.median_from for answer in told(answers)} <= set(CANDIDATES)


def test_a_model_of_other_features_is_not_loaded(copy):
    card = json.loads((copy / "card.json").read_text())
    (copy / "card.json").write_text(json.dumps({**card, "features": card["features"][1:]}))
    with pytest.raises(ModelError, match="was trained with other features") as error:
        load(copy)
    assert error.value.hint == "jobcast train"


def test_a_model_of_an_unknown_recipe_is_not_loaded(copy):
    card = json.loads((copy / "card.json").read_text())
    (copy / "card.json").write_text(json.dumps({**card, "recipe": "alchemy"}))
    with pytest.raises(ModelError, match="was made by the unknown recipe alchemy"):
        load(copy)


def test_every_missing_or_damaged_file_of_a_model_is_an_error(copy):
    files = (path for path in copy.rglob("*") if path.is_file() and path.parent.name != "evidence")
    for file in sorted(files):
        whole = file.read_bytes()
        for content in (None, whole[:-2], whole[: len(whole) // 2]):
            file.unlink()
            if content is not None:
                file.write_bytes(content)
            with pytest.raises(ModelError):
                load(copy)
            file.write_bytes(whole)
    load(copy)
