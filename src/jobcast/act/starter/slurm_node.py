"""What Slurm runs of an attempt, as its owner, on its first machine: a shepherd, and who speaks for it to Slurm.

Slurm's signals become orders to the shepherd, and what that tells is left in the job's comment, where Slurm keeps it.
"""

import base64
import json
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from jobcast.act.starter.duty import tend
from jobcast.act.starter.post import Post
from jobcast.act.starter.progress import ENDED, noted
from jobcast.act.starter.spool import ORDERS, open_pipe
from jobcast.act.starter.tending import KILL_AT_ONCE, warn_at
from jobcast.act.starter.topology import binding_here
from jobcast.act.starter.wanted import Wanted, wanted

Json = dict[str, Any]

_LONGEST_COMMENT = 1000
"""Slurm takes 1024 bytes."""
_MOST = 80
"""Letters of a reason, where the whole is too much."""
_TELL_FROM, _TELL_UP_TO = 1.0, 60.0
"""Seconds between two measurements that Slurm is told."""
_UNTOLD = ("SLURM_EXPORT_ENV", "SLURM_GET_USER_ENV")
"""They would keep the environment of the program from steps that it starts."""
_ORDERS = {
    signal.SIGTERM: b"kill\n",
    signal.SIGQUIT: f"{KILL_AT_ONCE}\n".encode(),
    signal.SIGTSTP: b"suspend\n",
    signal.SIGCONT: b"resume\n",
}
"""Slurm sends SIGTSTP at once, and SIGSTOP two seconds later."""
_SIGNALS = (*_ORDERS, signal.SIGURG)
"""SIGURG, which harms nobody who doesn't listen to it, says that there is another soft run limit."""
_SOFT_RUN_LIMIT = re.compile(r"\bAdminComment=soft_run_limit=(\d+|inf)\s")
_NOBODY_SAW = 70
_AGAIN = "SLURM_RESTART_COUNT"
"""Set where others have had Slurm run a job again."""


def main(packed: str) -> NoReturn:
    """Run the attempt that is told, and end as its program did, so that Slurm knows; one runs once."""
    if os.environ.get(_AGAIN, "0") != "0":
        sys.exit(_NOBODY_SAW)
    ended = Relay(json.loads(zlib.decompress(base64.b64decode(packed)))).run()
    if ended is None:
        sys.exit(_NOBODY_SAW)
    code: int = ended["exit_code"]
    if ended["how"] == "signalled":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with suppress(OSError):
            signal.signal(code - 128, signal.SIG_DFL)
        os.kill(os.getpid(), code - 128)
    sys.exit(code)


