"""The forecast service under load, and while its model is switched and its workers are killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from command import fill_store, jobcast
from jobcast import clock
from jobcast.forecast import MemoryForecast
from jobcast.predict.models import load as load_model
from jobcast.predict.shelf import Shelf
from jobcast.serve.asked import SubmittedJob, submission_of
from jobcast.store.history import Store
from jobcast.units import to_mib
from load import Plan, put
from trial import Figure, Trial

_JOBS = 100_000
_CONNECTIONS = 8
_DISTINCT = 3000
"""Different jobs that are asked for."""


def trials(shrink: int) -> list[Trial]:
    """Return what is tried of the service."""
    return [
        Trial(name="service load", run=partial(_load, 60_000 // shrink)),
        Trial(name="service switch", run=partial(_switch, 100_000 // shrink)),
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """A service that runs."""

    port: int
    process: subprocess.Popen[bytes]

    def workers(self) -> list[int]:
        """Return the numbers of the processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return list(map(int, children.read_text().split()))

    def busiest(self) -> int:
        """Return the number of the process that holds the most connections."""
        return max(self.workers(), key=lambda one: len(list(Path(f"/proc/{one}/fd").iterdir())))

    def rss_mb(self) -> float:
        """Return the resident memory of the parent and its workers, pages that they share counted for each."""
        pages = sum(
            int(Path(f"/proc/{one}/statm").read_text().split()[1])
            for one in (self.process.pid, *self.workers())
        )
        return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


