"""Models of failure that are damaged, or not there."""

import json
from datetime import UTC, datetime

import pytest

from jobcast.errors import ModelError
from jobcast.predict.failures.model import load
from jobcast.train.failures.learn import publish
from tests.train.failures.made_up_cases import made_up_cases
from tests.train.failures.test_judge import LEARN

pytest.importorskip("sklearn", reason="scikit-learn is an extra")


@pytest.fixture
def folder(tmp_path):
    publish(
        made_up_cases(1_500), tmp_path / "model", LEARN, datetime(2026, 1, 1, tzinfo=UTC), lambda _step: None
    )
    return tmp_path / "model"


def change(folder, **fields) -> None:
    card = json.loads((folder / "card.json").read_text("utf-8"))
    if "jobs" in fields.get("classes", {}):
        fields["classes"] = card["classes"] | fields["classes"]
    (folder / "card.json").write_text(json.dumps(card | fields), "utf-8")


@pytest.mark.parametrize(
    "wrong",
    [
        {"schema": 99},
        {"layers": "three"},
        {"second": [0.0]},
        {"second": None},
        {"calibration": {"told": [1, 0], "chance": [0, 1]}},
        {"classes": {"columns": []}},
        {"classes": {"jobs": [0, 0, 0]}},
        {"classes": {"jobs": [1]}},
        {"more": 1},
    ],
)
def test_a_card_that_is_none_is_refused(folder, wrong):
    change(folder, **wrong)
    with pytest.raises(ModelError) as refused:
        load(folder)
    assert refused.value.hint == "jobcast failures train"


def test_a_card_that_is_no_json_is_refused(folder):
    (folder / "card.json").write_text("{", "utf-8")
    with pytest.raises(ModelError):
        load(folder)


@pytest.mark.parametrize("name", ["class_trees.txt", "failure_trees_1.txt"])
def test_trees_that_are_missing_or_damaged_are_refused(folder, name):
    text = (folder / name).read_text("utf-8")
    (folder / name).write_text(text.replace("0", "1"), "utf-8")
    with pytest.raises(ModelError):
        load(folder)
    (folder / name).unlink()
    with pytest.raises(ModelError):
        load(folder)


def test_there_is_no_model_where_there_is_nothing(tmp_path):
    with pytest.raises(ModelError):
        load(tmp_path / "nowhere")