class Relay:
    """Stands between a shepherd and Slurm."""

    def __init__(self, told: Json) -> None:
        """Take ``attempt``, its JSON; ``mark``, what its comment begins with; ``path`` to scontrol; and ``grace``."""
        self._told = told
        program = told["attempt"]["program"]
        slurms = {name: text for name, text in os.environ.items() if name.startswith("SLURM")}
        kept = {name: text for name, text in slurms.items() if name not in _UNTOLD}
        program["environment"] = kept | program.get("environment", {})
        self._folder = Path(tempfile.mkdtemp(prefix="jobcast-"))
        os.mkfifo(self._folder / ORDERS, 0o600)
        self._orders = open_pipe(self._folder / ORDERS)
        self._report: Json = {}
        self._due, self._between = 0.0, _TELL_FROM

    def run(self) -> Json | None:
        """Return the end of the attempt, as its shepherd told it; None where it died."""
        for number in _ORDERS:
            signal.signal(number, self._order)
        signal.signal(signal.SIGURG, self._limit)
        news, tell = os.pipe()
        os.set_blocking(tell, False)
        shepherd = os.fork()
        if shepherd == 0:
            os.close(news)
            self._tend(tell)
        os.close(tell)
        with os.fdopen(news, "rb") as lines:
            for line in lines:
                self._hear(json.loads(line)["news"])
        os.waitpid(shepherd, 0)
        ended = noted(self._folder).get(ENDED)
        shutil.rmtree(self._folder, ignore_errors=True)
        if ended is not None:
            self._report["ended"] = {name: ended[name] for name in ended if name not in {"kind", "attempt"}}
            self._tell()
        return ended

    def _tend(self, news: int) -> NoReturn:
        for number in _SIGNALS:  # heard, so that those it starts hear them as usual
            signal.signal(number, _nothing)
        asked = wanted(self._told["attempt"])
        orders = self._orders
        post = Post(
            folder=self._folder,
            news=news,
            orders=orders,
            lock=orders,
            grace=self._told["grace"],
            cpus=_cpus(asked),
        )
        tend(asked, post)

    def _order(self, number: int, _frame: object) -> None:
        with suppress(OSError):
            os.write(self._orders, _ORDERS[signal.Signals(number)])

    def _limit(self, _number: int, _frame: object) -> None:
        """Hand on the soft run limit that the manager has left where a job's owner can't write it; asked for once."""
        told = _SOFT_RUN_LIMIT.search(self._scontrol("show", "--oneliner", "job", _own_job()))
        if told:
            with suppress(OSError):
                os.write(self._orders, f"{warn_at(float(told[1]))}\n".encode())

    def _hear(self, news: Json) -> None:
        if news["kind"] == "Began":
            self._report["began"] = news["at"]
            self._tell()
        elif news["kind"] == "Measured":
            self._report["consumed"] = news["consumed"]
            if time.monotonic() >= self._due:
                self._due = time.monotonic() + self._between
                self._between = min(2 * self._between, _TELL_UP_TO)
                self._tell()

    def _tell(self) -> None:
        """Leave what is known in the job's comment."""
        mark = self._told["mark"]
        comment = f"Comment={mark} {pack(self._report, _LONGEST_COMMENT - len(mark))}"
        self._scontrol("update", f"JobId={_own_job()}", comment)

    def _scontrol(self, *arguments: str) -> str:
        """Return what scontrol prints; nothing where it isn't there, or fails: then Slurm knows the least."""
        printed, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                null = os.open(os.devnull, os.O_RDWR)
                for number, open_file in enumerate((null, write, null)):
                    os.dup2(open_file, number)
                surroundings = {**os.environ, "PATH": self._told["path"]}
                os.execvpe("scontrol", ["scontrol", *arguments], surroundings)  # noqa: S606, S607 - where it is differs
            finally:
                os._exit(1)
        os.close(write)
        with os.fdopen(printed, "rb") as file:
            text = file.read()
        os.waitpid(pid, 0)
        return text.decode("utf-8", "replace")


def _own_job() -> str:
    return os.environ.get("SLURM_JOB_ID", "")


def pack(report: Json, room: int) -> str:
    """Return a report as one word of at most `room` letters: of what is too much for that, less and less."""
    short, bare = dict(report), {"began": report.get("began")}
    if ended := report.get("ended"):
        short["ended"] = {**ended, "why": {name: text[:_MOST] for name, text in ended["why"].items()}}
        bare["ended"] = {name: ended[name] for name in ("how", "exit_code")}
    for version in (report, short, bare):
        word = base64.urlsafe_b64encode(zlib.compress(json.dumps(version).encode(), 9)).decode()
        if len(word) <= room:
            return word
    return ""


def _cpus(asked: Wanted) -> frozenset[int]:
    """Return the CPUs to bind to: none where Slurm gives each job all of the machine, and others may be bound there."""
    affinity, granted = asked.binding(), os.environ.get("SLURM_CPUS_ON_NODE", "")
    if affinity is None or not granted.isdigit() or len(os.sched_getaffinity(0)) > int(granted):
        return frozenset()
    return binding_here().take(asked.id, affinity, max(1, len(asked.hosts)))


def _nothing(_number: int, _frame: object) -> None:
    """Do nothing."""
