"""``llcancel``: take steps back, running ones too."""

import click

from jobcast.batch.order import Cancel
from jobcast.cli import batch_client
from jobcast.cli.loadleveler import options
from jobcast.cli.loadleveler.asking import chosen, send
from jobcast.cli.loadleveler.words import Worded, listed
from jobcast.cli.session import Session
from jobcast.language import say


@click.command(cls=Worded, lists=("-u", "-h"), help=say("llcancel.help"), epilog=say("llcancel.examples"))
@options.jobs
@options.users_and_hosts
@options.quiet
@click.pass_obj
def command(session: Session, *, jobs: tuple[str, ...], users: str, hosts: str, quiet: bool) -> None:
    """Cancel steps."""
    asked = batch_client.manager(session)
    steps = chosen(asked, jobs, listed(users), listed(hosts))
    send(asked, [Cancel(steps=steps)], "Cancel command has been sent to the central manager.", quiet=quiet)
