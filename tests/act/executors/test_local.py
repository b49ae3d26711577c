"""The embedded executor, with a starter of its own for each test."""

import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobcast.act.executors.local import LocalExecutor
from tests.act.executors.conformance import Bench, Conformance


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a folder that every user can enter, and end the starter that has its spool in there."""
    folder = Path(tempfile.mkdtemp(prefix="jobcast-"))
    folder.chmod(0o755)
    yield folder
    end_starters(folder)
    shutil.rmtree(folder)


def starters(folder: Path) -> list[int]:
    """Return the starter of a folder and its shepherds, by what they were started with."""
    mark = str(folder / "spool").encode()
    return [
        int(each.parent.name)
        for each in Path("/proc").glob("[0-9]*/cmdline")
        if mark in _read(each).split(b"\0")
    ]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def end_starters(folder: Path) -> None:
    for pid in starters(folder):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def bench(home: Path) -> Bench:
    work = home / "work"
    work.mkdir()
    return Bench(
        folder=work,
        user=pwd.getpwuid(os.geteuid()).pw_name,
        machine="here",
        client=lambda: LocalExecutor(home / "spool", ("here",), grace=0.5),
    )


class TestLocal(Conformance):
    """All that every executor must do."""
