"""What can be asked of the batch manager, as its OpenAPI document tells; a test holds this against the routes."""

from collections.abc import Mapping
from typing import Any, get_args

import msgspec

from jobcast.batch.order import Answer as OrderAnswer
from jobcast.batch.order import Order
from jobcast.batch.record import StepState
from jobcast.serve.answered import Problem
from jobcast.serve.batch import listed, listings, login
from jobcast.serve.batch.choice import MOST, STATES, USUAL
from jobcast.serve.described import REFUSALS as OF_SERVICE
from jobcast.serve.described import Answer, Content, Operation
from jobcast.serve.docstrings import field_docs, in_json
from jobcast.serve.openapi import Interface

_SCHEMAS = "#/components/schemas/{name}"
_LISTINGS, _ORDERS, _STREAMS, _PAGE = "Listings", "Orders", "All of it", "The page"
"""Headings."""
_ABOUT = """Steps of jobs that run and wait on this cluster, and orders to them.

Over the Unix socket the kernel tells who asks: everybody may look, submit, and change his own steps; operators may do
everything. On this host everybody may look over TCP. From elsewhere, and for orders over TCP, a bearer token is needed
(`jobcast token add NAME --right read`, `--right batch --user LOGIN` or `--right operate`). The page keeps it in a
cookie; then orders are taken from this manager's own page alone.

Seconds are those of the epoch. All refusals are a `Problem` with a fixed word."""
_LOOKS = ("no_token", "not_allowed")

REFUSALS: Mapping[str, tuple[int, str]] = {
    "bad_request": (400, "the query or the body is not what is asked for"),
    "no_number": (400, "a number is asked for, and something else was sent"),
    "no_token": (401, "this needs a token, or the Unix socket"),
    "wrong_token": (401, "there is no such token, or it has expired"),
    "not_allowed": (403, "whoever asks does not have the right"),
    "other_site": (403, "a browser's orders must come from this manager's own page"),
    "no_step": (404, "there is no such step"),
    "no_file": (404, "there is no such file"),
    "no_path": OF_SERVICE["no_path"],
    "no_method": OF_SERVICE["no_method"],
    "too_slow": OF_SERVICE["too_slow"],
    "too_large": OF_SERVICE["too_large"],
    "packed": OF_SERVICE["packed"],
    "unreadable": (422, "the body is no order"),
    "too_often": (429, "too many wrong tokens came from there: wait a minute"),
    "too_many_connections": OF_SERVICE["too_many_connections"],
    "busy": OF_SERVICE["busy"],
    "unavailable": (
        503,
        "the journal can't be read or written: its disk may be full; `message` tells the cure in a second line",
    ),
    "fault": OF_SERVICE["fault"],
}
"""Fixed word to status and what it means."""


def _query(name: str, about: str, **schema: Any) -> Mapping[str, Any]:
    return {"name": name, "in": "query", "description": about, "schema": schema}


_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
_LANG = _query("lang", "Of sentences; else Accept-Language tells.", enum=["en", "zh"])
_WHOLE = {"type": "integer", "minimum": 0, "maximum": 4_000_000_000}
_JSON_TEXT = Content(schema={"type": "object"})


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _SCHEMAS.format(name=name)}


OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("POST", "/v1/batch/orders"): Operation(
        name="order",
        group=_ORDERS,
        about="Carry out an order.\n\nWhat it changes is written down for good when the answer comes. The id of a job, "
        "or of an array, stands for all its steps.",
        parameters=(_LANG,),
        asks=(
            Content(
                schema=_reference("Order"),
                examples={
                    "hold": {"kind": "Hold", "steps": ["n01.12.0"]},
                    "submit": {"kind": "SubmitCommand", "arguments": ["sleep 60"], "directory": "/"},
                },
            ),
        ),
        answers={
            200: Answer(
                about="What came of it for each step; also where it was refused, `done` tells.",
                contents=(Content(schema=_reference("Answer")),),
            )
        },
        refusals=(*_LOOKS, "other_site", "unreadable"),
    ),
    ("POST", "/v1/batch/login"): Operation(
        name="login",
        group=_PAGE,
        about="Keep a token in a cookie that no script can read.",
        asks=(Content(kinds=(login.Login,)),),
        answers={200: Answer(about="Whose it is.", contents=(Content(kinds=(login.LoggedIn,)),))},
        refusals=("bad_request", "wrong_token", "not_allowed", "other_site", "too_often"),
    ),
    ("POST", "/v1/batch/logout"): Operation(
        name="logout",
        group=_PAGE,
        about="Forget it.",
        answers={200: Answer(about="It is forgotten.", contents=(_JSON_TEXT,))},
        refusals=("other_site",),
    ),
    ("GET", "/v1/batch/steps"): Operation(
        name="steps",
        group=_LISTINGS,
        about="Some of the steps.",
        parameters=(
            _query(
                "state", "Which ones; `alive` where it is left out.", enum=[*STATES, *map(str, StepState)]
            ),
            _query("user", "Of whom.", type="string"),
            _query("class", "Of which class.", type="string"),
            _query("q", "A part of an id, name, user, class, command, comment or machine.", type="string"),
            _query("offset", "How many are left out.", **_WHOLE),
            _query(
                "limit", f"How many are wanted; {USUAL} where it is left out.", **_WHOLE | {"maximum": MOST}
            ),
            _LANG,
        ),
        answers={200: Answer(about="Those.", contents=(Content(kinds=(listings.StepsListed,)),))},
        refusals=(*_LOOKS, "bad_request", "no_number"),
    ),
    ("GET", "/v1/batch/steps/{id}"): Operation(
        name="step",
        group=_LISTINGS,
        about="One step, over or not, and who is before it.",
        parameters=(_ID, _LANG),
        answers={200: Answer(about="It.", contents=(Content(kinds=(listed.StepListed,)),))},
        refusals=(*_LOOKS, "no_step", "no_path"),
    ),
    ("GET", "/v1/batch/machines"): Operation(
        name="machines",
        group=_LISTINGS,
        about="All machines.",
        answers={200: Answer(about="Those.", contents=(Content(kinds=(listings.MachinesListed,)),))},
        refusals=_LOOKS,
    ),
    ("GET", "/v1/batch/classes"): Operation(
        name="classes",
        group=_LISTINGS,
        about="All classes.",
        answers={200: Answer(about="Those.", contents=(Content(kinds=(listings.ClassesListed,)),))},
        refusals=_LOOKS,
    ),
    ("GET", "/v1/batch/snapshot"): Operation(
        name="snapshot",
        group=_STREAMS,
        about="All that is known at one moment, as `jobcast.batch.snapshot.Snapshot` has it.\n\nWith `If-None-Match` "
        "it is sent only where something has changed.",
        parameters=(
            _query("steps", "Only these steps, jobs or arrays, with commas between.", type="string"),
            _query("over_since", "Also steps that were over at or after that second.", type="integer"),
            _query("backfill", "`1`: also the gaps that backfill may use.", enum=["0", "1"]),
            _query("bare", "`1`: without why steps wait.", enum=["0", "1"]),
        ),
        answers={200: Answer(about="All of it.", contents=(_JSON_TEXT,))},
        refusals=(*_LOOKS, "no_number"),
    ),
    ("GET", "/v1/batch/past"): Operation(
        name="past",
        group=_STREAMS,
        about="Steps that are over, oldest end first, one `jobcast.batch.record.Step` a line.",
        parameters=(
            *(
                _query(name, "Only of that.", type="string")
                for name in ("user", "queue", "group", "unix_group", "job")
            ),
            *(
                _query(f"{what}_{end}", "Second of the epoch.", type="integer")
                for what in ("submitted", "ended")
                for end in ("from", "before")
            ),
        ),
        answers={
            200: Answer(about="Those.", contents=(Content(media_type="application/x-ndjson", schema={}),))
        },
        refusals=(*_LOOKS, "no_number"),
    ),
    ("GET", "/v1/batch/events"): Operation(
        name="events",
        group=_STREAMS,
        about="What happens from now on: server-sent events, each with the steps that changed and their states.",
        answers={
            200: Answer(about="Without end.", contents=(Content(media_type="text/event-stream", schema={}),))
        },
        refusals=_LOOKS,
    ),
    ("GET", "/"): Operation(
        name="page",
        group=_PAGE,
        about="The page; it takes what `steps` takes.",
        parameters=(_LANG, _query("step", "Whose detail is shown.", type="string")),
        answers={
            200: Answer(about="It loads nothing from elsewhere.", contents=(Content(media_type="text/html"),))
        },
        refusals=("bad_request", "no_number"),
    ),
    ("GET", "/page/live"): Operation(
        name="live",
        group=_PAGE,
        about="Parts of the page, as its script puts them in.",
        parameters=(_LANG,),
        answers={200: Answer(about="Name to HTML.", contents=(_JSON_TEXT,))},
        refusals=(*_LOOKS, "bad_request", "no_number"),
    ),
    ("GET", "/page/plan"): Operation(
        name="plan",
        group=_PAGE,
        about="The chart of the past hours, and of what is planned.",
        parameters=(_query("hours", "Of the past.", type="integer", minimum=1, maximum=168), _LANG),
        answers={200: Answer(about="As the page's script takes it.", contents=(_JSON_TEXT,))},
        refusals=(*_LOOKS, "no_number"),
    ),
    ("GET", "/page/{file}"): Operation(
        name="file",
        group=_PAGE,
        about="What the page loads.",
        parameters=({"name": "file", "in": "path", "required": True, "schema": {"type": "string"}},),
        answers={
            200: Answer(
                about="The file.",
                contents=(Content(media_type="text/css"), Content(media_type="text/javascript")),
            )
        },
        refusals=(*_LOOKS, "no_file", "no_path"),
    ),
    ("GET", "/openapi.json"): Operation(
        name="openapi",
        group=_PAGE,
        about="This document.",
        answers={200: Answer(about="OpenAPI 3.1.", contents=(_JSON_TEXT,))},
    ),
    ("GET", "/healthz"): Operation(
        name="healthz",
        group=_PAGE,
        about="Whether the manager answers.",
        answers={200: Answer(about="How often its core was called.", contents=(_JSON_TEXT,))},
    ),
}


