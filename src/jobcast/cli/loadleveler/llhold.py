"""``llhold``: keep waiting steps from starting, or release them."""

import click

from jobcast.batch.order import Hold, HoldKind, Order, Release
from jobcast.cli import batch_client
from jobcast.cli.loadleveler import options
from jobcast.cli.loadleveler.asking import chosen, send
from jobcast.cli.loadleveler.words import Worded, listed
from jobcast.cli.session import Session
from jobcast.language import say


@click.command(cls=Worded, lists=("-u", "-h"), help=say("llhold.help"), epilog=say("llhold.examples"))
@options.jobs
@click.option("-s", "system", is_flag=True, help=say("llhold.system"))
@click.option("-r", "release", is_flag=True, help=say("llhold.release"))
@options.users_and_hosts
@options.quiet
@click.pass_obj
def command(
    session: Session,
    *,
    jobs: tuple[str, ...],
    system: bool,
    release: bool,
    users: str,
    hosts: str,
    quiet: bool,
) -> None:
    """Hold or release steps."""
    asked = batch_client.manager(session)
    steps = chosen(asked, jobs, listed(users), listed(hosts))
    by = HoldKind.SYSTEM if system else HoldKind.USER
    order: Order = Release(steps=steps, by=by) if release else Hold(steps=steps, by=by)
    what = "Release" if release else "Hold"
    send(asked, [order], f"{what} command has been sent to the central manager.", quiet=quiet)
