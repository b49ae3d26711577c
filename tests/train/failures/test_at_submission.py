"""What a model of the default recipe learns of failures, and how a refresh brings it up to the present."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from jobcast.errors import ModelError
from jobcast.features.ladder import ladder_keys
from jobcast.features.submissions import of_many
from jobcast.predict.card import read_card
from jobcast.predict.failures.families import FOLDER, MEMORY
from jobcast.predict.families import FamilyModel
from jobcast.predict.memory import FamilyMemory
from jobcast.predict.models import load
from jobcast.train.failures.at_submission import publish, refresh
from jobcast.train.failures.evidence import EVIDENCE, Evidence
from jobcast.train.material import Material, material
from tests.made_up import NEW_YEAR, frame, job
from tests.trained import END, a_job, made_up_history, silent, submission

MADE = datetime(2026, 3, 1, tzinfo=UTC)


def history(days: int, *, jobs_a_day: int = 60) -> pl.DataFrame:
    """Return jobs of two users, whose runs take an hour: those of li fail more often than not, of chen hardly."""
    random = np.random.default_rng(5)
    rows = []
    for number in range(days * jobs_a_day):
        at = NEW_YEAR + timedelta(days=number / jobs_a_day)
        user, often = ("li", 0.7) if number % 3 == 0 else ("chen", 0.05)
        failed = random.random() < often
        ended = (
            {"state": "failed", "exit_reason": "exit_code", "exit_code": 9} if failed else {"exit_code": 0}
        )
        rows.append(
            job(
                str(number),
                user=user,
                command=f"run {user}",
                submit_time=at,
                start_time=at,
                finish_time=at + timedelta(hours=1),
                **ended,
            )
        )
    return frame(*rows)


def learn(stuff: Material, folder: Path) -> dict[str, object] | None:
    folder.mkdir()
    return publish(stuff, folder, made=MADE, most_rows=10_000, progress=silent)


def test_the_next_job_of_who_fails_often_will_fail_as_often(tmp_path):
    stuff = material(history(20))
    told = learn(stuff, tmp_path / "model")
    assert told == {"learnt_from": 1_200, "failed": int(stuff.failed.sum()), "reasons": {"exit_code": 1.0}}


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_where_all_jobs_ended_alike_nothing_is_learnt(tmp_path, state):
    stuff = material(history(20).with_columns(state=pl.lit(state)))
    assert learn(stuff, tmp_path / "model") is None
    assert list((tmp_path / "model").iterdir()) == []


def test_too_few_failed_jobs_teach_nothing(tmp_path):
    stuff = material(history(3, jobs_a_day=10))
    assert learn(stuff, tmp_path / "model") is None


def test_a_refresh_keeps_trees_remembers_new_ends_and_calibrates_by_them(tmp_path):
    before, now = material(history(20)), material(history(30))
    told = learn(before, tmp_path / "base")
    (tmp_path / "new").mkdir()
    section = refresh(now, tmp_path / "base", tmp_path / "new", told)
    base, new = (tmp_path / name / FOLDER for name in ("base", "new"))
    assert section == {"learnt_from": 1_800, "failed": int(now.failed.sum()), "reasons": {"exit_code": 1.0}}
    assert (new / "failure_trees_0.txt").read_bytes() == (base / "failure_trees_0.txt").read_bytes()
    fresh = FamilyMemory.build(now.submissions, now.ended_by(now.latest))
    np.testing.assert_array_equal(FamilyMemory.load(new / MEMORY).told, fresh.told)
    evidence, earlier = Evidence.load(new / EVIDENCE), Evidence.load(base / EVIDENCE)
    assert (evidence.until, earlier.until) == (now.latest, before.latest)
    after = np.flatnonzero(evidence.finished > before.latest)
    assert np.corrcoef(evidence.told[after], evidence.failed[after])[0, 1] > 0.5


def test_a_second_refresh_without_new_jobs_changes_nothing(tmp_path):
    stuff = material(history(25))
    told = learn(material(history(20)), tmp_path / "base")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    refresh(stuff, tmp_path / "base", tmp_path / "one", told)
    refresh(stuff, tmp_path / "one", tmp_path / "two", told)
    for name in ("finished", "told", "failed"):
        files = [(tmp_path / run / FOLDER / EVIDENCE / f"{name}.npy").read_bytes() for run in ("one", "two")]
        assert files[0] == files[1]


def test_a_model_that_learnt_nothing_of_failures_learns_nothing_by_a_refresh(tmp_path):
    (tmp_path / "new").mkdir()
    assert refresh(material(history(2)), tmp_path, tmp_path / "new", None) is None


@pytest.fixture
def model(model_folder: Path) -> FamilyModel:
    return load(model_folder)


def test_a_model_on_the_shelf_answers_with_chance_basis_and_reasons(model):
    (known,) = model.forecast([submission(**a_job())], explain=True)
    failure = known.failure
    assert 0 < failure.probability < 1
    assert failure.basis.rung == "user+template+cwd"
    assert sum(failure.reasons.values()) == pytest.approx(failure.probability)
    assert failure.recent.runs <= 10
    assert failure.contributions
    (plain,) = model.forecast([submission(**a_job())])
    assert plain.failure.contributions == ()
    assert plain.failure.probability == failure.probability


def test_what_is_like_nothing_gets_no_forecast_of_failure(model):
    (known,) = model.forecast([submission(user="nova", command="nova", cwd="/nova", queue="nova")])
    assert known.failure.reason == "nothing_similar"


def test_the_chances_of_a_history_that_comes_again_sum_to_about_its_failures(model):
    rows = made_up_history().filter(pl.col("state").is_in(["done", "failed"])).to_dicts()
    names = ("user", "project", "queue", "name", "command", "cwd")
    told = model.forecast([submission(**{name: row[name] for name in names}, at=END) for row in rows])
    expected = sum(one.failure.probability for one in told)
    assert expected == pytest.approx(sum(row["state"] == "failed" for row in rows), rel=0.6)


def test_damage_is_an_error_that_names_the_cure(model_folder, tmp_path):
    copy = shutil.copytree(model_folder, tmp_path / "copy")
    (copy / FOLDER / "card.json").write_text("{}")
    with pytest.raises(ModelError):
        load(copy)
    assert read_card(copy).failures is not None


def test_the_last_runs_of_a_family_come_from_disk_and_from_what_was_learnt_since(model):
    asked = of_many([submission(**a_job())])
    key = int(ladder_keys(asked)[0, 0])
    memory = model.failures.memory
    before = memory.last(key)
    memory.learn(ladder_keys(asked), np.array([int(END.timestamp()) + 60]), np.array([1.0]))
    assert memory.last(key).tolist() == [*before.tolist(), 1.0][-64:]
    assert memory.last(12345).tolist() == []
