"""The processes that tend attempts: forked when one is wanted and none is free, and used again."""

import contextlib
import json
import os
import selectors
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from jobcast.act.starter.duty import tend_all

_AT_ONCE = 2 * (os.cpu_count() or 1)
"""While so many attempts are young, the next waits for a shepherd that gets free: a new one takes longer to make."""
_YOUNG_S, _JUST_BEGUN_S = 0.1, 0.02
"""Seconds for which an attempt is young, unless its program began before, and then."""
_FREE = 8
"""Shepherds that are kept though they have nothing to do."""


@dataclass(kw_only=True, slots=True, eq=False)
class Tender:
    """A shepherd, as the starter sees it."""

    pid: int
    watch: int
    """A pidfd: readable once it is over."""
    plug: socket.socket | None
    """Tells it what to tend, and us that this is over; None for an earlier starter's, and once it may go."""
    attempt: str = ""
    """Empty while it has none."""
    is_used: bool = False
    """It has tended another before."""
    young_until: float = 0.0
    """Second of the clock."""

    def has_begun(self) -> None:
        """Note that the program of its attempt has begun, which may soon be over."""
        self.young_until = min(self.young_until, time.monotonic() + _JUST_BEGUN_S)


class Shepherds:
    """All of them."""

    def __init__(self, selector: selectors.BaseSelector, news: int, grace: float) -> None:
        self._selector, self._news, self._grace = selector, news, grace
        self._by_file: dict[int, Tender] = {}
        self._free: list[Tender] = []
        self._latest: deque[Tender] = deque(maxlen=_AT_ONCE)

    def take_up(self, attempt: str, pid: int) -> Tender:
        """Watch one that an earlier starter forked. Raises ProcessLookupError."""
        tender = Tender(pid=pid, watch=os.pidfd_open(pid), plug=None, attempt=attempt)
        self._watch(tender)
        return tender

    def are_busy(self) -> bool:
        """Tell whether none is free, but so many attempts are young that one will soon be."""
        now = time.monotonic()
        young = sum(1 for each in self._latest if each.attempt and each.young_until > now)
        return not self._free and young == _AT_ONCE

    def give(self, attempt: str, told: dict[str, Any], files: tuple[int, int]) -> Tender:
        """Have an attempt tended, whose lock and orders are these files. Raises OSError for no room."""
        message = json.dumps(told).encode()
        while self._free:
            tender = self._free.pop()
            with contextlib.suppress(ConnectionError):  # it was killed, which its pidfd will tell
                self._hand(tender, attempt, message, files)
                return tender
        tender = self._fork()
        self._hand(tender, attempt, message, files)
        return tender

    def heard(self, number: int) -> str:
        """Return the attempt that is over, by a file that is ready; empty where it was none's."""
        tender = self._by_file.get(number)
        if tender is None:  # it has just been buried
            return ""
        attempt, tender.attempt = tender.attempt, ""
        if tender.plug is not None and number == tender.plug.fileno() and _says_over(tender.plug):
            tender.is_used = True
            self._free.append(tender)
            if len(self._free) > _FREE:
                self._let_go(self._free.pop(0))
        else:
            self._bury(tender)
        return attempt

    def dismiss(self) -> None:
        """Let go all that have nothing to do."""
        while self._free:
            self._let_go(self._free.pop())

    def _hand(self, tender: Tender, attempt: str, message: bytes, files: tuple[int, int]) -> None:
        if tender.plug is None:
            raise RuntimeError("a shepherd that was let go is given an attempt")
        try:
            socket.send_fds(tender.plug, [message], files)
        except OSError as error:
            if not isinstance(error, ConnectionError):
                self._free.append(tender)
            raise
        tender.attempt, tender.young_until = attempt, time.monotonic() + _YOUNG_S
        if tender in self._latest:
            self._latest.remove(tender)
        self._latest.append(tender)

    def _fork(self) -> Tender:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, contextlib.ExitStack() as stack:
            stack.callback(ours.close)
            sys.stderr.flush()
            pid = os.fork()
            if pid == 0:
                tend_all(theirs, self._news, self._grace)
            tender = Tender(pid=pid, watch=os.pidfd_open(pid), plug=ours)
            stack.pop_all()
        self._watch(tender)
        return tender

    def _watch(self, tender: Tender) -> None:
        for number in (tender.watch, *((tender.plug.fileno(),) if tender.plug else ())):
            self._by_file[number] = tender
            self._selector.register(number, selectors.EVENT_READ)

    def _let_go(self, tender: Tender) -> None:
        """Let it see that nobody is at the other end: then it ends, which its pidfd will tell."""
        if tender.plug is not None:
            self._selector.unregister(tender.plug)
            del self._by_file[tender.plug.fileno()]
            tender.plug.close()
            tender.plug = None

    def _bury(self, tender: Tender) -> None:
        self._let_go(tender)
        if tender in self._free:
            self._free.remove(tender)
        self._selector.unregister(tender.watch)
        del self._by_file[tender.watch]
        os.close(tender.watch)
        with contextlib.suppress(ChildProcessError):  # the child of an earlier starter
            os.waitpid(tender.pid, 0)


def _says_over(plug: socket.socket) -> bool:
    try:
        return bool(plug.recv(16))
    except ConnectionError:
        return False
