"""``llfavoruser``: let all steps of users go before those of others, or no longer."""

import click

from jobcast.batch.order import FavourUsers
from jobcast.cli import batch_client
from jobcast.cli.loadleveler import options
from jobcast.cli.loadleveler.asking import send
from jobcast.cli.loadleveler.words import Worded
from jobcast.cli.session import Session
from jobcast.language import say


@click.command(cls=Worded, help=say("llfavoruser.help"), epilog=say("llfavoruser.examples"))
@click.argument("users", nargs=-1, required=True, metavar="USERLIST...")
@click.option("-u", "unfavour", is_flag=True, help=say("ll.unfavour"))
@options.quiet
@click.pass_obj
def command(session: Session, *, users: tuple[str, ...], unfavour: bool, quiet: bool) -> None:
    """Favour users."""
    order = FavourUsers(users=users, favoured=not unfavour)
    sent = "Favoruser command has been sent to the central manager."
    send(batch_client.manager(session), [order], sent, quiet=quiet)
