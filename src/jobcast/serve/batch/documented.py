"""The OpenAPI document of the batch manager."""

from functools import cache

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from jobcast.serve.batch.desk import JSON, Desk
from jobcast.serve.batch.operations import BATCH
from jobcast.serve.openapi import document


async def openapi(_desk: Desk, _request: Request) -> Response:
    """``GET /openapi.json``."""
    return Response(_document(), media_type=JSON)


@cache
def _document() -> bytes:
    return msgspec.json.encode(document(BATCH))
