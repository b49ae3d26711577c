"""What is answered where there is no such path, or not by that method."""

from typing import TYPE_CHECKING, cast

from starlette.requests import Request
from starlette.responses import Response

from jobcast.serve.http import RefusedError, problem

if TYPE_CHECKING:
    from starlette.exceptions import HTTPException


async def unrouted(_request: Request, error: Exception) -> Response:
    """Answer where there is no such path, or not by that method, as all refusals are answered."""
    refused = cast("HTTPException", error)
    return Response(
        problem(UNROUTED[refused.status_code]),
        refused.status_code,
        headers={**(refused.headers or {}), "x-content-type-options": "nosniff"},
        media_type="application/json",
    )


UNROUTED = {
    404: RefusedError(404, "no_path", "there is no such path: see /docs for the list"),
    405: RefusedError(405, "no_method", "that path does not allow this method"),
}
