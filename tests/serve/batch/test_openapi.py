"""The manager's OpenAPI document says what it does: all routes, all refusals, and answers that fit their schemas."""

import ast
from pathlib import Path

import jsonschema_rs
import pytest
from schemathesis import Case
from schemathesis.openapi import from_dict
from starlette.types import ASGIApp, Receive, Scope, Send

from jobcast.batch.order import Cancel
from jobcast.serve import batch
from jobcast.serve.batch.app import ROUTES, make_batch_app
from jobcast.serve.batch.operations import BATCH, REFUSALS
from jobcast.serve.openapi import document
from tests.batch import making
from tests.serve.batch.desks import desk
from tests.serve.conftest import asker
from tests.serve.test_schemathesis import BOUNDED, CONFORMANCE


def test_the_document_has_all_routes_and_no_others():
    told = {
        (method.upper(), path) for path, methods in document(BATCH)["paths"].items() for method in methods
    }
    assert told == {(method, path) for method, path, _ in ROUTES}


def test_the_document_knows_every_word_of_refusal():
    calls = [
        node
        for folder in (Path(batch.__file__).parent, Path(batch.__file__).parents[1])
        for file in folder.glob("*.py")
        if folder.name == "batch" or file.name in {"http.py", "unrouted.py", "crowd.py"}
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "RefusedError"
    ]
    words = {(ast.literal_eval(call.args[0]), ast.literal_eval(call.args[1])) for call in calls}
    assert {(status, word) for word, (status, _) in REFUSALS.items()} == words


def test_the_document_is_what_openapi_allows(tmp_path: Path):
    told = asker(make_batch_app(desk(tmp_path)))("GET", "/openapi.json").json
    assert told == document(BATCH)
    for schema in told["components"]["schemas"].values():
        jsonschema_rs.meta.validate({**schema, "$schema": "https://json-schema.org/draft/2020-12/schema"})


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("steps", "StepsListed"),
        ("steps?state=over", "StepsListed"),
        ("steps/n.1.0", "StepListed"),
        ("steps/n.2.0", "StepListed"),
        ("machines", "MachinesListed"),
        ("classes", "ClassesListed"),
    ],
)
def test_what_is_listed_fits_its_schema(tmp_path: Path, path: str, kind: str):
    made = desk(tmp_path)
    making.submit(made.loop.ledger, making.submitted("n.1.0", tasks=4), making.submitted("n.1.1"))
    making.submit(made.loop.ledger, making.submitted("n.2.0"))
    making.order(made.loop.ledger, Cancel(steps=("n.2.0",)))
    answer = asker(make_batch_app(made))("GET", f"/v1/batch/{path}").json
    schemas = document(BATCH)["components"]["schemas"]
    whole = {"$ref": f"#/components/schemas/{kind}", "components": {"schemas": schemas}}
    jsonschema_rs.validate(whole, answer)


class Served:
    """The application of these tests, as a caller reaches it."""

    app: ASGIApp
    caller: Scope

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, **self.caller}, receive, send)


API = from_dict(document(BATCH), config=BOUNDED)
API.app = Served()
_WITH_AN_END = API.exclude(path="/v1/batch/events")


@pytest.fixture(scope="module", autouse=True)
def served(tmp_path_factory: pytest.TempPathFactory) -> None:
    API.app.app = make_batch_app(desk(tmp_path_factory.mktemp("asked")))


@_WITH_AN_END.parametrize()
def test_whatever_root_asks_is_answered_as_the_document_says(case: Case) -> None:
    API.app.caller = {"state": {"uid": 0}, "client": None}
    _ask(case)


@_WITH_AN_END.parametrize()
def test_whatever_a_stranger_asks_is_answered_as_the_document_says(case: Case) -> None:
    API.app.caller = {"state": {}, "client": ("192.0.2.1", 4711)}
    _ask(case)


def _ask(case: Case) -> None:
    response = case.call_and_validate(checks=CONFORMANCE)
    if response.status_code >= 500:
        assert response.json()["error"] != "fault"
