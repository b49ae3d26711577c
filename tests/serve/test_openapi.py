"""The OpenAPI document says what the service does: all routes, all refusals, and examples that are answered."""

import ast
from pathlib import Path
from urllib.parse import urlencode

import jsonschema_rs
import pytest

from jobcast import serve
from jobcast.serve.access import Right
from jobcast.serve.app import ROUTES, make_app
from jobcast.serve.described import FORM, REFUSALS
from jobcast.serve.http import BODY_SECONDS, MOST_BYTES
from jobcast.serve.openapi import document
from jobcast.serve.operations import OPERATIONS
from jobcast.systems.hooks.registry import HOOKS
from tests.serve.conftest import FIRST, SOMEBODY, asker
from tests.trained import a_job


def test_the_document_has_all_routes_in_their_order_and_no_others():
    told = [(method.upper(), path) for path, methods in document()["paths"].items() for method in methods]
    assert told == [(method, path) for method, path, _ in ROUTES]


def test_the_document_is_what_openapi_allows(ask):
    told = ask("GET", "/openapi.json").json
    assert told == document()
    for schema in told["components"]["schemas"].values():
        jsonschema_rs.meta.validate({**schema, "$schema": "https://json-schema.org/draft/2020-12/schema"})
    names = [methods["operationId"] for path in told["paths"].values() for methods in path.values()]
    assert len(set(names)) == len(ROUTES)


def test_each_field_that_needs_it_has_its_description_from_the_source():
    schemas = document()["components"]["schemas"]
    fields = schemas["SubmittedJob"]["properties"]
    assert fields["queue"]["description"] == "LSF queue, Slurm partition."
    assert fields["memory_mb"]["description"] == "What it asks for, of the whole job, in MiB; 0 is none."
    assert fields["cores"]["description"] == (
        "Of the whole job, over all its machines; null where it names no number."
    )
    plain = {
        field
        for schema in schemas.values()
        for field, about in schema.get("properties", {}).items()
        if "description" not in about
    }
    assert plain == {
        "schema", "model", "models", "jobs", "answers", "accepted", "memory", "run_time", "failure", "advice",
        "changes", "kept",
    }  # fmt: skip


def _refusals() -> set[tuple[int, str]]:
    """Return the status and word of every refusal that the service's source makes."""
    calls = [
        node
        for file in Path(serve.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "RefusedError"
    ]
    return {(ast.literal_eval(call.args[0]), ast.literal_eval(call.args[1])) for call in calls}


def test_the_document_knows_every_word_of_refusal():
    assert {(status, word) for word, (status, _) in REFUSALS.items()} == _refusals()
    told = str(document())
    assert [word for word in REFUSALS if f"`{word}`" not in told] == []
    assert MOST_BYTES == 4 << 20
    assert BODY_SECONDS == 10


EXAMPLES = [
    (path, content.media_type, name, body)
    for (_, path), operation in OPERATIONS.items()
    for content in operation.asks
    for name, body in content.examples.items()
]


@pytest.mark.parametrize(("path", "media_type", "name", "body"), EXAMPLES, ids=lambda one: str(one)[:20])
def test_each_example_is_answered_well(ask, path, media_type, name, body):
    path = path.format(name=name)
    if path == "/memPrediction":  # a family that is known: of another nothing can be said
        body = body | {key: text for key, text in a_job().items() if key != "name"}
    sent = (
        urlencode(body).encode() if media_type == FORM else body.encode() if isinstance(body, str) else body
    )
    reply = ask("POST", path, sent, headers={"Content-Type": media_type})
    assert reply.status == 200, reply.body


def test_what_is_answered_fits_its_schema(ask, trained):
    told = document()
    for answer, kind in (
        (ask("POST", "/v1/forecast", a_job()), "OneAnswer"),
        (ask("POST", "/v1/forecast", {"jobs": [a_job(), {"user": "nobody"}]}), "ManyAnswers"),
        (ask("GET", "/v1/models"), "Models"),
        (ask("GET", f"/v1/advice/{FIRST}"), "Entry"),
        (ask("GET", "/readyz"), "Health"),
        (ask("GET", "/nowhere"), "Problem"),
    ):
        schema = {"$ref": f"#/components/schemas/{kind}", "components": told["components"]}
        jsonschema_rs.validate(schema, answer.json, validate_formats=True)


@pytest.mark.parametrize(
    ("asked", "answered", "allow"),
    [
        ("GET /", (404, "no_path"), set()),
        ("GET /v1/models/", (404, "no_path"), set()),
        ("POST /v1/hook/", (404, "no_path"), set()),
        ("POST /v1/hook/../forecast", (404, "no_path"), set()),
        ("POST /v1/hook/pbs", (404, "no_hook"), set()),
        ("PUT /v1/forecast", (405, "no_method"), {"POST"}),
        ("BREW /v1/models", (405, "no_method"), {"GET", "HEAD"}),
    ],
)
def test_what_there_is_not_is_a_problem_like_all_others(ask, asked, answered, allow):
    reply = ask(*asked.split())
    assert (reply.status, reply.json["error"]) == answered
    assert set(filter(None, reply.headers.get("allow", "").split(", "))) == allow
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_rights_in_the_document_are_those_that_are_checked(make_service):
    nobodys = asker(make_app(make_service()))
    for (method, path), operation in OPERATIONS.items():
        reply = nobodys(method, path.format(name="lsf", id="x", file="start.js"), uid=SOMEBODY, client=None)
        assert (reply.status == 403) == (operation.right not in (None, Right.FORECAST))
    assert set(HOOKS) == set(
        next(one for one in OPERATIONS["POST", "/v1/hook/{name}"].parameters if one["in"] == "path")[
            "schema"
        ]["enum"]
    )
