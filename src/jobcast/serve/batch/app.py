"""The ASGI application of the batch manager."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from jobcast import language
from jobcast.errors import InputError, JobcastError
from jobcast.serve.batch import documented, listings, login, looking, ordering, page
from jobcast.serve.batch.desk import JSON, Desk, spoken
from jobcast.serve.http import GoneError, RefusedError, problem
from jobcast.serve.names import Named
from jobcast.serve.unrouted import UNROUTED, unrouted

Handler = Callable[[Desk, Request], Awaitable[Response]]

logger = logging.getLogger("jobcast.batch")

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/v1/batch/orders", ordering.orders),
    ("POST", "/v1/batch/login", login.log_in),
    ("POST", "/v1/batch/logout", login.log_out),
    ("GET", "/v1/batch/steps", listings.steps),
    ("GET", "/v1/batch/steps/{id}", listings.step),
    ("GET", "/v1/batch/machines", listings.machines),
    ("GET", "/v1/batch/classes", listings.classes),
    ("GET", "/v1/batch/snapshot", looking.snapshot),
    ("GET", "/v1/batch/past", looking.past),
    ("GET", "/v1/batch/events", looking.events),
    ("GET", "/", page.page),
    ("GET", "/page/live", page.live),
    ("GET", "/page/plan", page.planned),
    ("GET", "/page/{file}", page.file),
    ("GET", "/openapi.json", documented.openapi),
    ("GET", "/healthz", looking.healthz),
)
"""Method, path and handler."""


def make_batch_app(desk: Desk) -> Starlette:
    """Return the application."""
    routes = [
        Route(path, partial(_answered, desk, handler), methods=[method]) for method, path, handler in ROUTES
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Named)],
        exception_handlers=dict.fromkeys(UNROUTED, unrouted),
    )
    app.router.redirect_slashes = False
    return app


async def _answered(desk: Desk, handler: Handler, request: Request) -> Response:
    """Answer, whatever happens."""
    language.choose(spoken(request))
    try:
        answer = await handler(desk, request)
    except GoneError:
        answer = Response(status_code=499)
    except RefusedError as refused:
        answer = _refused(refused)
    except InputError as error:
        answer = _refused(RefusedError(422, "unreadable", error.message))
    except JobcastError as error:
        answer = _refused(RefusedError(503, "unavailable", f"{error.message}\n{error.hint}".strip()))
    except Exception:
        logger.exception("%s failed", request.url.path)
        answer = _refused(RefusedError(503, "fault", "a fault of jobcast; its log tells more"))
    answer.headers["x-content-type-options"] = "nosniff"
    return answer


def _refused(refused: RefusedError) -> Response:
    return Response(problem(refused), refused.status, media_type=JSON)
