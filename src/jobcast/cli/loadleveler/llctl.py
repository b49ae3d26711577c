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
KEYWORDS = (*_MACHINE_ORDERS, "reconfig", "recycle", "start", "stop", "version")
NOT_HERE = ("capture", "purge", "purgeschedd", "rmshared")
"""Of LoadLeveler's; the text of each says what to do instead."""


class _Keyword(click.Choice[str]):
    """One of ours; of one that only LoadLeveler has it is said what there is instead."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read it. Raises UsageError."""
        if value in NOT_HERE:
            raise click.UsageError(say(f"llctl.no_{value}"), ctx)
        return super().convert(value, param, ctx)


@click.command(cls=Worded, help=say("llctl.help"), epilog=say("llctl.examples"))
@click.argument("keyword", type=_Keyword(KEYWORDS))
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
    if keyword == "start":
        from jobcast.cli.loadleveler.starting import start  # noqa: PLC0415 - it brings Polars along

        start(session, listed(hosts))
        if not quiet:
            click.echo(f"{name()}: The central manager has been started.")
        return
    machines = () if everywhere else listed(hosts) or (os.uname().nodename.partition(".")[0],)
    order: Order
    if keyword in _MACHINE_ORDERS:
        order = Machines(order=_MACHINE_ORDERS[keyword], machines=machines)
        sent = f"Sent {keyword} command to {'host ' + ' '.join(machines) if machines else 'all hosts'}."
    else:
        order = Reconfigure() if keyword == "reconfig" else Stop(again=keyword == "recycle")
        sent = f"Sent {keyword} command to the central manager."
    send(batch_client.manager(session), [order], sent, quiet=quiet)
