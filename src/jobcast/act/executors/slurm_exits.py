"""The site's own prolog and epilog of an attempt: beside the manager, since no job of a user's can run them as root."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import msgspec

from jobcast.act.executors.base import Attempt
from jobcast.errors import CommandError
from jobcast.systems.base import Command
from jobcast.systems.run import run

_EXIT = Path(__file__).parents[1] / "starter" / "site_exit.py"
_AT_ONCE = 16
"""That are run at the same time; others wait for their turn."""
_CODES = {
    "job": "LOADL_JOB_STEP_EXIT_CODE",
    "prolog": "LOADL_PROLOG_EXIT_CODE",
    "user_prolog": "LOADL_USER_PROLOG_EXIT_CODE",
    "user_epilog": "LOADL_USER_EPILOG_EXIT_CODE",
}


class Exited(msgspec.Struct, frozen=True):
    """How a program of the site's ended."""

    code: int
    """As a shell counts; 127 where it can't be run."""
    last: str = ""
    """The last line that it printed."""
    slow: bool = False
    """Whether it took too long."""


class SiteExits:
    """Runs them as we are, each in a process of its own that keeps them to their time."""

    def __init__(self, folder: Path, grace: float) -> None:
        """Take the folder for what tells one that runs, and the seconds between its polite end and the other one."""
        folder.mkdir(exist_ok=True)
        self._folder, self._grace = folder, grace
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="jobcast-exit")

    async def run(self, name: str, attempt: Attempt, codes: Mapping[str, int]) -> Exited:
        """Run ``prolog`` or ``epilog``; `codes` are those of what ran before it, ``job`` among them."""
        arguments = attempt.exits.prolog if name == "prolog" else attempt.exits.epilog
        hosts = " ".join(share.machine for share in attempt.allocation for _ in range(share.tasks))
        told = {"JOBCAST_ATTEMPT": attempt.id, "LOADL_PROCESSOR_LIST": hosts, **attempt.told}
        told |= {_CODES[each]: str(code) for each, code in codes.items() if each in _CODES}
        wanted = {
            "arguments": arguments,
            "environment": {"PATH": os.defpath, **told},
            "longest": attempt.exits.longest,
            "grace": self._grace,
            "pid_file": str(self._pid_file(attempt.id)),
        }
        command = Command(
            arguments=(sys.executable, "-I", "-S", "-X", "utf8", str(_EXIT)),
            timeout_seconds=attempt.exits.longest + 3 * self._grace + 30,
        )
        return await asyncio.get_running_loop().run_in_executor(self._pool, _run, command, wanted)

    def end(self, attempt: str) -> None:
        """Ask the one that runs for an attempt to end; nothing where none does."""
        with suppress(OSError, ValueError):
            pid = int(self._pid_file(attempt).read_text())
            if str(_EXIT).encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                os.kill(pid, signal.SIGTERM)

    def forget(self, attempt: str) -> None:
        """Keep nothing of it."""
        self._pid_file(attempt).unlink(missing_ok=True)

    def close(self) -> None:
        """Start no more; those that run go on."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _pid_file(self, attempt: str) -> Path:
        return self._folder / f"{quote(attempt, safe='@')}.pid"


def _run(command: Command, wanted: Mapping[str, object]) -> Exited:
    try:
        with run(command, told=msgspec.json.encode(wanted)) as printed:
            return msgspec.json.decode(printed.read(), type=Exited)
    except CommandError as error:
        return Exited(code=137 if error.transient else 127, last=error.message, slow=error.transient)
    except msgspec.MsgspecError as error:
        return Exited(code=127, last=str(error))
