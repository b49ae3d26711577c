"""Every test runs without network and away from the home directory and the settings of whoever runs it."""

import os
import socket
from pathlib import Path
from typing import NoReturn

import pytest

from jobcast import language


@pytest.fixture(autouse=True)
def _alone(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the network, the home directory, settings and locale."""
    for name in list(os.environ):
        if name.startswith(("JOBCAST_", "LC_", "LANG")):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setattr(socket.socket, "connect", _no_network)
    monkeypatch.setattr(socket.socket, "connect_ex", _no_network)
    language.choose("en")


def _no_network(_socket: socket.socket, address: object) -> NoReturn:
    raise AssertionError(f"a test wants to reach {address}")


@pytest.fixture
def shared() -> Path:
    """Return the data that lies beside a checkout, where there is any."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip(
            "needs the directory 'shared' beside the checkout: real traces are no part of the product"
        )
    return folder
