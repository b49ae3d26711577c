"""``bpeek``: what a job has printed so far."""

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from jobcast.batch.record import Step
from jobcast.batch.screens.lsf.choice import Choice, base, chosen
from jobcast.batch.screens.lsf.job import called
from jobcast.batch.service import Wanted
from jobcast.cli import batch_client
from jobcast.cli.lsf.asking import Lsf, fail, users
from jobcast.cli.screen import print_raw
from jobcast.cli.session import Session
from jobcast.language import say
from jobcast.program import NOWHERE, Program

_MOST = 1 << 20
"""Bytes of the end of each file."""


@click.command(cls=Lsf, help=say("bpeek.help"), epilog=say("bpeek.examples"))
@click.argument("job", required=False)
@click.pass_obj
def command(session: Session, *, job: str | None) -> None:
    """Show output."""
    numbers = (job,) if job else ()
    snapshot = batch_client.manager(session).snapshot(Wanted(steps=tuple(map(base, numbers)), bare=True))
    of = Choice(users=users(None), numbers=numbers, states=frozenset({"RUN", "USUSP", "SSUSP"}))
    step = _last(chosen(of, snapshot))
    if step is None:
        fail("No matching job found")
    if step.began is None:
        fail(f"Job <{called(step)}> : Not yet started.")
    program = step.submitted.program
    click.echo("<< output from stdout >>")
    _show(program.output, program)
    if program.error != program.output:
        click.echo("<< output from stderr >>")
        _show(program.error, program)


def _last(steps: Sequence[Step]) -> Step | None:
    return max(steps, key=lambda step: step.at, default=None)


def _show(name: str, program: Program) -> None:
    """Print the end of a file, read as whoever asks; nothing where output goes nowhere."""
    if name == NOWHERE:
        return
    path = Path(program.directory) / name
    try:
        if not path.is_file():  # a pipe would be waited for without end
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        with path.open("rb") as stream:
            stream.seek(max(stream.seek(0, 2) - _MOST, 0))
            print_raw(stream.read(_MOST).decode("utf-8", "replace"))
    except OSError as error:
        sys.stdout.flush()
        fail(f"{name}: {error.strerror}")
