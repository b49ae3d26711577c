"""``llsubmit``: submit a job command file."""

import os
from pathlib import Path

import click

from jobcast.batch.client import too_large
from jobcast.batch.order import Answer, Done, SubmitCommandFile
from jobcast.batch.screens.loadleveler.submit import submitted
from jobcast.batch.service import MOST_ORDER_BYTES
from jobcast.cli import batch_client
from jobcast.cli.endings import EXPECTED
from jobcast.cli.loadleveler.words import Worded
from jobcast.cli.screen import talk
from jobcast.cli.session import Session
from jobcast.cli.submission import unreadable
from jobcast.cli.taken_along import environment, limits, umask
from jobcast.errors import InputError
from jobcast.language import say
from jobcast.systems.encoding import decode


@click.command(cls=Worded, help=say("llsubmit.help"), epilog=say("llsubmit.examples"))
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("-q", "quiet", is_flag=True, help=say("llsubmit.quiet"))
@click.pass_obj
def command(session: Session, *, file: Path, quiet: bool) -> None:
    """Submit a job."""
    given = str(file)
    order = SubmitCommandFile(
        text=_read(file),
        file="" if given == "-" else given,
        directory=os.getcwd(),  # noqa: PTH109 - the path that the shell shows, as text
        environment=environment(),
        umask=umask(),
        limits=limits(),
    )
    _tell(batch_client.manager(session).do(order), quiet=quiet)


def _read(file: Path) -> str:
    """Return the text of a file. Raises InputError where it can't be read, or is no job command file."""
    try:
        with click.open_file(str(file), "rb") as stream:
            content = stream.read(MOST_ORDER_BYTES + 1)
    except OSError as error:
        raise unreadable(file, error) from error
    if len(content) > MOST_ORDER_BYTES:
        raise too_large(str(file))
    if b"\0" in content:
        raise InputError(say("llsubmit.no_text", file=file), hint=say("llsubmit.no_text_cure"))
    return decode(content)


def _tell(answer: Answer, *, quiet: bool) -> None:
    """Print what came of it: the job on stdout, whatever went wrong on stderr."""
    refused = not answer.job or any(outcome.done is not Done.YES for outcome in answer.outcomes)
    if refused:
        for line in submitted(answer):
            talk(line)
        click.get_current_context().exit(EXPECTED)
    elif quiet:
        click.echo(answer.job)
    else:
        for line in submitted(answer):
            click.echo(line)