@contextmanager
def running(folder: Path, flags: tuple[str, ...] = ()) -> Iterator[Service]:
    """Start a service on the store in `folder`, and end it."""
    with socket.socket() as probe:  # a port that is free now
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "jobcast",
        "--store",
        str(folder / "store"),
        "serve",
        "--port",
        str(port),
    ]
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--socket", str(folder / "s.sock"), *flags], stdout=log, stderr=log
        )
    try:
        _await(port)
        yield Service(port=port, process=process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _await(port: int) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the service does not start")


def jobs_to_ask(folder: Path) -> list[bytes]:
    """Return requests for jobs like those of the newest days of the store."""
    store = Store(folder / "store")
    days = store.days()[-6:]
    since = pl.datetime(days[0].year, days[0].month, days[0].day, time_zone="UTC")
    jobs = store.collect(store.scan().filter(pl.col("finish_time") >= since)).sample(_DISTINCT, seed=1)
    return [json.dumps(_as_asked(row)).encode() for row in jobs.to_dicts()]


def _as_asked(row: dict[str, object]) -> dict[str, object]:
    texts = ("user", "project", "queue", "name", "command", "cwd")
    asked = {name: row[name] for name in texts if row[name] is not None}
    asked |= {"cores": row["cores_requested"]} if row["cores_requested"] else {}
    return asked | (
        {"memory_mb": to_mib(int(str(row["memory_requested"])))} if row["memory_requested"] else {}
    )


def _plan(service: Service, bodies: list[bytes], requests: int) -> Plan:
    return Plan(
        port=service.port, path="/v1/forecast", bodies=bodies, requests=requests, connections=_CONNECTIONS
    )


def _load(requests: int, folder: Path) -> list[Figure]:
    fill_store(folder, _JOBS)
    jobcast(folder, "train", "--no-judge")
    with running(folder) as service:
        bodies = jobs_to_ask(folder)
        put(_plan(service, bodies, requests // 10), _ignore)
        load = put(_plan(service, bodies, requests), _ignore)
        rss = service.rss_mb()
    what, rate = f"POST /v1/forecast, one job, {_CONNECTIONS} connections", load.asked / load.wall
    median, late = load.percentile(0.5), load.percentile(0.99)
    return [
        Figure(what=what, value=rate, unit="/s", bar="≥ 3,000 /s", memprediction="1.9 /s"),
        Figure(what="  median", value=median, unit="ms", bar="", memprediction="4,159 ms"),
        Figure(what="  p99", value=late, unit="ms", bar="≤ 10 ms", memprediction="8,388 ms"),
        Figure(what="  not answered", value=load.unanswered, unit="", bar="0", memprediction="55-72 %"),
        Figure(
            what="  memory, all processes", value=rss, unit="MB", bar="≤ 300 MB", memprediction="1,050 MB"
        ),
    ]


def _ignore(_number: int, _body: bytes) -> None:
    """Look at nothing."""


_SWITCHES, _KILLS = 20, 5
_PAUSE_SECONDS = 1.0
"""Between two switches: more than a worker takes to see one."""

Told = list[int | None]
"""For each body the amount in MiB, None where there is no forecast."""


class _Referee:
    """Sees whether each answer is one of the model that it names; forecasts move as runs age, so two moments count."""

    def __init__(self, shelf: Shelf, bodies: list[bytes]) -> None:
        self._shelf, self._bodies = shelf, bodies
        self._before = self._all_answers()
        self._seen: dict[str, set[tuple[int, int | None]]] = {name: set() for name in shelf.names()}
        self.answers = Counter[str]()

    def look(self, number: int, body: bytes) -> None:
        """Note an answer."""
        answer = json.loads(body)
        self._seen[answer["model"]].add((number, answer["memory"].get("request_mb")))
        self.answers[answer["model"]] += 1

    def wrong(self) -> int:
        """Count the different answers that the model which they name does not give."""
        after = self._all_answers()
        return sum(
            told not in {self._before[name][number], after[name][number]}
            for name, seen in self._seen.items()
            for number, told in seen
        )

    def differing(self) -> int:
        """Count the bodies to which the models give different answers."""
        return sum(len(set(told)) > 1 for told in zip(*self._before.values(), strict=True))

    def _all_answers(self) -> dict[str, Told]:
        return {name: _answers(self._shelf.folder(name), self._bodies) for name in self._shelf.names()}


def _answers(folder: Path, bodies: list[bytes]) -> Told:
    """Return what a model answers by itself, without a service."""
    at = clock.now()
    asked = [submission_of(SubmittedJob(**json.loads(body)), at) for body in bodies]
    told = [one.memory for one in load_model(folder).forecast(asked)]
    return [to_mib(one.request) if isinstance(one, MemoryForecast) else None for one in told]


def _switch(requests: int, folder: Path) -> list[Figure]:
    fill_store(folder, _JOBS)
    for flags in ((), ("--end_date", _EARLIER)):
        jobcast(folder, "train", "--no-judge", *flags)
    shelf, bodies = Shelf(folder / "store" / "models"), jobs_to_ask(folder)
    referee = _Referee(shelf, bodies)
    with running(folder) as service:
        plan = _plan(service, bodies, requests)
        load = put(plan, referee.look, beside=partial(_disturb, service, shelf))
    differ, fewest = f"{referee.differing():,} of {len(bodies):,} differ", min(referee.answers.values())
    return [
        Figure(
            what=f"{load.asked:,} requests, {_SWITCHES} switches, {_KILLS} kills",
            value=load.wall,
            unit="s",
            bar="",
        ),
        Figure(what="  not answered", value=load.unanswered, unit="", bar="0"),
        Figure(what="  asked twice, their worker was killed", value=load.retried, unit="", bar=""),
        Figure(what=f"  not of the model named ({differ})", value=referee.wrong(), unit="", bar="0"),
        Figure(what="  of the model that gave fewer", value=fewest, unit="", bar=""),
    ]


_EARLIER = "2025-10-15"
"""The second model learns until this day only, so that the two answer differently."""


def _disturb(service: Service, shelf: Shelf) -> None:
    """Switch between the models, and kill a worker now and then."""
    names = shelf.names()
    for turn in range(_SWITCHES):
        shelf.activate(names[turn % len(names)])
        if turn % (_SWITCHES // _KILLS) == 0:
            os.kill(service.busiest(), signal.SIGKILL)
        time.sleep(_PAUSE_SECONDS)
