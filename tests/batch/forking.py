"""Starts a manager, kills it after a while that chance tells, starts it again, ...: a fork of one process each time.

``python -m tests.batch.forking FOLDER KILLS SEED RETRIES``: what is imported once needn't be imported a thousand times.
What fails is run again RETRIES times, on the other of two machines.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from jobcast.act.executors.local import LocalExecutor
from jobcast.batch.retrying import retry
from jobcast.batch.site import Files
from jobcast.machine import CPUS, MEMORY, Machine
from jobcast.schedule.failing import Failing
from jobcast.serve.batch.run import Set, run
from jobcast.serve.batch.sending import Ways
from jobcast.serve.settings import Listening
from jobcast.serve.sockets import listen_unix
from jobcast.units import GIB
from jobcast.zone import read_zone

_LIVES = 5
"""Each so many-th manager lives until it has accepted something, however long that takes; the others don't."""
_LONGEST_S = 60.0
TWO_MACHINES = {
    "LoadL_config": "SCHEDULER_TYPE = BACKFILL\nSCHEDULE_BY_RESOURCES = ConsumableCpus\n",
    "LoadL_admin": "".join(
        f"{name}: type = machine\n    resources = ConsumableCpus(4)\n" for name in ("n1", "n2")
    ),
}
HERE = Machine(name="n1", resources={CPUS: 4, MEMORY: 8 * GIB})


def main(folder: Path, kills: int, chance: random.Random, retries: int) -> None:
    """Kill so many managers, and leave one that lives until this process is ended."""
    for number in range(kills):
        before = _accepted(folder)
        child = _fork(folder, retries)
        if number % _LIVES == 0:
            _wait_for_more(folder, before)
        time.sleep(chance.choice((0.03, 0.1, 0.3)) * chance.random())
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    child = _fork(folder, retries)
    (folder / "killed").write_text(str(kills))
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    os.waitpid(child, 0)


def _accepted(folder: Path) -> int:
    """Return how many steps the test had accepted, which writes a byte for each."""
    path = folder / "accepted"
    return path.stat().st_size if path.exists() else 0


def _wait_for_more(folder: Path, before: int) -> None:
    until = time.monotonic() + _LONGEST_S
    while _accepted(folder) == before and time.monotonic() < until:
        time.sleep(0.002)


def _fork(folder: Path, retries: int) -> int:
    child = os.fork()
    if child == 0:
        try:
            _manage(folder, retries)
        finally:
            os._exit(0)
    return child


def _manage(folder: Path, retries: int) -> None:
    files = Files(texts=TWO_MACHINES if retries else {}, here=HERE, failing=Failing(retries=retries))
    setup = Set(
        folder=folder / "store" / "batch",
        store=folder / "store",
        rules=None,
        files=lambda: files,
        executor=lambda _site: LocalExecutor(folder / "store" / "batch" / "spool", ("n1", "n2")),
        cluster="loom",
        host="n1",
        zone=read_zone("UTC"),
        operators=frozenset({"root"}),
        retry=retry,
        ways=Ways(cluster="loom", zone=read_zone("UTC"), language="en"),
        only=None,
        keep_days=30,
    )
    (folder / "batch.sock").unlink(missing_ok=True)
    run(setup, Listening(plain=(listen_unix(folder / "batch.sock"),)), lambda _loop: None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3])), int(sys.argv[4]))
