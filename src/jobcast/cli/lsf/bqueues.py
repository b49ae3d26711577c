"""``bqueues``: the queues."""

import click

from jobcast.batch.screens.lsf import queues
from jobcast.batch.service import Wanted
from jobcast.cli import batch_client
from jobcast.cli.lsf.asking import FAILED, Lsf, show
from jobcast.cli.screen import talk
from jobcast.cli.session import Session
from jobcast.language import say


@click.command(cls=Lsf, help=say("bqueues.help"), epilog=say("bqueues.examples"))
@click.argument("names", nargs=-1, metavar="[QUEUE]...")
@click.option("-w", "wide", is_flag=True, help=say("lsf_command.wide"))
@click.option("-l", "long", is_flag=True, help=say("lsf_command.long"))
@click.pass_obj
def command(session: Session, *, names: tuple[str, ...], wide: bool, long: bool) -> None:
    """Show queues."""
    snapshot = batch_client.manager(session).snapshot(Wanted())
    known = snapshot.policy.queues
    missing = [name for name in names if name not in known]
    shown = [known[name] for name in names if name in known] if names else queues.ordered(snapshot)
    for name in missing:
        talk(f"{name}: No such queue")
    if shown:
        show(queues.at_length(shown, snapshot) if long else queues.listing(shown, snapshot, wide=wide))
    elif not names:
        talk("No queue in the cluster")
    if missing:
        click.get_current_context().exit(FAILED)
