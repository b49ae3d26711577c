"""``llstatus``: the machines."""

from collections.abc import Sequence

import click

from jobcast.batch.screens.loadleveler import llstatus as drawing
from jobcast.batch.screens.loadleveler.llstatus_long import long_listing
from jobcast.batch.service import Wanted
from jobcast.batch.snapshot import MachineStanding, Snapshot
from jobcast.cli import batch_client
from jobcast.cli.endings import EXPECTED
from jobcast.cli.loadleveler.asking import name
from jobcast.cli.loadleveler.llq import named_columns
from jobcast.cli.loadleveler.words import Worded
from jobcast.cli.screen import talk
from jobcast.cli.session import Session
from jobcast.language import say


@click.command(
    cls=Worded, categories=("-f", "-r"), help=say("llstatus.help"), epilog=say("llstatus.examples")
)
@click.argument("hosts", nargs=-1, metavar="[HOSTLIST]...")
@click.option("-l", "long", is_flag=True, help=say("llstatus.long"))
@click.option("-R", "consumable", is_flag=True, help=say("llstatus.consumable"))
@click.option("-F", "floating", is_flag=True, help=say("llstatus.floating"))
@click.option("-f", "categories", metavar="CATEGORIES", help=say("llstatus.categories"))
@click.option("-r", "raw_categories", metavar="CATEGORIES", help=say("ll.raw"))
@click.option("-L", "level", type=click.Choice(["machine", "cluster"]), help=say("llstatus.level"))
@click.pass_obj
def command(
    session: Session,
    *,
    hosts: tuple[str, ...],
    long: bool,
    consumable: bool,
    floating: bool,
    categories: str | None,
    raw_categories: str | None,
    level: str | None,
) -> None:
    """Show machines."""
    snapshot = batch_client.manager(session).snapshot(Wanted())
    machines = [one for one in snapshot.machines if not hosts or one.machine.name in hosts]
    if floating:
        lines = drawing.floating(snapshot)
    elif consumable:
        lines = drawing.consumable(machines)
    elif long:
        lines = [line for one in machines for line in long_listing(one, snapshot)]
    elif raw_categories is not None:
        found = named_columns(raw_categories, "raw_categories", drawing.columns(snapshot))
        lines = drawing.chosen_raw(found, machines)
    elif categories is not None:
        found = named_columns(categories, "categories", drawing.columns(snapshot))
        lines = drawing.chosen(found, machines, snapshot)
    else:
        lines = _standard(machines, snapshot, level)
    for line in lines:
        click.echo(line)
    _see_all_known(hosts, machines)


def _standard(machines: Sequence[MachineStanding], snapshot: Snapshot, level: str | None) -> list[str]:
    draw = drawing.tail if level == "cluster" else drawing.standard
    return draw(machines, snapshot)


def _see_all_known(hosts: Sequence[str], machines: Sequence[MachineStanding]) -> None:
    """End with exit code 1 where a host that was named isn't there."""
    unknown = [host for host in hosts if host not in {one.machine.name for one in machines}]
    for host in unknown:
        talk(f"{name()}: {say('ll.no_machine', name=host)}")
    if unknown:
        click.get_current_context().exit(EXPECTED)
