"""The only place that starts a process."""

import math
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from jobcast.errors import CommandError
from jobcast.language import say
from jobcast.systems.base import Command


def is_installed(program: str) -> bool:
    """Tell whether `program` is on the PATH."""
    return shutil.which(program) is not None


@contextmanager
def run(command: Command, *, told: bytes = b"", stop: threading.Event | None = None) -> Iterator[IO[bytes]]:
    """Run `command` and give what it printed, kept in a file so that memory does not grow with it.

    It reads what it is `told` on standard input. One that runs when `stop` is set is killed, and has ended badly then.

    Of a command that ends well and prints only to standard error, as bjobs says that there is no job, that
    is given.

    Raises CommandError when the command is missing, takes longer than its time-out (transient) or ends badly.
    """
    program = command.arguments[0]
    with (
        tempfile.TemporaryFile() as question,
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as complaints,
    ):
        question.write(told)
        question.seek(0)
        try:
            process = subprocess.Popen(
                command.arguments,
                stdin=question,
                stdout=output,
                stderr=complaints,
                env={**os.environ, **dict(command.environment)},
            )
        except FileNotFoundError as error:
            raise CommandError(
                say("systems.not_installed", program=program), hint="jobcast doctor"
            ) from error
        try:
            late = _is_late(process, (), command.timeout_seconds, stop or threading.Event())
        finally:
            process.kill()
            code = process.wait()
        if late:
            raise CommandError(
                say("systems.too_slow", program=program, seconds=command.timeout_seconds),
                hint=say("systems.too_slow_cure"),
                transient=True,
            )
        if code != 0:
            raise _ended_badly(program, code, complaints)
        said = complaints if output.seek(0, os.SEEK_END) == 0 else output
        said.seek(0)
        yield said


def _ended_badly(program: str, code: int, complaints: IO[bytes]) -> CommandError:
    complaints.seek(0)
    reason = complaints.read(2000).decode("utf-8", "replace").strip()
    if reason:
        error = CommandError(
            say("systems.ended_badly", program=program, code=code, what=reason), hint="jobcast doctor"
        )
    else:
        error = CommandError(say("systems.ended", program=program, code=code), hint="jobcast doctor")
    error.code = code
    return error


@dataclass(frozen=True, kw_only=True, slots=True)
class Endings:
    """How a program of the site ended that was run on somebody's behalf."""

    exit_code: int
    """As a shell counts: 128 + signal where one ended it; 126 where it can't be run."""
    output: bytes = b""
    """What it printed, up to 16 MB."""
    errors: bytes = b""
    """What it complained of, likewise."""
    timed_out: bool = False
    """Whether it was killed, with all its children, because it took too long."""
    stopped: bool = False
    """Whether it was killed, likewise, or never begun, because whoever runs it ends."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Behalf:
    """As whom, where and with what a program of the site is run."""

    user: str
    """Login name."""
    environment: Mapping[str, str]
    """All of it."""
    directory: str = "/"


def run_for(
    behalf: Behalf,
    arguments: tuple[str, ...],
    told: bytes = b"",
    *,
    seconds: float,
    stop: threading.Event | None = None,
) -> Endings:
    """Run a program on somebody's behalf; it is told `told`. Raises nothing.

    Where this process isn't root it runs as itself. One that prints much more than is read is killed, and so is
    one that runs when `stop` is set.
    """
    stop = stop or threading.Event()
    if stop.is_set():
        return Endings(exit_code=128 + signal.SIGKILL, stopped=True)
    with (
        tempfile.TemporaryFile() as question,
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
    ):
        try:
            question.write(told)
            question.seek(0)
            who = _identity(behalf.user) if os.geteuid() == 0 else {}
            process = subprocess.Popen(
                arguments,
                stdin=question,
                stdout=output,
                stderr=errors,
                env=dict(behalf.environment),
                cwd=behalf.directory,
                start_new_session=True,
                **who,
            )
        except (OSError, ValueError, KeyError) as error:
            return Endings(exit_code=126, errors=str(error).encode("utf-8", "replace"))
        try:
            late = _is_late(process, (output, errors), seconds, stop)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # children that outlive it are not wanted either
            process.wait()
        code = process.returncode if process.returncode >= 0 else 128 - process.returncode
        stopped = stop.is_set() and process.returncode == -signal.SIGKILL and not late
        return Endings(
            exit_code=code, output=_read(output), errors=_read(errors), timed_out=late, stopped=stopped
        )


def start_apart(arguments: tuple[str, ...], log: Path) -> int:
    """Start a program that goes on when we end, in a session of its own, and return its process.

    What it prints is added to a file that only we may read. Raises OSError where it can't be started.
    """
    files = (
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    )
    return os.posix_spawn(arguments[0], arguments, os.environ, file_actions=files, setsid=True)


def is_over(process: int) -> bool:
    """Tell whether a process that we started apart has ended; not asked again once it has."""
    return os.waitpid(process, os.WNOHANG)[0] != 0


_MOST_READ = 16 << 20
_LOOK_SECONDS = 0.1
"""Between looks at how much a program has printed."""


def _is_late(
    process: "subprocess.Popen[bytes]", printed: tuple[IO[bytes], ...], seconds: float, stop: threading.Event
) -> bool:
    """Wait until a program ends, has printed too much or is to `stop`; tell whether it takes too long."""
    for _ in range(math.ceil(seconds / _LOOK_SECONDS)):
        try:
            process.wait(min(seconds, _LOOK_SECONDS))
        except subprocess.TimeoutExpired:
            if stop.is_set() or any(os.fstat(file.fileno()).st_size > _MOST_READ for file in printed):
                return False
        else:
            return False
    return True


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(_MOST_READ)


def _identity(user: str) -> dict[str, Any]:
    """Return as whom to run; raises KeyError where nobody has that name."""
    entry = pwd.getpwnam(user)
    groups = os.getgrouplist(user, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": groups}
