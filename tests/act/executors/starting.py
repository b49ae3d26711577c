"""Starters for tests: each with a folder of its own, and none is left."""

import os
import pwd
import signal
from pathlib import Path

from jobcast.act.executors.local import LocalExecutor
from tests.act.executors.bench import Bench


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


def starter(folder: Path) -> int:
    """Return the one that others descend from."""
    return int((folder / "spool" / "lock").read_text())


def end_starters(folder: Path) -> None:
    for pid in starters(folder):
        os.kill(pid, signal.SIGKILL)


def bench_in(home: Path, *, groups: bool) -> Bench:
    work = home / "work"
    work.mkdir()
    return Bench(
        folder=work,
        user=pwd.getpwuid(os.geteuid()).pw_name,
        machine="here",
        client=lambda: LocalExecutor(home / "spool", ("here",), grace=2.0, groups=groups),
    )
