"""The only place that starts a process."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from jobcast.errors import CommandError
from jobcast.language import say
from jobcast.systems.base import Command


def is_installed(program: str) -> bool:
    """Tell whether `program` is on the PATH."""
    return shutil.which(program) is not None


@contextmanager
def run(command: Command, *, told: bytes = b"") -> Iterator[IO[bytes]]:
    """Run `command` and give what it printed, kept in a file so that memory does not grow with it.

    It reads what it is `told` on standard input.

    Of a command that ends well and prints only to standard error, as bjobs says that there is no job, that
    is given.

    Raises CommandError when the command is missing, takes longer than its time-out (transient) or ends badly.
    """
    program = command.arguments[0]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaints:
        try:
            done = subprocess.run(
                command.arguments,
                input=told,
                stdout=output,
                stderr=complaints,
                timeout=command.timeout_seconds,
                env={**os.environ, **dict(command.environment)},
                check=False,
            )
        except FileNotFoundError as error:
            raise CommandError(
                say("systems.not_installed", program=program), hint="jobcast doctor"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise CommandError(
                say("systems.too_slow", program=program, seconds=command.timeout_seconds),
                hint=say("systems.too_slow_cure"),
                transient=True,
            ) from error
        if done.returncode != 0:
            complaints.seek(0)
            reason = complaints.read(2000).decode("utf-8", "replace").strip()
            raise CommandError(
                say("systems.ended_badly", program=program, code=done.returncode, what=reason),
                hint="jobcast doctor",
            )
        said = complaints if output.seek(0, os.SEEK_END) == 0 else output
        said.seek(0)
        yield said
