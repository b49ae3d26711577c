"""Start what makes a Slurm, each part once the one before it answers, and end all that came of it."""

import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.cluster.slurm.layout import environment
from tests.cluster.waiting import until

PACKAGES = (
    "slurmctld slurmd slurmdbd slurm-client slurm-wlm-basic-plugins slurm-wlm-mysql-plugin munge mariadb-server "
    "lua-socket"
)
"""What Debian calls all that is needed."""
_PROGRAMS = "munged mariadb-install-db mariadbd mariadb slurmdbd slurmctld slurmd sacctmgr scontrol sinfo sbatch sacct"
_SECONDS = 60
"""That any one part may take until it answers; an idle machine needs a second or two."""
_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
_ADOPT_ORPHANS = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2)."""


class DidNotStartError(Exception):
    """A part of the cluster ended at once or never answered; tells which, and the last that it wrote."""


def what_is_missing() -> str:
    """Say why no Slurm can be started on this machine; empty where one can."""
    missing = [name for name in _PROGRAMS.split() if shutil.which(name, path=_PATH) is None]
    if missing:
        return f"{', '.join(missing)} not installed (apt-get install {PACKAGES})"
    return "" if os.geteuid() == 0 else "only root can start a Slurm"


class Daemons:
    """The processes of one cluster, all children of this process, which must have no others."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        inherited = {name: text for name, text in os.environ.items() if not name.startswith("SLURM")}
        self._environment = {**inherited, "PATH": _PATH, **environment(folder)}
        # Steps of jobs leave their daemon and outlive it; whatever they do they come back to this process.
        ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 1, 0, 0, 0)

    def start(self) -> None:
        """Start all of them, and wait until jobs can run. Raises DidNotStartError."""
        munge = self._folder / "munge"
        self._start(
            ["munged", "--foreground", f"--key-file={munge}/key", f"--socket={munge}/socket",
             f"--pid-file={munge}/pid", f"--seed-file={munge}/seed", "--num-threads=4"],
            (munge / "socket").exists,
        )  # fmt: skip
        self._start_database()
        self._start(["slurmdbd", "-D"], lambda: self._does("sacctmgr", "-n", "list", "cluster"))
        self._does("sacctmgr", "-i", "add", "cluster", "loom")
        self._start(["slurmctld", "-D"], lambda: self._does("scontrol", "ping"))
        for node in ("n1", "n2"):
            self._start(["slurmd", "-D", "-N", node], partial(self._is_idle, node))

    def _start_database(self) -> None:
        db = self._folder / "db"
        usual = ["--no-defaults", "--user=mysql", f"--datadir={db}/data"]
        self._does("mariadb-install-db", *usual, "--auth-root-authentication-method=socket", "--skip-test-db")
        client = ("mariadb", "--no-defaults", f"--socket={db}/socket", "--execute")
        self._start(
            ["mariadbd", *usual, f"--socket={db}/socket", f"--pid-file={db}/pid", "--skip-networking",
             "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0", "--innodb-lock-wait-timeout=900"],
            lambda: self._does(*client, "select 1"),
        )  # fmt: skip
        self._does(
            *client,
            "create database slurm_acct_db; create user slurm@localhost identified by 'slurm';"
            "grant all on slurm_acct_db.* to slurm@localhost;",
        )

    def _start(self, arguments: list[str], answers: Callable[[], bool]) -> None:
        log = self._folder / "log" / arguments[0]
        with log.open("ab") as written:
            daemon = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                env=self._environment,
            )
        try:
            until(lambda: daemon.poll() is not None or answers(), _SECONDS, "its answer")
        except TimeoutError as error:
            raise DidNotStartError(f"{arguments[0]}: {error}; {_end_of(log)}") from error
        if daemon.poll() is not None:
            raise DidNotStartError(f"{arguments[0]} ended with {daemon.returncode}; {_end_of(log)}")

    def _does(self, *arguments: str) -> bool:
        """Run a command, and tell whether it ended well."""
        return self._run(*arguments).returncode == 0

    def _is_idle(self, node: str) -> bool:
        return self._run("sinfo", "-h", "-n", node, "-p", "normal", "-o", "%t").stdout == b"idle\n"

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=self._environment,
            check=False,
            timeout=_SECONDS,
        )


def _end_of(log: Path) -> str:
    return " / ".join(log.read_text("utf-8", "replace").splitlines()[-3:])


def end_all() -> None:
    """Kill all children of this process; what they leave behind become its children, and are killed, too."""
    while children := _children():
        for child in children:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)


def bury_dead() -> None:
    """Let ended processes that were left to this one go, as the first process of a machine does."""
    while _children() and os.waitpid(-1, os.WNOHANG) != (0, 0):
        pass


def _children() -> list[int]:
    return [
        int(child)
        for child in Path("/proc/self/task").joinpath(str(os.getpid()), "children").read_text().split()
    ]
