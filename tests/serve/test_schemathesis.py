"""Schemathesis asks what the OpenAPI document allows, and much that it doesn't: all answers are those it promises."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import count

import pytest
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.config import SchemathesisConfig
from schemathesis.openapi import format as schema_format
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.types import ASGIApp, Receive, Scope, Send

from jobcast.advice import advice_id
from jobcast.predict.shelf import Shelf
from jobcast.serve.access import Right
from jobcast.serve.active import Loaded
from jobcast.serve.app import make_app
from jobcast.serve.openapi import document
from jobcast.serve.service import Service
from jobcast.serve.settings import Settings
from jobcast.serve.tokens import make_token
from jobcast.systems.hooks.base import HookSite
from tests.serve.conftest import NOW, ROOT
from tests.trained import a_job

RULES = """
mode = "lower"
run_limit = true
memory_limit = true
memory_default = "2 GB"
"""
KNOWN = {name: text for name, text in a_job().items() if name != "name"}
CONFORMANCE = [status_code_conformance, content_type_conformance, response_schema_conformance]
BOUNDED = SchemathesisConfig.from_dict(
    {
        "seed": 1,
        "generation": {
            "deterministic": True,
            "max-examples": 60,
            "database": "none",
            "no-shrink": True,
            "with-security-parameters": False,
        },
    }
)

ZONES = st.timezones() | st.sampled_from(
    [timezone(timedelta(hours=hours)) for hours in (-23, -14, 0, 14, 23)]
)
schema_format("date-time", st.datetimes(timezones=ZONES).map(datetime.isoformat))


class Served:
    """The application of the service of these tests, as a caller reaches it."""

    app: ASGIApp
    caller: Scope

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http", "the service of these tests has begun"
        await self.app({**scope, **self.caller}, receive, send)


API = from_dict(document(), config=BOUNDED)
API.app = Served()


@pytest.fixture(scope="module")
def service(model_folder, tmp_path_factory) -> Iterator[Service]:
    """Return a service that lowers requests, and has a token to give out."""
    folder = tmp_path_factory.mktemp("asked")
    store, rules = folder / "store", folder / "rules.toml"
    shutil.copytree(model_folder, store / "models" / model_folder.name)
    Shelf(store / "models").activate(model_folder.name)
    rules.write_text(RULES)
    settings = Settings(
        store=store,
        rules=rules,
        administrators=frozenset({0}),
        site=HookSite(),
        timezone=UTC,
        language="en",
    )
    numbers = count(1)
    service = Service(settings, now=lambda: NOW, new_id=lambda: advice_id(next(numbers)))
    service.load_now()
    service.tokens.now = (make_token("elsewhere", [Right.READ], NOW + timedelta(days=1))[1],)
    API.app.app = make_app(service)
    yield service
    learnt = service.follower.load(model_folder.name)  # as a worker does that begins with all that was told
    assert isinstance(learnt, Loaded)
    assert learnt.place == service.follower.loaded.place
    service.close()


@API.parametrize()
def test_whatever_root_asks_is_answered_as_the_document_says(service: Service, case: Case) -> None:
    API.app.caller = {"state": {"uid": ROOT}, "client": None}
    _ask(case)


@API.include(path=["/v1/forecast", "/v1/feedback", "/memPrediction"]).parametrize()
def test_whatever_is_asked_about_a_known_job_is_answered_as_the_document_says(
    service: Service, case: Case
) -> None:
    API.app.caller = {"state": {"uid": ROOT}, "client": None}
    if isinstance(case.body, dict):
        for one in case.body["jobs"] if isinstance(case.body.get("jobs"), list) else [case.body]:
            if isinstance(one, dict):
                one.update(KNOWN)
    _ask(case)


@API.parametrize()
def test_whatever_a_stranger_asks_is_answered_as_the_document_says(service: Service, case: Case) -> None:
    API.app.caller = {"state": {}, "client": ("192.0.2.1", 4711)}
    _ask(case)


def _ask(case: Case) -> None:
    response = case.call_and_validate(checks=CONFORMANCE)
    assert response.status_code in {200, 400, 401, 403, 404, 405, 408, 413, 415, 503}
    if response.status_code == 503:
        assert response.json().get("error") != "fault"
