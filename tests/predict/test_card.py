"""A card comes back as it was written, or says that it can't."""

import json
import math

import pytest

from jobcast.errors import ModelError
from jobcast.predict.card import SCHEMA, Card, read_card
from tests.made_up import HOSTILE

CARD = Card(
    recipe="default",
    made="2026-03-01T02:00:07+00:00",
    versions={"jobcast": "0.1.0", "numpy": "2.2.0"},
    data={"jobs": 3, "learnt_from": 2, "first_day": "2026-01-01", "last_day": "2026-02-28"},
    settings={"risk": 0.05, "boosting": {"num_leaves": 63}},
    risk=0.05,
    features=("queue:mean", "hour"),
    ceiling=34.5,
    offsets={"same": 0.125, "young": -0.5},
    scores={"jobs": 7, "median_error": None},
)


def test_a_card_comes_back_as_it_was_written(tmp_path):
    CARD.save(tmp_path)
    assert read_card(tmp_path) == CARD


def test_what_a_recipe_leaves_out_stays_out(tmp_path):
    plain = Card(recipe="memprediction", made="now", versions={}, data={}, settings={}, risk=0.5)
    plain.save(tmp_path)
    assert read_card(tmp_path) == plain
    assert (read_card(tmp_path).offsets, read_card(tmp_path).scores) == (None, None)


def test_a_card_is_plain_json_with_a_version(tmp_path):
    Card(recipe=HOSTILE, made="终", versions={}, data={}, settings={}, risk=0.5).save(tmp_path)
    text = (tmp_path / "card.json").read_text("utf-8")
    fields = json.loads(text)
    assert (fields["schema"], fields["recipe"]) == (SCHEMA, HOSTILE)
    assert "终" in text


def test_a_card_from_a_newer_program_says_so(tmp_path):
    CARD.save(tmp_path)
    fields = json.loads((tmp_path / "card.json").read_text())
    (tmp_path / "card.json").write_text(json.dumps({**fields, "schema": SCHEMA + 1, "soul": True}))
    with pytest.raises(ModelError, match=f"has card version {SCHEMA + 1}, not {SCHEMA}") as error:
        read_card(tmp_path)
    assert error.value.hint == "jobcast train"


@pytest.mark.parametrize(
    "text", ["", "{", "5", "null", '"card"', "[]", "[1, 2]", f'{{"schema": {SCHEMA}}}', "{}"]
)
def test_a_damaged_card_is_an_error_with_a_cure(tmp_path, text):
    (tmp_path / "card.json").write_text(text)
    with pytest.raises(ModelError, match=r"cannot read .*/card\.json: ") as error:
        read_card(tmp_path)
    assert error.value.hint == "jobcast train"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"\x00" * 100])
def test_no_card_and_no_text_are_errors(tmp_path, content):
    if content is not None:
        (tmp_path / "card.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"cannot read .*/card\.json: "):
        read_card(tmp_path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recipe", ["default"]),
        ("risk", "high"),
        ("ceiling", None),
        ("offsets", [1, 2]),
        ("scores", "good"),
        ("data", None),
        ("features", 7),
        ("unknown", 1),
    ],
)
def test_a_field_of_another_kind_is_a_damage(tmp_path, field, value):
    CARD.save(tmp_path)
    fields = json.loads((tmp_path / "card.json").read_text())
    (tmp_path / "card.json").write_text(json.dumps({**fields, field: value}))
    with pytest.raises(ModelError, match=r"cannot read .*/card\.json: "):
        read_card(tmp_path)


def test_figures_come_back_to_the_last_bit(tmp_path):
    odd = Card(
        recipe="d",
        made="",
        versions={},
        data={},
        settings={},
        risk=0.1 + 0.2,
        ceiling=math.pi,
        offsets={"a": 1 / 3},
    )
    odd.save(tmp_path)
    assert read_card(tmp_path) == odd
