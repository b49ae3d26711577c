"""Who asks a batch manager looks at who answers, where anybody could."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobcast.batch import client
from jobcast.batch.client import Client
from jobcast.batch.order import Order, SubmitCommand, SubmitCommandFile
from jobcast.batch.service import Wanted
from jobcast.errors import BatchSystemError, InputError


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """Give a socket at which somebody hangs up on everybody."""
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=_hang_up, args=(listener,))
        thread.start()
        yield path
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _hang_up(listener: socket.socket) -> None:
    try:
        while True:
            listener.accept()[0].close()
    except OSError:
        return


@pytest.mark.parametrize(
    ("order", "what"),
    [
        (SubmitCommandFile(text="\n" * (2 << 20), file="job.cmd", directory="/"), "job.cmd"),
        (SubmitCommandFile(text="#" * (4 << 20), directory="/"), "what is given"),
        (
            SubmitCommand(arguments=("true",), directory="/", environment={"A": "b" * (4 << 20)}),
            "what is given",
        ),
    ],
)
def test_more_than_the_manager_takes_is_not_sent_and_told_by_its_name(
    path: Path, order: Order, what: str
) -> None:
    with pytest.raises(InputError) as raised:
        Client(path).do(order)
    assert raised.value.message == (
        f"{what} is too large: with the environment that goes along it comes to more than 4 MB"
    )


@pytest.mark.parametrize(
    ("mode", "answers_me", "said"),
    [
        (0o1777, False, "in a folder where everybody may listen"),
        (0o1777, True, "no batch manager"),
        (0o755, False, "no batch manager"),
    ],
)
def test_nothing_is_sent_to_a_stranger_in_an_open_folder(
    path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, answers_me: bool, said: str
) -> None:
    path.parent.chmod(mode)
    if not answers_me:
        monkeypatch.setattr(client, "_ROOT", -1)
        monkeypatch.setattr(os, "geteuid", lambda: -1)
    with pytest.raises(BatchSystemError) as raised:
        Client(path).snapshot(Wanted())
    assert said in raised.value.message
