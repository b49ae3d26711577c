"""The OpenAPI document, made from the structures of requests and answers, and the page that shows it."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

import jobcast
from jobcast.serve import answered, asked
from jobcast.serve.http import JSON, RefusedError, send_bytes
from jobcast.serve.service import Service
from jobcast.store.advice import Entry

_PAGE = Path(__file__).parent / "page"
_FILES = {
    "swagger-ui.css": b"text/css",
    "swagger-ui-bundle.js": b"text/javascript",
    "start.js": b"text/javascript",
}


async def openapi(service: Service, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - as all
    """``GET /openapi.json``."""
    await send_bytes(send, _document(), JSON)


async def page(service: Service, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - as all
    """``GET /docs``: the page, which loads nothing from elsewhere."""
    await send_bytes(send, (_PAGE / "index.html").read_bytes(), b"text/html; charset=utf-8")


async def file(service: Service, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - as all
    """``GET /docs/FILE``: what the page loads."""
    name = scope["path"].rpartition("/")[2]
    if name not in _FILES:
        raise RefusedError(404, "no_file", "there is no such file")
    await send_bytes(send, (_PAGE / name).read_bytes(), _FILES[name])


@cache
def _document() -> bytes:
    return msgspec.json.encode(document())


def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    kinds = (
        asked.SubmittedJob, asked.ManyJobs, asked.Feedback, answered.OneAnswer, answered.ManyAnswers,
        answered.Accepted, answered.Models, answered.Health, answered.Problem, Entry,
    )  # fmt: skip
    references, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    schema = dict(zip([kind.__name__ for kind in kinds], references, strict=True))
    return {
        "openapi": "3.1.0",
        "info": {"title": "jobcast", "version": jobcast.__version__},
        "paths": {},
        "components": {"schemas": components},
        "x": schema,
    }
