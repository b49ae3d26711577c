"""Signals as something to wait for: they are noted when they come, and acted on when it suits."""

import os
import selectors
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

NOTED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
_MANY = 4096


class Signals:
    """Notes the signals of a process for as long as it is entered; nothing else happens when one comes."""

    def __init__(self, *files: int) -> None:
        """Wait also for something to read in these `files`."""
        self._out, self._in = os.pipe()
        for end in (self._out, self._in):
            os.set_blocking(end, False)
        self._selector = selectors.DefaultSelector()
        for file in (self._out, *files):
            self._selector.register(file, selectors.EVENT_READ)

    def __enter__(self) -> Self:
        signal.set_wakeup_fd(self._in, warn_on_full_buffer=False)
        for number in NOTED:
            signal.signal(number, _nothing)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def leave(self) -> None:
        """Have signals do what they do by default."""
        for number in NOTED:
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        self._selector.close()
        os.close(self._out)
        os.close(self._in)

    def wait(self, seconds: float | None) -> set[int]:
        """Wait for a signal, or something to read, at most so long; return the numbers of the signals that came."""
        self._selector.select(seconds)
        try:
            return set(os.read(self._out, _MANY))
        except BlockingIOError:
            return set()


def _nothing(*_: object) -> None:
    """Take a signal, which the pipe has noted."""


@contextmanager
def held_back() -> Iterator[None]:
    """Have signals come afterwards."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, NOTED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
