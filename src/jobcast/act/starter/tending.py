"""How one program and all that descends from it is waited for, while orders for it come in."""

import json
import math
import os
import resource
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from jobcast.act.starter.alarm import Alarm
from jobcast.act.starter.body import Body, Descendants
from jobcast.act.starter.launch import Launch, Why, launch
from jobcast.act.starter.processes import Process
from jobcast.act.starter.usage import Usage

_FIRST_LOOK, _LONGEST_BETWEEN_LOOKS = 0.05, 1.0
"""Seconds."""
_SHARE_OF_LOOKING = 0.01
"""Of the time may be spent on looking, where a look at all processes takes long."""
_AGAIN = 0.1
"""Seconds after which what doesn't end is killed once more: it may have forked."""

Order = str
"""``suspend``, ``resume``, ``kill``, `KILL_AT_ONCE`, or what `warn_at` makes."""
KILL_AT_ONCE = "kill_at_once"
KILLS = frozenset({"kill", KILL_AT_ONCE})
_WARN_AT = "warn_at "


def warn_at(seconds: float) -> Order:
    """Return the order to warn a job after so many seconds of running, without end for never, instead of as before."""
    return f"{_WARN_AT}{seconds}"


def warns_at(order: Order) -> float | None:
    """Return the seconds that such an order tells; None for another order."""
    return float(order.removeprefix(_WARN_AT)) if order.startswith(_WARN_AT) else None


@dataclass(kw_only=True, slots=True)
class Over:
    """How a program ended."""

    status: int
    """As waitpid(2) tells."""
    why_not: Why | None
    """Why it never began."""
    slow: bool
    """It took longer than it may, and was killed."""

    @property
    def exit_code(self) -> int:
        """Return what a shell would."""
        return 128 + os.WTERMSIG(self.status) if os.WIFSIGNALED(self.status) else os.WEXITSTATUS(self.status)


class Ears:
    """What a tender hears: orders from the starter, and that a child has news."""

    def __init__(self, orders: int) -> None:
        self._orders = orders
        self._rest = b""
        self._poll = select.poll()
        self._children, self._wake = os.pipe()
        for number in (self._children, self._wake):
            os.set_blocking(number, False)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _hear)
        self.also(orders)
        self.also(self._children)

    def close(self) -> None:
        """Hear nothing any more."""
        signal.set_wakeup_fd(-1)
        os.close(self._children)
        os.close(self._wake)

    def also(self, number: int) -> None:
        """Wake up for this file, too."""
        self._poll.register(number, select.POLLIN)

    def no_more(self, number: int) -> None:
        """Don't."""
        self._poll.unregister(number)

    def wait(self, seconds: float) -> set[int]:
        """Return the files that have something to read, after at most so long."""
        return {number for number, _ in self._poll.poll(math.ceil(1000 * seconds))}

    def orders(self) -> list[Order]:
        """Return the orders that came."""
        read_all(self._children)
        *lines, self._rest = (self._rest + read_all(self._orders)).split(b"\n")
        return [line.decode() for line in lines]


def _hear(_number: int, _frame: object) -> None:
    """Be woken up."""


def read_all(number: int) -> bytes:
    """Return what there is to read without waiting."""
    parts = []
    try:
        while part := os.read(number, 65536):
            parts.append(part)
    except BlockingIOError:
        pass
    return b"".join(parts)


@dataclass(kw_only=True, slots=True)
class Tended:
    """One program while it runs."""

    ears: Ears
    usage: Usage
    body: Body = field(default_factory=Descendants)
    """All its processes."""
    grace: float
    """Seconds from the polite end to the other."""
    obey: Callable[["Tended", Order], None]
    """What an order means for it."""
    begun: Callable[[int], None] = lambda _pid: None
    """Told its process once it runs."""
    stopped: Callable[[bool], None] = lambda _stopped: None
    """Told when it stands still, and when it goes on."""
    looked: Callable[["Tended", list[Process]], None] | None = None
    """Told what was seen; None not to look."""
    alarm: Alarm = field(default_factory=Alarm)
    rung: Callable[["Tended"], None] = lambda _tended: None
    """Told when the alarm rings."""
    longest: float | None = None
    """Seconds that it may take."""
    pid: int = 0
    runs: bool = False
    """It has begun."""
    _status: int | None = None
    _why_not: Why | None = None
    _slow: bool = False
    _alone: bool = False
    _told: int = -1
    _deadline: float = field(default=float("inf"))
    _force_at: float | None = None
    _look_at: float = field(default=float("inf"))
    _between: float = _FIRST_LOOK
    _looked_at: float = 0.0

    def run(self, wish: Launch) -> Over:
        """Run it until nothing of it is left."""
        now = time.monotonic()
        self.pid, self._told = launch(wish)
        self.ears.also(self._told)
        if self.longest is not None:
            self._deadline = now + self.longest
        while not self._alone or self._told >= 0:
            heard = self.ears.wait(max(0.0, self._next() - time.monotonic()))
            if self._told in heard:
                self._hear_begin()
            for order in self.ears.orders():
                self.obey(self, order)
            self._bury()
            self._do_what_is_due(time.monotonic())
        self.usage.see([], 0.0)
        return Over(status=self._status or 0, why_not=self._why_not, slow=self._slow)

    def end(self, *, at_once: bool = False) -> None:
        """Ask all its processes to end, and after the grace, or at once, force them to."""
        if at_once:
            self._force_at = time.monotonic()
        elif self._force_at is None:
            self._force_at = time.monotonic() + self.grace
            self.body.end(politely=True)

    def _next(self) -> float:
        due = [at for at in (self._deadline, self._force_at, self._look_at, self.alarm.at) if at is not None]
        return min(*due, time.monotonic() + 3600)

    def _hear_begin(self) -> None:
        word = os.read(self._told, 4096)
        self.ears.no_more(self._told)
        os.close(self._told)
        self._told = -1
        if word:
            self._why_not = json.loads(word)
            return
        self.runs = True
        if self.looked is not None:
            self._looked_at = time.monotonic()
            self._look_at = self._looked_at + _FIRST_LOOK
        self.begun(self.pid)

    def _bury(self) -> None:
        while True:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG | os.WUNTRACED | os.WCONTINUED)
            except ChildProcessError:
                self._alone = True
                return
            if pid == 0:
                break
            self._hear_of(pid, status, used)
        if self._status is not None:
            self.end()  # what it left behind

    def _hear_of(self, pid: int, status: int, used: resource.struct_rusage) -> None:
        if os.WIFSTOPPED(status) or os.WIFCONTINUED(status):
            if pid == self.pid:
                self.stopped(os.WIFSTOPPED(status))
            return
        self.usage.bury(used)
        if pid == self.pid:
            self._status = status

    def _do_what_is_due(self, now: float) -> None:
        if now >= self._deadline:
            self._deadline, self._slow = float("inf"), True
            self.end()
        if self._force_at is not None and now >= self._force_at:
            self.body.end(politely=False)
            self._force_at = now + _AGAIN
        if self.alarm.rings(now):
            self.rung(self)
        if now >= self._look_at and self.looked is not None:
            below = self.body.look()
            self.usage.see(below, now - self._looked_at)
            self._looked_at = now
            self._between = min(2 * self._between, _LONGEST_BETWEEN_LOOKS)
            took = time.monotonic() - now
            self._look_at = now + max(self._between, took / _SHARE_OF_LOOKING)
            self.looked(self, below)
