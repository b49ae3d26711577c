"""The parent of the workers: it forks them, replaces those that die, and stops them all.

Workers are forks of one process that has imported everything and opened the sockets, so that they share
memory, and a new one answers at once.
"""

import logging
import os
import shutil
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from jobcast import clock
from jobcast.serve.settings import Listening, Settings

logger = logging.getLogger("jobcast.serve")

_HASTY, _HASTY_SECONDS = 10, 10.0
"""So many workers that die within so many seconds show that no worker can live."""
_GRACE_SECONDS = 10
_OVERLAP_SECONDS = 2
"""How long old workers go on answering beside new ones when they are replaced."""


def serve(settings: Settings, listening: Listening, count: int) -> int:
    """Answer with so many workers until a signal asks to stop; return the exit code of the program."""
    shared = Path(tempfile.mkdtemp(prefix="jobcast-metrics-"))
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(shared)  # looked at when the metrics are imported
    from jobcast.serve import metrics, worker  # noqa: PLC0415 - see above

    told = replace(settings, metrics=shared)
    try:
        return Workers(
            count,
            work=lambda parent: worker.run(told, listening, parent),
            died=lambda process: metrics.forget(shared, process),
        ).run()
    finally:
        shutil.rmtree(shared, ignore_errors=True)


class Workers:
    """So many processes that all run `work`, which gets the end of a pipe that closes when the parent dies."""

    def __init__(self, count: int, work: Callable[[int], None], died: Callable[[int], None]) -> None:
        self._count = count
        self._work = work
        self._died = died
        """Called with the number of each process that has ended."""
        self._living: set[int] = set()
        self._leaving: set[int] = set()
        """Those of the living that were replaced."""
        self._stopping = False
        self._deaths: deque[float] = deque(maxlen=_HASTY)
        self._pipe = os.pipe()

    def run(self) -> int:
        """Keep the workers alive until a signal asks to stop; return the exit code of the program."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop())
        signal.signal(signal.SIGHUP, lambda *_: self._renew())
        for _ in range(self._count):
            self._start()
        code = 0
        while self._living:
            process, status = os.wait()
            self._living.discard(process)
            self._died(process)
            if self._stopping or process in self._leaving:
                self._leaving.discard(process)
                continue
            logger.warning(
                "worker %d ended with %d; another takes its place", process, os.waitstatus_to_exitcode(status)
            )
            if self._hasty():
                logger.error("workers end as soon as they start; giving up")
                code = 1
                self._stop()
            else:
                self._start()
        return code

    def _hasty(self) -> bool:
        self._deaths.append(clock.seconds())
        return len(self._deaths) == _HASTY and self._deaths[-1] - self._deaths[0] < _HASTY_SECONDS

    def _start(self) -> None:
        process = os.fork()
        if process:
            self._living.add(process)
            return
        code = 1
        try:
            os.close(self._pipe[1])
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
                signal.signal(number, signal.SIG_IGN if number == signal.SIGHUP else signal.SIG_DFL)
            self._work(self._pipe[0])
            code = 0
        except KeyboardInterrupt:
            code = 130
        except BaseException:  # the last resort of this process, which must not go on as its parent
            logger.exception("a worker failed")
        finally:
            logging.shutdown()
            sys.stdout.flush()
            os._exit(code)

    def _stop(self) -> None:
        """Ask all workers to end; those that don't are ended."""
        self._stopping = True
        _ask(self._living, signal.SIGTERM)
        signal.signal(signal.SIGALRM, lambda *_: _ask(self._living, signal.SIGKILL))
        signal.alarm(_GRACE_SECONDS)

    def _renew(self) -> None:
        """Start other workers, with certificates as they are now, and then let those end that there were."""
        if self._stopping:
            return
        self._leaving |= self._living
        for _ in range(self._count):
            self._start()
        signal.signal(signal.SIGALRM, lambda *_: _ask(self._leaving, signal.SIGTERM))
        signal.alarm(_OVERLAP_SECONDS)


def _ask(processes: set[int], number: int) -> None:
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            continue
