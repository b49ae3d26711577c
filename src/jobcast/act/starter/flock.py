"""All attempts that the starter knows: those that run, each with its shepherd, and those that are over."""

import contextlib
import json
import math
import os
import selectors
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobcast.act.starter import spool as files
from jobcast.act.starter.cgroup import Group
from jobcast.act.starter.progress import BEGAN, ENDED, PHASE, TENDER, has_any, note, noted
from jobcast.act.starter.shepherds import Shepherds, Tender
from jobcast.act.starter.spool import Spool
from jobcast.act.starter.strays import end_strays
from jobcast.act.starter.tending import read_all
from jobcast.act.starter.topology import binding_here
from jobcast.act.starter.wanted import Wanted, wanted

Tell = Callable[[dict[str, Any]], None]

_NO_ROOM_S, _BUSY_S = 1.0, 0.02
"""Seconds after which a process is tried for again that could not be had, or that a shepherd may save who gets free."""


@dataclass(kw_only=True, slots=True)
class Sheep:
    """An attempt that runs."""

    id: str
    folder: Path
    shepherd: Tender
    phase: str = "prolog"
    began: float | None = None
    orders: list[str] = field(default_factory=list)
    """That came before it began."""


class Flock:
    """Starts attempts, hands orders on to their shepherds, and tells how they end."""

    def __init__(self, spool: Spool, grace: float, selector: selectors.BaseSelector, tell: Tell) -> None:
        self._spool, self._tell = spool, tell
        self._running: dict[str, Sheep] = {}
        self.shepherds = Shepherds(selector, spool.news, grace)
        self.over: dict[str, dict[str, Any]] = {}
        """How those ended that aren't forgotten."""
        self._made: list[tuple[Path, Wanted]] = []
        self._line: deque[tuple[Path, Wanted]] = deque()
        self._early: dict[str, list[str]] = {}
        """Orders for those that wait for their shepherds."""
        self._to_forget: list[str] = []
        self._news = b""
        self._binding = binding_here()
        self._groups = spool.groups

    def adopt(self) -> None:
        """Take up what an earlier starter left."""
        for folder in self._spool.folders():
            name = files.attempt_of(folder.name)
            while (lock := files.hold(folder)) is None:
                told = noted(folder)
                if TENDER in told and self._take_up(folder, name, told):
                    break
                time.sleep(
                    0.001
                )  # it has been forked, and writes its number down at this moment, or is just over
            if lock is not None:
                os.close(lock)
                self._pick_up(folder, name)

    def _take_up(self, folder: Path, attempt: str, told: dict[str, Any]) -> bool:
        """Watch on what somebody tends; tell whether he is still there."""
        began = told.get(BEGAN)
        phase = told.get(PHASE, {"phase": "running" if began else "prolog"})
        try:
            shepherd = self.shepherds.take_up(attempt, told[TENDER]["pid"])
        except ProcessLookupError:
            return False
        self._running[attempt] = Sheep(
            id=attempt,
            folder=folder,
            shepherd=shepherd,
            phase=phase["phase"],
            began=began["at"] if began else None,
        )
        self._binding.note(attempt, told[TENDER]["cpus"])
        self._binding.pause(attempt, paused=phase["phase"] == "suspended")
        return True

    def _pick_up(self, folder: Path, attempt: str) -> None:
        """Take what nobody tends for over, for lost, or for not begun."""
        asked = files.read(folder / files.ATTEMPT)
        ended = noted(folder).get(ENDED)
        if ended is not None:
            self.over[attempt] = ended
        elif asked is None or has_any(folder):
            self._lose(folder, attempt)
        else:  # the starter died before a shepherd did anything
            self._line.append((folder, wanted(asked)))

    def start(self, attempt: dict[str, Any]) -> None:
        """Run an attempt unless its id was used before. Raises ValueError or OSError, and nothing has happened."""
        asked = wanted(attempt)
        folder = self._spool.create(attempt)
        if folder is not None:
            self._made.append((folder, asked))

    def settle(self) -> None:
        """Do for good what was asked for since the last call; only then may it be answered.

        Raises OSError or sqlite3.Error where the disk can't, and nothing of it has happened.
        """
        if self._to_forget:
            gone, self._to_forget = self._to_forget, []
            self._spool.forget(gone)
            for attempt in gone:
                self.over.pop(attempt, None)
        try:
            if self._made:
                self._spool.keep()
        except OSError:
            for folder, _ in self._made:
                files.remove(folder)
            self._made.clear()
            raise
        self._line += self._made
        self._made.clear()

    def begin(self) -> float:
        """Give those that were asked for their shepherds; return after how long to do so for the others."""
        while self._line:
            if self.shepherds.are_busy():
                return _BUSY_S
            folder, asked = self._line[0]
            try:
                self._begin(folder, asked)
            except OSError as error:  # no process or file can be had now
                sys.stderr.write(f"{asked.id} waits: {error}\n")
                return _NO_ROOM_S
            self._line.popleft()
        return math.inf

    def _begin(self, folder: Path, asked: Wanted) -> None:
        with contextlib.ExitStack() as stack:
            lock = files.hold(folder)
            if lock is None:
                raise RuntimeError("somebody tends an attempt that was just made")
            stack.callback(os.close, lock)
            orders = files.open_pipe(folder / files.ORDERS)
            stack.callback(os.close, orders)
            affinity, tree = asked.binding(), self._groups.tree
            cpus = self._binding.take(asked.id, affinity, len(asked.hosts)) if affinity else frozenset()
            told = {
                "folder": str(folder),
                "cpus": sorted(cpus),
                "group": str(tree / folder.name) if tree else "",
            }
            shepherd = self.shepherds.give(asked.id, told, (lock, orders))
        self._running[asked.id] = Sheep(id=asked.id, folder=folder, shepherd=shepherd)
        for order in self._early.pop(asked.id, []):
            self.order(asked.id, order)

    def order(self, attempt: str, order: str) -> None:
        """Hand an order on; nothing for one that is over."""
        sheep = self._running.get(attempt)
        if sheep is None:
            if any(asked.id == attempt for _, asked in (*self._made, *self._line)):
                self._early.setdefault(attempt, []).append(order)
            return
        if sheep.began is None:
            sheep.orders.append(order)
        try:
            pipe = os.open(sheep.folder / files.ORDERS, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return  # nobody reads: it is just over
        try:
            os.write(pipe, order.encode() + b"\n")
        finally:
            os.close(pipe)

    def forget(self, attempt: str) -> None:
        """Keep nothing of an attempt that is over."""
        if attempt in self.over:
            self._to_forget.append(attempt)

    def known(self) -> list[dict[str, Any]]:
        """Return those that run, as the JSON of `jobcast.act.executors.base.Known`."""
        waiting = [{"attempt": asked.id, "phase": "prolog", "began": None} for _, asked in self._line]
        return waiting + [
            {"attempt": each.id, "phase": each.phase, "began": each.began} for each in self._running.values()
        ]

    def hear(self) -> None:
        """Pass on what shepherds tell."""
        *lines, self._news = (self._news + read_all(self._spool.news)).split(b"\n")
        for line in lines:
            told = json.loads(line)
            sheep = self._running.get(told["news"]["attempt"])
            if sheep is not None:
                sheep.phase = told["phase"]
                self._binding.pause(sheep.id, paused=sheep.phase == "suspended")
                if told["news"]["kind"] == "Began":
                    sheep.began = told["news"]["at"]
                    sheep.shepherd.has_begun()
                self._tell(told["news"])

    def see_over(self, number: int) -> None:
        """Take down the end of an attempt, which a file of its shepherd tells."""
        self.hear()
        sheep = self._running.pop(self.shepherds.heard(number), None)
        if sheep is None:  # a shepherd that had none is gone
            return
        self._binding.release(sheep.id)
        ended = noted(sheep.folder).get(ENDED)
        if ended is not None:
            self.over[sheep.id] = ended
        elif self._begins_again(sheep):
            return
        else:
            self._lose(sheep.folder, sheep.id)
        self._tell(self.over[sheep.id])

    def _begins_again(self, sheep: Sheep) -> bool:
        """Let another shepherd have it, where the one it was given to had just been killed and did nothing for it."""
        if not sheep.shepherd.is_used or has_any(sheep.folder):
            return False
        asked = files.read(sheep.folder / files.ATTEMPT)
        if asked is None:
            return False
        self._line.appendleft((sheep.folder, wanted(asked)))
        self._early[sheep.id] = sheep.orders
        return True

    def _lose(self, folder: Path, attempt: str) -> None:
        """Nobody saw it end: nothing of it may go on, and its owner is told so."""
        told = noted(folder)
        began, group = told.get(BEGAN, {}), told.get(TENDER, {}).get("group")
        if group and Path(group).exists():
            Group(Path(group)).end(politely=False)
        end_strays(folder, began)
        if group:
            Group(Path(group)).remove()
        self.over[attempt] = {
            "kind": "Ended",
            "attempt": attempt,
            "began": began.get("at"),
            "at": time.time(),
            "how": "lost",
            "exit_code": 0,
            "why": {"what": "lost"},
        }
        try:
            note(folder, ENDED, self.over[attempt])
        except OSError as error:  # then a later starter finds it lost once more
            sys.stderr.write(f"{attempt} is lost: {error}\n")
