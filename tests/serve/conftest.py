"""A service on a small trained store, asked without a network."""

import asyncio
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from jobcast.advice import advice_id
from jobcast.predict.shelf import Shelf
from jobcast.serve.app import make_app
from jobcast.serve.service import Service
from jobcast.serve.settings import Settings
from jobcast.systems.hooks.base import HookSite

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ROOT, SOMEBODY = 0, 54321
"""User ids; the second belongs to nobody on any host."""

FIRST, SECOND = advice_id(1), advice_id(2)
"""Names of the first two advices of a service."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Ask = Callable[..., Reply]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def trained(store: Path, model_folder: Path) -> str:
    """Have a model that answers, and return its name."""
    shutil.copytree(model_folder, store / "models" / model_folder.name)
    Shelf(store / "models").activate(model_folder.name)
    return model_folder.name


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Return the file of the rules, which says nothing yet."""
    path = tmp_path / "rules.toml"
    path.write_text("")
    return path


@pytest.fixture
def make_service(store: Path, rules: Path) -> Callable[[], Service]:
    def make() -> Service:
        numbers = count(1)
        settings = Settings(
            store=store,
            rules=rules,
            administrators=frozenset({0}),
            site=HookSite(),
            timezone=UTC,
            language="en",
        )
        service = Service(settings, now=lambda: NOW, new_id=lambda: advice_id(next(numbers)))
        service.load_now()
        return service

    return make


@pytest.fixture
def service(trained: str, make_service: Callable[[], Service]) -> Service:
    return make_service()


@pytest.fixture
def ask(service: Service) -> Ask:
    """Return a function that asks the service as a user of this host, by default root, over the Unix socket."""
    return asker(make_app(service))


def asker(app: Starlette) -> Ask:
    def ask(method: str, path: str, body: bytes | object = b"", **more: Any) -> Reply:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return asyncio.run(exchange(app, method, path, content, **more))

    return ask


async def exchange(
    app: Starlette,
    method: str,
    path: str,
    body: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    uid: int | None = ROOT,
    client: tuple[str, int] | None = None,
) -> Reply:
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
        "state": {} if uid is None else {"uid": uid},
        "client": client,
    }
    half = len(body) // 2
    arriving = [
        {"type": "http.request", "body": body[:half], "more_body": True},
        {"type": "http.request", "body": body[half:], "more_body": False},
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not arriving:
            await asyncio.Event().wait()  # whoever asks stays until all is answered
        return arriving.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    return Reply(
        status=start["status"],
        headers={name.decode(): value.decode() for name, value in start["headers"]},
        body=b"".join(message.get("body", b"") for message in sent[1:]),
    )
