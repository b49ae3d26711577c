"""The live batch manager asked by many: how long submissions and snapshots take, and whom they keep waiting."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Thread

from jobcast.act.executors.base import Consumed
from jobcast.batch.client import Client
from jobcast.batch.journal import Journal
from jobcast.batch.order import Cancel, SubmitCommandFile
from jobcast.batch.record import Notes, Step, StepState, Submitted
from jobcast.batch.service import Wanted
from jobcast.errors import JobcastError
from jobcast.machine import CPUS, Share
from jobcast.program import Program
from jobcast.schedule.job import BatchJob, Demand
from trial import Figure, Trial

_PENDING = 10_000
_PAST = 100_000
_SUBMISSIONS, _SNAPSHOTS = 500, 20
_WHOLE = """# @ executable = /bin/sleep
# @ arguments = 3600
# @ resources = ConsumableCpus({cpus})
# @ queue
"""
"""Runs all the time, and takes the machine."""
_WAITING = """# @ executable = /bin/true
# @ resources = ConsumableCpus(1)
# @ wall_clock_limit = 600
# @ queue
"""
"""Waits for it."""
_AT_ONCE = 500
"""Steps of one job command file, where many are submitted."""


def trials(shrink: int) -> list[Trial]:
    """Return what is tried of the live manager."""
    return [
        Trial(name="batch pending", run=partial(_pending, _PENDING // shrink)),
        Trial(name="batch past", run=partial(_past, _PAST // shrink)),
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Manager:
    """A manager that runs."""

    socket: Path
    process: subprocess.Popen[bytes]

    @property
    def client(self) -> Client:
        """Return what asks it."""
        return Client(self.socket)

    def get(self, path: str) -> int:
        """Ask for a path, and return how many bytes were answered."""
        with socket.socket(socket.AF_UNIX) as plug:
            plug.connect(str(self.socket))
            plug.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = http.client.HTTPResponse(plug)
            answer.begin()
            return len(answer.read())

    def rss_mb(self) -> float:
        """Return its resident memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


@contextmanager
def running(folder: Path) -> Iterator[Manager]:
    """Start a manager below a folder, and end it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JOBCAST_")}
    environment = {
        **kept,
        "HOME": str(folder),
        "JOBCAST_STORE": str(folder / "store"),
        "JOBCAST_BATCH_SOCKET": str(folder / "b.sock"),
    }
    with (folder / "batch.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jobcast", "batch", "start"], stdout=log, stderr=log, env=environment
        )
    manager = Manager(socket=folder / "b.sock", process=process)
    try:
        _await(manager)
        yield manager
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _await(manager: Manager) -> None:
    for _ in range(600):
        try:
            manager.get("/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise JobcastError("the manager does not start")


@dataclass(kw_only=True, slots=True)
class Times:
    """How long calls took."""

    seconds: list[float] = field(default_factory=list)

    def take(self, call: Callable[[], object]) -> None:
        """Call, and note how long it took."""
        begin = time.perf_counter()
        call()
        self.seconds.append(time.perf_counter() - begin)

    def ms(self, share: float) -> float:
        """Return the time within which such a share of calls ended, in milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _submit(manager: Manager, steps: int = 1) -> None:
    manager.client.do(SubmitCommandFile(text=_WAITING + "# @ queue\n" * (steps - 1), directory="/"))


def _submissions(manager: Manager, pending: int, count: int) -> list[Figure]:
    times = Times()
    for _ in range(count):
        times.take(partial(_submit, manager))
    what = f"submission over the socket, {pending:,} pending"
    return [
        Figure(what=f"{what}, median", value=times.ms(0.5), unit="ms", bar="≤ 20 ms"),
        Figure(what="  p99", value=times.ms(0.99), unit="ms", bar=""),
    ]


