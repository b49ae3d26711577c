"""``llfavorjob``: let steps go before all others, or no longer."""

import click

from jobcast.batch.order import Favour
from jobcast.cli import batch_client
from jobcast.cli.loadleveler import options
from jobcast.cli.loadleveler.asking import ids, send
from jobcast.cli.loadleveler.words import Worded
from jobcast.cli.session import Session
from jobcast.language import say


@click.command(cls=Worded, help=say("llfavorjob.help"), epilog=say("llfavorjob.examples"))
@click.argument("jobs", nargs=-1, required=True, metavar="JOBLIST...")
@click.option("-u", "unfavour", is_flag=True, help=say("ll.unfavour"))
@options.quiet
@click.pass_obj
def command(session: Session, *, jobs: tuple[str, ...], unfavour: bool, quiet: bool) -> None:
    """Favour steps."""
    asked = batch_client.manager(session)
    order = Favour(steps=ids(asked, jobs), favoured=not unfavour)
    send(asked, [order], "Favorjob command has been sent to the central manager.", quiet=quiet)
