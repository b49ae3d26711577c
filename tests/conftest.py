"""Every test runs without network and away from the home directory and the settings of whoever runs it."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from jobcast import language
from jobcast.predict.shelf import Shelf
from tests.trained import publish_on

hypothesis.settings.register_profile("jobcast", deadline=None)  # a busy machine is no fault of the code
hypothesis.settings.load_profile("jobcast")


@pytest.fixture(autouse=True, scope="session")
def _no_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep fixtures that many tests share away from the home directory, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(autouse=True)
def _alone(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the network, the home directory, settings and locale."""
    for name in list(os.environ):
        if name.startswith(("JOBCAST_", "LC_", "LANG")):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TZ", "UTC")
    for way in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, way, _only_within_this_host(getattr(socket.socket, way)))
    language.choose("en")


def _only_within_this_host(connect: Callable[..., Any]) -> Callable[..., Any]:
    """Let sockets that are files connect, and no others."""

    def guarded(plug: socket.socket, address: object) -> object:
        if plug.family != socket.AF_UNIX:
            raise AssertionError(f"a test wants to reach {address}")
        return connect(plug, address)

    return guarded


@pytest.fixture
def shared() -> Path:
    """Return the data that lies beside a checkout, where there is any."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip(
            "needs the directory 'shared' beside the checkout: real traces are no part of the product"
        )
    return folder


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model trained on `tests.trained.made_up_history`; tests that change it work on a copy."""
    shelf = Shelf(tmp_path_factory.mktemp("trained") / "models")
    return shelf.folder(publish_on(shelf))
