"""Processes of an attempt whose shepherd died before them."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jobcast.act.starter import processes
from jobcast.act.starter.job import BOOT
from jobcast.act.starter.surroundings import FOLDER

_ROUNDS = 20


def end_strays(folder: Path, began: Mapping[str, Any]) -> None:
    """Kill what carries the attempt's folder in its environment, or is in the session of its first process.

    Not its name: another manager's attempt on this machine may have the same.
    """
    mark = os.fsencode(f"{FOLDER}={folder}")
    session = _session(began)
    for _ in range(_ROUNDS):
        found = [
            each.pid
            for each in processes.everybody()
            if each.pid != os.getpid()
            and each.state not in "ZX"
            and (_is_marked(each.pid, mark) or (session and each.session == session))
        ]
        if not found:
            return
        processes.send(found, signal.SIGKILL)


def _session(began: Mapping[str, Any]) -> int:
    """Return the session of an attempt's first process; 0 where there was none, or others have its number now."""
    if began.get("boot") != BOOT:
        return 0
    leader = processes.look(began["pid"])
    return began["pid"] if leader is None or leader.start == began["start"] else 0


def _is_marked(pid: int, mark: bytes) -> bool:
    try:
        return mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
