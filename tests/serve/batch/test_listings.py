"""Listings for programs: some of the steps, one step, machines and classes."""

from pathlib import Path

import pytest

from jobcast.batch.order import Cancel, Hold
from jobcast.batch.orders import Asker
from jobcast.batch.service import MOST_ORDER_BYTES
from jobcast.serve.batch.app import make_batch_app
from jobcast.serve.batch.desk import Desk
from tests.batch import making
from tests.serve.batch.desks import desk as made
from tests.serve.conftest import Ask, asker


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk with a running step, a held one, two that wait, and one that was taken back."""
    desk = made(tmp_path)
    ledger = desk.loop.ledger
    making.submit(ledger, making.submitted("n.1.0", tasks=3), making.submitted("n.1.1", user="bob", tasks=2))
    making.submit(ledger, making.submitted("n.2.0", tasks=4), making.submitted("n.2.1", tasks=4))
    desk.loop.do(Hold(steps=("n.2.0",)), Asker(user="ada"))
    making.submit(ledger, making.submitted("n.3.0", tasks=4))
    making.order(ledger, Cancel(steps=("n.3.0",)))
    return desk


@pytest.fixture
def ask(desk: Desk) -> Ask:
    return asker(make_batch_app(desk))


@pytest.mark.parametrize(
    ("query", "ids", "count"),
    [
        ("", ["n.1.0", "n.1.1", "n.2.1", "n.2.0"], 4),
        ("?state=running", ["n.1.0"], 1),
        ("?state=waiting", ["n.1.1", "n.2.1"], 2),
        ("?state=held", ["n.2.0"], 1),
        ("?state=user_hold", ["n.2.0"], 1),
        ("?state=over", ["n.3.0"], 1),
        ("?state=completed", [], 0),
        ("?user=bob", ["n.1.1"], 1),
        ("?class=urgent", [], 0),
        ("?q=N.2", ["n.2.1", "n.2.0"], 2),
        ("?limit=1&offset=1", ["n.1.1"], 4),
        ("?limit=0", [], 4),
    ],
)
def test_some_steps_are_asked_for(ask: Ask, query: str, ids: list[str], count: int):
    told = ask("GET", f"/v1/batch/steps{query}").json
    assert sorted(step["id"] for step in told["steps"]) == sorted(ids)
    assert told["count"] == count


@pytest.mark.parametrize(
    "query", ["?state=odd", "?limit=-1", "?offset=x", "?limit=1e3", "?limit=99999999999"]
)
def test_what_cannot_be_asked_for_is_refused(ask: Ask, query: str):
    assert ask("GET", f"/v1/batch/steps{query}").status == 400


def test_one_step_tells_why_it_waits_in_the_askers_language_and_who_is_before_it(ask: Ask):
    told = ask("GET", "/v1/batch/steps/n.2.1?lang=zh").json
    assert (told["user"], told["class"], told["state"], told["state_text"]) == (
        "ada",
        "normal",
        "idle",
        "空闲等待",
    )
    assert told["waits"]["sentence"] == "需要 cpus 4，空闲 1"
    assert told["waits"]["before"] == ["n.1.1", "n.2.0"]
    english = ask("GET", "/v1/batch/steps/n.2.1").json["waits"]["sentence"]
    assert english == "needs 4 of cpus; 1 are free"


def test_one_step_is_told_after_its_end_and_none_that_there_is_not(ask: Ask):
    assert ask("GET", "/v1/batch/steps/n.3.0").json["state"] == "canceled"
    reply = ask("GET", "/v1/batch/steps/n.4.0")
    assert (reply.status, reply.json["error"]) == (404, "no_step")


def test_scripts_and_environments_are_nobodys_business(ask: Ask):
    for path in ("steps", "steps/n.1.0", "snapshot", "past"):
        assert b"secret" not in ask("GET", f"/v1/batch/{path}").body


def test_machines_and_classes_tell_who_uses_them(ask: Ask):
    (machine,) = ask("GET", "/v1/batch/machines").json["machines"]
    assert (machine["name"], machine["state"]) == ("n1", "up")
    assert (machine["used"]["cpus"], machine["resources"]["cpus"]) == (3, 4)
    assert machine["running"] == {"normal": 3}
    classes = ask("GET", "/v1/batch/classes").json["classes"]
    assert [(one["name"], one["running"], one["waiting"]) for one in classes] == [
        ("urgent", 0, 0),
        ("normal", 1, 3),
    ]


def test_a_body_of_lists_within_lists_is_refused_in_words(ask: Ask):
    reply = ask("POST", "/v1/batch/orders", b"[" * 100_000)
    assert (reply.status, reply.json) == (
        422,
        {
            "schema": 1,
            "error": "unreadable",
            "message": "this can't be read: too many lists or objects stand within each other",
        },
    )


def test_a_body_of_ten_megabytes_is_refused(ask: Ask):
    order = {"kind": "SubmitCommandFile", "text": "#" * (10 << 20), "directory": "/"}
    reply = ask("POST", "/v1/batch/orders", order)
    assert (reply.status, reply.json["error"]) == (413, "too_large")
    assert reply.json["message"] == f"the body is larger than {MOST_ORDER_BYTES} bytes"
