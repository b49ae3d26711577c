"""Who may look at the batch manager, who may give orders as whom, and what a browser keeps."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobcast.serve.access import Right, Token
from jobcast.serve.batch.app import make_batch_app
from jobcast.serve.batch.door import COOKIE, Door, within_reach
from jobcast.serve.tokens import make_token
from tests.batch import making
from tests.serve.batch.desks import desk
from tests.serve.conftest import Ask, asker

NOW = datetime.fromtimestamp(making.AT, UTC)
LATER = NOW + timedelta(days=1)
MADE = {
    "ada": make_token("ada's page", [Right.BATCH], LATER, "ada"),
    "operator": make_token("operations", [Right.OPERATE], LATER),
    "reader": make_token("wall", [Right.READ], LATER),
    "hosts": make_token("hosts", [Right.FORECAST], LATER),
    "old": make_token("old", [Right.OPERATE], NOW),
}
FAR, HERE = ("10.1.2.3", 5), ("127.0.0.1", 5)
SUBMIT = {"kind": "SubmitCommand", "arguments": ["-n", "3", "sleep 9"], "directory": "/"}
HOLD = {"kind": "Hold", "steps": ["1"]}


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    door = Door(
        operators=lambda: frozenset({"root"}),
        tokens=lambda: tuple(kept for _, kept in MADE.values()),
        now=lambda: NOW,
    )
    return asker(make_batch_app(desk(tmp_path, door=door)))


def _with(name: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {MADE[name][0]}"}


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        (HERE, {}, 200),
        (HERE, {"Host": "localhost:8480"}, 200),
        (HERE, {"Host": "[::1]:8480"}, 200),
        (HERE, {"Host": "rebound.example:8480"}, 401),
        (HERE, _with("old"), 401),
        (FAR, {}, 401),
        (FAR, _with("reader"), 200),
        (FAR, _with("ada"), 200),
        (FAR, _with("hosts"), 403),
        (FAR, {"Cookie": f"{COOKIE}={MADE['reader'][0]}"}, 200),
        (FAR, {"Cookie": f"{COOKIE}=jc_guessed"}, 401),
    ],
)
@pytest.mark.parametrize("path", ["snapshot", "past"])
def test_who_may_look(ask: Ask, path: str, client: tuple[str, int], headers: dict[str, str], status: int):
    assert ask("GET", f"/v1/batch/{path}", uid=None, client=client, headers=headers).status == status


def _order(ask: Ask, order: object, headers: Mapping[str, str], client: tuple[str, int] = FAR) -> object:
    reply = ask("POST", "/v1/batch/orders", order, uid=None, client=client, headers=headers)
    return reply.json["error"] if "error" in reply.json else [one["done"] for one in reply.json["outcomes"]]


def test_orders_are_given_as_the_user_of_the_token_or_by_an_operator(ask: Ask):
    assert _order(ask, SUBMIT, {}, HERE) == "no_token"
    assert _order(ask, SUBMIT, _with("reader")) == "not_allowed"
    assert _order(ask, SUBMIT, _with("operator")) == ["refused"]
    assert _order(ask, SUBMIT, _with("ada")) == ["yes"]
    (step,) = ask("GET", "/v1/batch/snapshot").json["steps"]
    assert step["submitted"]["job"]["user"] == "ada"
    ask("POST", "/v1/batch/orders", SUBMIT)
    assert _order(ask, {"kind": "Hold", "steps": ["2"]}, _with("ada")) == ["not_yours"]
    assert _order(ask, {"kind": "Hold", "steps": ["2"]}, _with("operator")) == ["yes"]


def test_a_browser_logs_in_with_a_token_that_no_script_can_read(ask: Ask):
    reply = ask("POST", "/v1/batch/login", {"token": MADE["ada"][0]}, uid=None, client=HERE)
    assert reply.json == {"name": "ada's page", "user": "ada", "operator": False}
    parts = [part.strip().lower() for part in reply.headers["set-cookie"].split(";")]
    assert parts[0] == f"{COOKIE}={MADE['ada'][0]}".lower()
    assert {"httponly", "samesite=strict", "path=/"} < set(parts)
    out = ask("POST", "/v1/batch/logout", uid=None, client=HERE)
    assert "max-age=0" in out.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ({"Origin": "http://here:8480"}, ["yes"]),
        ({"Origin": "http://here:9999"}, "other_site"),
        ({"Origin": "null"}, "other_site"),
        ({}, "other_site"),
    ],
)
def test_a_browser_gives_orders_only_from_this_managers_page(
    ask: Ask, origin: dict[str, str], expected: object
):
    cookie = {"Cookie": f"{COOKIE}={MADE['ada'][0]}", "Host": "here:8480"}
    assert _order(ask, SUBMIT, {**cookie, **origin}) == expected


def test_another_site_cannot_log_a_browser_in(ask: Ask):
    told = {"token": MADE["ada"][0]}
    headers = {"Host": "here:8480", "Origin": "https://elsewhere.example"}
    assert ask("POST", "/v1/batch/login", told, uid=None, client=HERE, headers=headers).status == 403


def test_who_guesses_tokens_must_wait(ask: Ask):
    tried = [
        ask("POST", "/v1/batch/login", {"token": "jc_guessed"}, uid=None, client=FAR).json["error"]
        for _ in range(11)
    ]
    assert tried == ["wrong_token"] * 10 + ["too_often"]
    assert ask("POST", "/v1/batch/login", {"token": MADE["ada"][0]}, uid=None, client=HERE).status == 200


@pytest.mark.parametrize(
    ("rights", "user", "writer", "kept"),
    [
        ((Right.BATCH, Right.OPERATE, Right.READ), "root", None, (Right.BATCH, Right.OPERATE, Right.READ)),
        ((Right.BATCH, Right.READ), "root", "jobcast", (Right.READ,)),
        ((Right.BATCH,), "jobcast", "jobcast", (Right.BATCH,)),
        ((Right.OPERATE,), None, "jobcast", ()),
        ((Right.OPERATE,), None, "boss", (Right.OPERATE,)),
        ((Right.OPERATE,), "root", "boss", ()),
    ],
)
def test_whoever_writes_tokens_gives_no_more_than_he_may(
    rights: tuple[Right, ...], user: str | None, writer: str | None, kept: tuple[Right, ...]
):
    token = Token(name="t", sha256="0" * 64, rights=rights, expires=LATER, user=user)
    assert within_reach(token, writer, frozenset({"root", "boss"})) == replace(token, rights=kept)