def _order_schemas() -> dict[str, Any]:
    """Return the schemas of orders, which tell by ``kind`` what they are, and of what is answered."""
    members = get_args(Order)
    _, schemas = msgspec.json.schema_components([*members, OrderAnswer], ref_template=_SCHEMAS)
    for kind in (*members, OrderAnswer):
        docs = field_docs(kind)
        for name, field in schemas[kind.__name__]["properties"].items():
            if name in docs and "$ref" not in field:
                field["description"] = docs[name]
        if kind.__doc__:
            schemas[kind.__name__]["description"] = in_json(kind.__doc__)
    for member in members:
        schema = schemas[member.__name__]
        schema["properties"] = {"kind": {"const": member.__name__}, **schema["properties"]}
        schema["required"] = ["kind", *schema.get("required", [])]
    schemas["Order"] = {
        "oneOf": [_reference(member.__name__) for member in members],
        "discriminator": {"propertyName": "kind"},
    }
    return schemas


BATCH = Interface(
    title="jobcast batch",
    about=_ABOUT,
    operations=OPERATIONS,
    refusals=REFUSALS,
    modules=(listed, listings, login),
    answering=(listed, listings),
    more=(Problem,),
    schemas=_order_schemas(),
    when="From `jobcast token add NAME`; not needed over the Unix socket, nor on this host to look.",
)
"""The batch manager."""
