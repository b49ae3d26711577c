"""The parent of the workers: it forks them, replaces those that die, and stops them all.

Workers are forks of one process that has imported everything and opened the sockets, so that they share
memory, and a new one answers at once.
"""

import logging
import os
import signal
import struct
import sys
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count as numbers

from jobcast import clock
from jobcast.errors import JobcastError
from jobcast.serve.signals import Signals, held_back

logger = logging.getLogger("jobcast.serve")

_HASTY, _HASTY_SECONDS = 10, 10.0
"""So many workers that die within so many seconds show that no worker can live."""
_GRACE_SECONDS = 10.0
"""How long a worker that was asked to end may take."""
_RENEWAL_SECONDS = 15.0
"""How long new workers may take until they answer; then the old ones stay."""
_PROCESS = struct.Struct("i")
"""What a worker writes when it answers: the number of its process."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Birth:
    """What a new worker is told."""

    place: int
    """From 0; no two that live have the same, and whoever comes next takes the first that is free."""
    parent: int
    """End of a pipe that closes when the parent dies."""
    ready: Callable[[], None]
    """To be called when it answers."""


class Workers:
    """So many processes that all run `work`."""

    def __init__(
        self,
        count: int,
        *,
        work: Callable[[Birth], None],
        died: Callable[[int], None],
        see: Callable[[], None] = lambda: None,
    ) -> None:
        """`died` is called with the place of each that has ended.

        `see` raises JobcastError where new workers could not answer.
        """
        self._count, self._work, self._died, self._see = count, work, died, see
        self._places: dict[int, int] = {}
        """Of the living, by process."""
        self._newborn: set[int] = set()
        """Those of the living that are to replace the others, and do not all answer yet."""
        self._answering: set[int] = set()
        """Those of the newborn that answer."""
        self._leaving: set[int] = set()
        """Those of the living that were asked to end."""
        self._code = 0
        self._stopping = self._again = False
        self._renewed_by = self._left_by = float("inf")
        """When patience with the newborn, and with those that leave, is at its end."""
        self._deaths: deque[float] = deque(maxlen=_HASTY)
        self._lives = os.pipe()
        self._answers = os.pipe()
        os.set_blocking(self._answers[0], False)
        self._signals = Signals(self._answers[0])

    def run(self) -> int:
        """Keep the workers alive until a signal asks to stop; return the exit code of the program."""
        with self._signals:
            for _ in range(self._count):
                self._start()
            while self._places:
                patience = min(self._renewed_by, self._left_by) - clock.seconds()
                came = self._signals.wait(None if patience == float("inf") else max(patience, 0.0))
                self._bury()
                self._hear()
                if came & {signal.SIGTERM, signal.SIGINT}:
                    self._stop()
                elif signal.SIGHUP in came or (self._again and not self._newborn):
                    self._renew()
                self._lose_patience()
        return self._code

    def _start(self) -> int:
        """Fork a worker; return its process."""
        place = next(number for number in numbers() if number not in self._places.values())
        with held_back():
            process = os.fork()
            if process:
                self._places[process] = place
                return process
            self._signals.leave()
        code = 1
        try:
            os.close(self._lives[1])
            os.close(self._answers[0])
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            self._work(Birth(place=place, parent=self._lives[0], ready=self._tell))
            code = 0
        except BaseException:  # the last resort of this process, which must not go on as its parent
            logger.exception("a worker failed")
        finally:
            logging.shutdown()
            sys.stdout.flush()
            os._exit(code)

    def _tell(self) -> None:
        """Have the parent know that this worker answers."""
        os.write(self._answers[1], _PROCESS.pack(os.getpid()))

    def _hear(self) -> None:
        """Let the old ones go when all new ones answer."""
        try:
            told = os.read(self._answers[0], _PROCESS.size * 1024)
        except BlockingIOError:
            return
        self._answering |= {process for (process,) in _PROCESS.iter_unpack(told)} & self._newborn
        if self._newborn and self._answering == self._newborn:
            logger.info("%d new workers answer; the old ones end", len(self._newborn))
            old = self._places.keys() - self._newborn
            self._forget_newborn()
            self._let_go(old)

    def _bury(self) -> None:
        """See who has died, and have others take their places."""
        while self._places:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            self._died(self._places.pop(process))
            if process in self._leaving:
                self._leaving.discard(process)
                continue
            code = os.waitstatus_to_exitcode(status)
            if process in self._newborn:
                self._give_up(f"worker {process} ended with {code}")
                continue
            logger.warning("worker %d ended with %d; another takes its place", process, code)
            if self._hasty():
                logger.error("workers end as soon as they start; giving up")
                self._code = 1
                self._stop()
            else:
                self._start()

    def _hasty(self) -> bool:
        self._deaths.append(clock.seconds())
        return len(self._deaths) == _HASTY and self._deaths[-1] - self._deaths[0] < _HASTY_SECONDS

    def _stop(self) -> None:
        """Ask all workers to end."""
        if not self._stopping:
            self._stopping = True
            self._forget_newborn()
            self._let_go(self._places.keys())

    def _renew(self) -> None:
        """Start other workers, with certificates as they are now; the old ones go when these answer."""
        self._again = bool(self._newborn)
        if self._stopping or self._again:
            return
        try:
            self._see()
        except JobcastError as error:
            logger.warning("the workers stay as they are: %s", error.message)
            return
        self._renewed_by = clock.seconds() + _RENEWAL_SECONDS
        for _ in range(self._count):
            self._newborn.add(self._start())

    def _give_up(self, why: str) -> None:
        """Let the new workers go, and the old ones stay."""
        logger.warning("the workers stay as they are: %s", why)
        newborn = self._newborn & self._places.keys()
        self._forget_newborn()
        self._let_go(newborn)

    def _forget_newborn(self) -> None:
        self._newborn, self._answering, self._renewed_by = set(), set(), float("inf")

    def _let_go(self, processes: Iterable[int]) -> None:
        """Ask workers to end; those that don't in time are ended."""
        asked = set(processes)
        self._leaving |= asked
        self._left_by = clock.seconds() + _GRACE_SECONDS
        _ask(asked, signal.SIGTERM)

    def _lose_patience(self) -> None:
        now = clock.seconds()
        if now >= self._renewed_by:
            self._give_up("the new ones don't answer")
        if now >= self._left_by:
            self._left_by = float("inf")
            _ask(self._leaving, signal.SIGKILL)


def _ask(processes: Iterable[int], number: int) -> None:
    for process in tuple(processes):
        try:
            os.kill(process, number)
        except ProcessLookupError:
            continue
