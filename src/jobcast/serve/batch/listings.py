"""Listings over HTTP: steps, one step, machines, classes."""

from dataclasses import replace

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from jobcast.batch import picture
from jobcast.batch.client import in_words
from jobcast.batch.ledger import Ledger
from jobcast.language import speaking
from jobcast.serve.batch.choice import choice_of, choose
from jobcast.serve.batch.desk import JSON, Desk, looking, spoken
from jobcast.serve.batch.listed import (
    ClassListed,
    MachineListed,
    StepListed,
    classes_listed,
    listed,
    machine_listed,
    step_listed,
)
from jobcast.serve.http import RefusedError


class StepsListed(msgspec.Struct, kw_only=True):
    """Steps, some of those that were asked for."""

    at: int
    """Second of the epoch."""
    count: int
    """How many were asked for; of those that are over, among the last 1,000."""
    steps: list[StepListed]
    """In the order of the line: running, suspended, waiting ones; those that are over newest first."""


class MachinesListed(msgspec.Struct, kw_only=True):
    """All machines."""

    at: int
    """Second of the epoch."""
    machines: list[MachineListed]


class ClassesListed(msgspec.Struct, kw_only=True):
    """All classes."""

    at: int
    """Second of the epoch."""
    policy: str
    """Name of the rules in force."""
    classes: list[ClassListed]
    """Those of the highest priority first."""


async def steps(desk: Desk, request: Request) -> Response:
    """``GET /v1/batch/steps``: some of the steps."""
    looking(desk, request)
    ledger = desk.loop.ledger
    chosen = await choose(choice_of(request.query_params), ledger)
    with speaking(spoken(request)):
        told = [listed(step, ledger) for step in chosen.steps]
    return _json(StepsListed(at=desk.loop.second(), count=chosen.count, steps=told))


async def step(desk: Desk, request: Request) -> Response:
    """``GET /v1/batch/steps/{id}``: one step, over or not, and who is before it."""
    looking(desk, request)
    found = one_step(request.path_params["id"], desk.loop.ledger, spoken(request))
    if found is None:
        raise RefusedError(404, "no_step", "there is no such step")
    return _json(found)


def one_step(name: str, ledger: Ledger, language: str) -> StepListed | None:
    """Return one step, over or not, with those before it; None where there is none of that id."""
    known = ledger.steps.get(name) or ledger.journal.step(name)
    if known is None:
        return None
    with speaking(language):
        waits = picture.whole_waits(name, ledger)
        return step_listed(known, None if waits is None else replace(in_words(waits), before=waits.before))


async def machines(desk: Desk, request: Request) -> Response:
    """``GET /v1/batch/machines``."""
    looking(desk, request)
    told = [machine_listed(one) for one in picture.machines(desk.loop.ledger)]
    return _json(MachinesListed(at=desk.loop.second(), machines=told))


async def classes(desk: Desk, request: Request) -> Response:
    """``GET /v1/batch/classes``."""
    looking(desk, request)
    ledger = desk.loop.ledger
    return _json(
        ClassesListed(at=desk.loop.second(), policy=ledger.state.policy.name, classes=classes_listed(ledger))
    )


def _json(value: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(value), media_type=JSON, headers={"cache-control": "no-store"})
