"""``llctl``: let machines run out, vacate them, let them take steps again; read the configuration again; stop."""

import os

import click

import jobcast
from jobcast.batch.order import MachineOrder, Machines, Order, Reconfigure, Stop
from jobcast.cli import batch_client
from jobcast.cli.loadleveler import options
from jobcast.cli.loadleveler.asking import name, send
from jobcast.cli.loadleveler.words import Worded, listed
from jobcast.cli.session import Session
from jobcast.language import say

_MACHINE_ORDERS = {str(each): each for each in MachineOrder}
KEYWORDS = (*_MACHINE_ORDERS, "reconfig", "stop", "version")


@click.command(cls=Worded, help=say("llctl.help"), epilog=say("llctl.examples"))
@click.argument("keyword", type=click.Choice(KEYWORDS))
@click.option("-g", "everywhere", is_flag=True, help=say("llctl.everywhere"))
@click.option("-h", "hosts", metavar="HOST", help=say("llctl.hosts"))
@options.quiet
@click.pass_obj
def command(session: Session, *, keyword: str, everywhere: bool, hosts: str | None, quiet: bool) -> None:
    """Control the manager and its machines."""
    if keyword == "version":
        click.echo(f"{name()}: jobcast {jobcast.__version__}")
        return
    if everywhere and hosts:
        raise click.UsageError(say("llctl.which"), click.get_current_context())
    machines = () if everywhere else listed(hosts) or (os.uname().nodename.partition(".")[0],)
    order: Order
    if keyword in _MACHINE_ORDERS:
        order = Machines(order=_MACHINE_ORDERS[keyword], machines=machines)
        sent = f"Sent {keyword} command to {'host ' + ' '.join(machines) if machines else 'all hosts'}."
    else:
        order = Reconfigure() if keyword == "reconfig" else Stop()
        sent = f"Sent {keyword} command to the central manager."
    send(batch_client.manager(session), [order], sent, quiet=quiet)
