"""``llctl start``: a manager that goes on in the background."""

import os
import sys
import time
from collections.abc import Collection
from pathlib import Path

import click

from jobcast import config
from jobcast.cli import batch_client
from jobcast.cli.batch_links import own_program
from jobcast.cli.loadleveler.asking import site
from jobcast.cli.session import Session
from jobcast.errors import BatchSystemError, InputError
from jobcast.language import say
from jobcast.store.durable import make_folder
from jobcast.systems.run import is_over, start_apart

_LOG = "manager.log"
_EVERY = 0.1
"""Seconds between looks whether it answers."""
_LONGEST = 600
"""Looks; it may have a long journal to play again."""


def start(session: Session, hosts: Collection[str]) -> None:
    """Start the manager of this host, and wait until it answers.

    Raises UsageError for another host, InputError where one runs already or can't be started.
    """
    here = os.uname().nodename
    if elsewhere := [host for host in hosts if host not in {here, here.partition(".")[0]}]:
        raise click.UsageError(say("llctl.elsewhere", host=" ".join(elsewhere)), click.get_current_context())
    if _answers(session):
        raise InputError(say("llctl.runs"), hint=say("llctl.runs_cure"))
    folder = session.settings[config.BATCH_FOLDER] or session.settings[config.STORE] / "batch"
    make_folder(folder)
    _wait(start_apart(_words(session), folder / _LOG), folder / _LOG, session)


def _words(session: Session) -> tuple[str, ...]:
    flags = [word for name, text in session.flags.items() if text for word in (f"--{name}", text)]
    program = own_program()
    runs = (str(program),) if program.is_file() else (sys.executable, "-m", "jobcast")
    return (*runs, *flags, "batch", "start")


def _wait(process: int, log: Path, session: Session) -> None:
    for _ in range(_LONGEST):
        if is_over(process):
            raise InputError(say("llctl.ended", log=log), hint=say("llctl.ended_cure", log=log))
        if _answers(session):
            return
        time.sleep(_EVERY)
    raise InputError(say("llctl.silent", log=log), hint=say("llctl.ended_cure", log=log))


def _answers(session: Session) -> bool:
    try:
        site(batch_client.manager(session))
    except BatchSystemError:
        return False
    return True