@contextmanager
def _beside(manager: Manager) -> Iterator[Times]:
    """Ask over and over whether the manager answers, while something else goes on."""
    times, over = Times(), Event()

    def ask() -> None:
        while not over.is_set():
            times.take(partial(manager.get, "/healthz"))
            time.sleep(0.001)

    asking = Thread(target=ask)
    asking.start()
    try:
        yield times
    finally:
        over.set()
        asking.join()


def _looked_at(manager: Manager, path: str, what: str, count: int) -> list[Figure]:
    times = Times()
    size = manager.get(path)
    with _beside(manager) as others:
        for _ in range(count):
            times.take(partial(manager.get, path))
    return [
        Figure(what=f"{what} ({size / 1e6:,.1f} MB), median", value=times.ms(0.5), unit="ms", bar=""),
        Figure(what="  longest", value=times.ms(1.0), unit="ms", bar=""),
        Figure(what="  others wait meanwhile, p99", value=others.ms(0.99), unit="ms", bar="≤ 20 ms"),
        Figure(what="  others wait meanwhile, longest", value=others.ms(1.0), unit="ms", bar=""),
    ]


def _pending(pending: int, folder: Path) -> list[Figure]:
    with running(folder) as manager:
        machine = manager.client.snapshot(Wanted()).machines[0].machine
        whole = _WHOLE.format(cpus=machine.resources[CPUS])
        manager.client.do(SubmitCommandFile(text=whole, directory="/"))
        figures = _submissions(manager, 0, _SUBMISSIONS)
        for _ in range((pending - _SUBMISSIONS) // _AT_ONCE):
            _submit(manager, _AT_ONCE)
        figures += _submissions(manager, pending, _SUBMISSIONS)
        figures += _looked_at(manager, "/v1/batch/snapshot", f"snapshot of {pending:,}", _SNAPSHOTS)
        figures += _looked_at(manager, "/v1/batch/steps?limit=100", "the first 100 of them", _SNAPSHOTS)
        figures += _looked_at(manager, "/", "the page", _SNAPSHOTS)
        memory = manager.rss_mb()
        manager.client.do(Cancel(steps=(manager.client.snapshot(Wanted()).steps[0].id,)))
    return [*figures, Figure(what="memory of the manager", value=memory, unit="MB", bar="≤ 300 MB")]


def _past(past: int, folder: Path) -> list[Figure]:
    _fill(folder / "store" / "batch", past)
    with running(folder) as manager:
        path = "/v1/batch/snapshot?over_since=0"
        figures = _looked_at(manager, path, f"snapshot with {past:,} steps that are over", 3)
        figures += _looked_at(manager, "/page/plan?hours=24", "the chart of a day", 5)
        memory = manager.rss_mb()
    return [*figures, Figure(what="memory of the manager", value=memory, unit="MB", bar="≤ 300 MB")]


def _fill(folder: Path, steps: int) -> None:
    """Write steps that ended one after the other until now."""
    journal, now = Journal(folder), time.time()
    for first in range(0, steps, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, steps))
        journal.settle({}, [_over(number, now - 2.0 * (steps - number)) for number in numbers])
    journal.close()


def _over(number: int, ended: float) -> Step:
    job = BatchJob(
        id=f"n1.{number + 1_000_000}.0",
        demand=Demand(tasks=1, per_task={CPUS: 1}),
        user=f"user{number % 40}",
        run_limit=600,
    )
    program = Program(arguments=("/bin/true",), directory="/")
    notes = Notes(dialect="loadleveler", name="nightly", command="/bin/true", comment="model")
    return Step(
        submitted=Submitted(job=job, program=program, notes=notes),
        at=ended - 120,
        state=StepState.COMPLETED,
        since=ended,
        attempt=1,
        dispatched=ended - 60,
        began=ended - 60,
        ended=ended,
        allocation=(Share(machine="n1", tasks=1),),
        exit_code=0,
        how="exited",
        consumed=Consumed(user_cpu=50.0, system_cpu=1.0, memory_peak=1 << 30),
    )
