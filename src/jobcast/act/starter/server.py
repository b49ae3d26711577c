"""The starter's loop: callers at its socket, shepherds at its pipe, and the clock for what it tells of the machine."""

import contextlib
import gc
import json
import math
import os
import selectors
import socket
import sqlite3
import struct
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from jobcast.act.starter.facts import facts
from jobcast.act.starter.flock import Flock
from jobcast.act.starter.launch import know_owners
from jobcast.act.starter.spool import Spool
from jobcast.act.starter.tending import KILL_AT_ONCE, warn_at

VERSION = 2
"""1 didn't know ``warn_at``."""
_FACTS_EVERY = 30.0
"""Seconds."""
_LONGEST_LINE = 64 << 20
_MOST_UNREAD = 64 << 20
"""Bytes; who lets more pile up is hung up on, and is told the ends again when he is back."""
_ORDERS = frozenset({"suspend", "resume", "kill"})


class Caller:
    """Somebody at the socket."""

    def __init__(self, plug: socket.socket) -> None:
        self.plug = plug
        self.listens = False
        """He wants news."""
        self.unread = bytearray()
        self._rest = b""

    def lines(self) -> list[bytes] | None:
        """Return what he said; None once he is gone."""
        try:
            part = self.plug.recv(1 << 20)
        except BlockingIOError:
            return []
        except OSError:
            return None
        if not part or len(self._rest) > _LONGEST_LINE:
            return None
        *lines, self._rest = (self._rest + part).split(b"\n")
        return lines

    def tell(self, value: dict[str, Any]) -> None:
        """Say something, when he can take it."""
        self.unread += json.dumps(value).encode() + b"\n"

    def flush(self) -> bool:
        """Hand over what he can take; tell whether he is still there."""
        try:
            while self.unread:
                del self.unread[: self.plug.send(self.unread)]
        except BlockingIOError:
            return len(self.unread) <= _MOST_UNREAD
        except OSError:
            return False
        return True


class Server:
    """One starter at work."""

    def __init__(self, spool: Spool, listener: socket.socket, grace: float) -> None:
        self._callers: dict[int, Caller] = {}
        self._listener = listener
        self._spool = spool
        self._selector = selectors.DefaultSelector()
        self._flock = Flock(spool, grace, self._selector, self._publish)
        self._facts_at = 0.0

    def run(self) -> NoReturn:
        """Serve for ever."""
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._spool.news, selectors.EVENT_READ)
        while True:
            wait = self._flock.begin()
            self._flush()
            wait = min(wait, self._facts_at - time.monotonic())
            said = [
                (caller, line)
                for key, _ in self._selector.select(max(0.0, wait))
                for caller, line in self._attend(key.fd)
            ]
            self._answer(said)
            if time.monotonic() >= self._facts_at:
                self._facts_at = time.monotonic() + _FACTS_EVERY
                self._publish(facts())
                self._flock.shepherds.dismiss()

    def adopt(self) -> None:
        """Take up what an earlier starter left."""
        self._flock.adopt()

    def _attend(self, number: int) -> Iterator[tuple[Caller, bytes]]:
        """Do what a file that is ready wants; yield what a caller says."""
        if number == self._listener.fileno():
            self._welcome()
        elif number == self._spool.news:
            self._flock.hear()
        elif number in self._callers:
            caller = self._callers[number]
            lines = caller.lines()
            if lines is None:
                self._hang_up(number)
            for line in lines or ():
                yield caller, line
        else:
            self._flock.see_over(number)

    def _welcome(self) -> None:
        try:
            plug, _ = self._listener.accept()
        except OSError:
            return
        _, uid, _ = struct.unpack("3i", plug.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        if uid not in {0, os.geteuid()}:
            plug.close()
            return
        plug.setblocking(False)
        self._callers[plug.fileno()] = Caller(plug)
        self._selector.register(plug, selectors.EVENT_READ)

    def _hang_up(self, number: int) -> None:
        self._selector.unregister(number)
        self._callers.pop(number).plug.close()

    def _answer(self, said: list[tuple[Caller, bytes]]) -> None:
        """Do what was asked, put it on the disk in one go, and answer."""
        answers = [(caller, self._do(caller, line)) for caller, line in said]
        trouble = ""
        try:
            self._flock.settle()
        except (OSError, sqlite3.Error) as error:
            trouble = str(error)
        for caller, answer in answers:
            if trouble and answer.pop("settles", False):
                answer["error"] = trouble
            caller.tell(answer)

    def _do(self, caller: Caller, line: bytes) -> dict[str, Any]:
        try:
            asked = json.loads(line)
            answer = {"n": asked["n"], **self._done(caller, asked)}
        except (KeyError, TypeError, ValueError, AttributeError, OSError, sqlite3.Error) as error:
            traceback.print_exc()
            return {"n": number_of(line), "error": f"{type(error).__name__}: {error}"}
        return answer

    def _done(self, caller: Caller, asked: dict[str, Any]) -> dict[str, Any]:
        what = asked["ask"]
        if what == "start":
            self._flock.start(asked["attempt"])
            return {"settles": True}
        if what in _ORDERS:
            order = KILL_AT_ONCE if what == "kill" and asked.get("at_once") else what
            self._flock.order(str(asked["attempt"]), order)
            return {}
        if what == "warn_at":
            seconds = math.inf if asked["seconds"] is None else float(asked["seconds"])
            self._flock.order(str(asked["attempt"]), warn_at(seconds))
            return {}
        if what == "forget":
            self._flock.forget(str(asked["attempt"]))
            return {"settles": True}
        if what == "known":
            return {"known": self._flock.known()}
        if what == "listen":
            caller.listens = True
            for ended in self._flock.over.values():
                caller.tell({"news": ended})
            caller.tell({"news": facts()})
            return {"version": VERSION, "pid": os.getpid(), "watched_by": self._spool.groups.told}
        raise ValueError(what)

    def _publish(self, news: dict[str, Any]) -> None:
        for caller in self._callers.values():
            if caller.listens:
                caller.tell({"news": news})

    def _flush(self) -> None:
        for number, caller in list(self._callers.items()):
            if not caller.flush():
                self._hang_up(number)
                continue
            wants = selectors.EVENT_READ | (selectors.EVENT_WRITE if caller.unread else 0)
            if self._selector.get_key(number).events != wants:
                self._selector.modify(number, wants)


def number_of(line: bytes) -> int:
    """Return the number of a question that can't be understood as far as it can be, else 0."""
    with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
        return int(json.loads(line)["n"])
    return 0


def serve(spool: Spool, path: Path, grace: float, ready: Callable[[], None]) -> NoReturn:
    """Listen at a socket that only the starter's own user reaches, and serve for ever."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path.unlink(missing_ok=True)
    before = os.umask(0o177)
    listener.bind(str(path))
    os.umask(before)
    listener.listen(64)
    listener.setblocking(False)
    server = Server(spool, listener, grace)
    server.adopt()
    know_owners()
    gc.collect()
    gc.freeze()  # what is forked shares this memory as long as nobody looks through it
    ready()
    server.run()
