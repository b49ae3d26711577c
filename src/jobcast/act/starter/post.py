"""Where a shepherd works: the folder of its attempt, and the pipe by which it tells the starter what happens."""

import json
import os
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobcast.act.starter.progress import ENDED, PHASE, note

_RETRY_S = 1.0
_KEPT = 100
"""Pieces of news that are kept for a starter which doesn't listen."""


@dataclass(kw_only=True, slots=True)
class Post:
    """What one shepherd was given, and how far its attempt has come."""

    folder: Path
    """Of its attempt."""
    news: int
    """Pipe to the starter."""
    orders: int
    """Pipe from it."""
    lock: int
    """Held as long as it lives."""
    grace: float
    """Seconds between the polite end of a process and the other one."""
    cpus: frozenset[int] = frozenset()
    """That the attempt is bound to; empty for any."""
    group: Path | None = None
    """Control group that is made for the attempt; None where there are none."""
    phase: str = "prolog"
    """`jobcast.act.executors.base.Phase`."""
    _unsent: list[bytes] = field(default_factory=list)

    def enter(self, phase: str) -> None:
        """Note how far it has come."""
        self.phase = phase
        self.note(PHASE, {"phase": phase})

    def note(self, what: str, value: dict[str, Any]) -> None:
        """Write it for a starter that comes later, as well as it goes: on a full disk the job goes on."""
        try:
            note(self.folder, what, value)
        except OSError:
            traceback.print_exc()

    def tell(self, news: Mapping[str, Any]) -> None:
        """Tell the starter, or keep it until there is one that listens."""
        self._unsent.append(json.dumps({"phase": self.phase, "news": news}).encode() + b"\n")
        try:
            while self._unsent:
                os.write(self.news, self._unsent[0])
                self._unsent.pop(0)
        except BlockingIOError:
            del self._unsent[:-_KEPT]

    def leave(self, ended: dict[str, Any]) -> None:
        """Write how it ended, however long the disk is full."""
        while True:
            try:
                return note(self.folder, ENDED, ended)
            except OSError:
                time.sleep(_RETRY_S)
