"""The page on the batch manager's API: its orders are orders, and no path is left out."""

from dataclasses import fields
from typing import Any, cast, get_args

import msgspec
import pytest

from jobcast.batch.client import Happened
from jobcast.batch.notices import Notice, Occasion, json_of
from jobcast.batch.order import Answer, Done, Order
from jobcast.batch.plain import from_json, to_json
from jobcast.batch.record import Notify
from jobcast.batch.service import Past
from jobcast.serve.batch.app import ROUTES
from tests.batch.test_notices import step
from tests.docs.pages import LANGUAGES, blocks, rows, text_of, words

NAME = "batch-api.md"


def json(language: str, number: int) -> list[str]:
    """Return the lines of a block of JSON."""
    return blocks(text_of(NAME, language), "json")[number].splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_order_is_shown_and_is_one(language: str) -> None:
    orders = [from_json(line, cast("type[Any]", Order)) for line in json(language, 0)]
    assert {type(order) for order in orders} == set(get_args(Order))
    for order, line in zip(orders, json(language, 0), strict=True):
        assert from_json(to_json(order), cast("type[Any]", Order)) == order
        assert msgspec.json.decode(line).keys() <= {"kind", *(field.name for field in fields(order))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_events_and_notices_are_as_they_come(language: str) -> None:
    for line in json(language, 1):
        assert from_json(line, Answer).outcomes
    assert from_json(json(language, 2)[0], Happened).turn
    notice = Notice(occasion=Occasion.ENDED, step=step())
    shown = msgspec.json.decode(json(language, 3)[0])
    assert list(shown) == list(msgspec.json.decode(json_of(notice, "cma")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_path_outcome_and_wish_is_there(language: str) -> None:
    text = text_of(NAME, language)
    told = words(text)
    paths = {f"{method} {path}" for method, path, _ in ROUTES if path.startswith("/v1/")}
    assert paths <= set(told)
    assert {field.name for field in fields(Past)} <= set(told)
    assert set(Done) <= set(told)
    assert {word for row in rows(text, 4) for word in words(row[0])} >= set(Notify)
