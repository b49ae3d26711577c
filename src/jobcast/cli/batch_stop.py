"""``jobcast batch stop``: ends the manager; what runs goes on."""

import click

from jobcast.batch.order import Done, Stop
from jobcast.cli import frame
from jobcast.cli.batch_client import manager
from jobcast.cli.screen import talk
from jobcast.cli.session import Session
from jobcast.language import say


@frame.command(help=say("batch_stop.help"), examples=say("batch_stop.examples"))
@click.pass_obj
def command(session: Session, /) -> int:
    """Ask the manager to end."""
    answer = manager(session).do(Stop())
    for outcome in answer.outcomes:
        talk(outcome.said)
    return int(any(outcome.done is not Done.YES for outcome in answer.outcomes))
