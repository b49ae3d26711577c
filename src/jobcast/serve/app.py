"""The ASGI application of one worker."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from jobcast import clock
from jobcast.errors import JobcastError
from jobcast.serve import documented, hooks, metrics, routes
from jobcast.serve.http import GoneError, RefusedError, send_problem
from jobcast.serve.names import Named
from jobcast.serve.service import Service
from jobcast.serve.unrouted import UNROUTED, unrouted

Handler = Callable[[Service, Scope, Receive, Send], Awaitable[int | None]]
"""Answers a request; returns the status where that is not 200."""

logger = logging.getLogger("jobcast.serve")

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/v1/forecast", routes.forecast),
    ("POST", "/v1/hook/{name}", hooks.hooked),
    ("POST", "/memPrediction", hooks.memprediction),
    ("POST", "/v1/feedback", routes.feedback),
    ("GET", "/v1/models", routes.models),
    ("GET", "/v1/advice/{id}", routes.advice),
    ("GET", "/metrics", routes.exposition),
    ("GET", "/healthz", routes.healthz),
    ("GET", "/readyz", routes.readyz),
    ("GET", "/openapi.json", documented.openapi),
    ("GET", "/docs", documented.page),
    ("GET", "/docs/{file}", documented.file),
)
"""Method, path and handler; the busiest first, for paths are tried in order."""


class _Endpoint:
    """A handler as an ASGI application: timed, counted, and with an answer whatever happens."""

    def __init__(self, service: Service, route: str, handler: Handler) -> None:
        self._service, self._route, self._handler = service, route, handler
        self._seconds = metrics.SECONDS.labels(route)
        self._well = metrics.REQUESTS.labels(route, "200")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begin = clock.seconds()
        try:
            status = await self._handler(self._service, scope, receive, send)
            (metrics.REQUESTS.labels(self._route, str(status)) if status else self._well).inc()
        except GoneError:
            return
        except RefusedError as refused:
            await self._refuse(refused, send)
        except JobcastError as error:
            logger.warning("%s: %s", self._route, error.message)
            await self._refuse(RefusedError(503, "unavailable", error.message), send)
        except Exception:  # a fault of ours must not be taken for an answer
            logger.exception("%s failed", self._route)
            await self._refuse(RefusedError(503, "fault", "a fault of jobcast; its log tells more"), send)
        self._seconds.observe(clock.seconds() - begin)

    async def _refuse(self, refused: RefusedError, send: Send) -> None:
        metrics.REQUESTS.labels(self._route, str(refused.status)).inc()
        await send_problem(send, refused)


def make_app(service: Service) -> Starlette:
    """Return the application that answers for `service`."""
    endpoints = [
        Route(path, _Endpoint(service, path, handler), methods=[method]) for method, path, handler in ROUTES
    ]
    app = Starlette(
        routes=endpoints,
        middleware=[Middleware(Named)],
        lifespan=partial(_lifespan, service),
        exception_handlers=dict.fromkeys(UNROUTED, unrouted),
    )
    app.router.redirect_slashes = False
    return app


@asynccontextmanager
async def _lifespan(service: Service, _app: Starlette) -> AsyncIterator[None]:
    """Load the model, look after it while requests are answered, and put the journals to rest."""
    service.load_now()
    metrics.WORKERS.set(1)
    task = asyncio.create_task(service.look_after())
    try:
        yield
    finally:
        task.cancel()
        service.close()
