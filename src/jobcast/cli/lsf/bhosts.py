"""``bhosts``: the machines."""

import click

from jobcast.batch.screens.lsf import machines
from jobcast.batch.service import Wanted
from jobcast.cli import batch_client
from jobcast.cli.lsf.asking import FAILED, Lsf, show
from jobcast.cli.screen import talk
from jobcast.cli.session import Session
from jobcast.language import say


@click.command(cls=Lsf, help=say("bhosts.help"), epilog=say("bhosts.examples"))
@click.argument("names", nargs=-1, metavar="[HOST]...")
@click.option("-w", "wide", is_flag=True, help=say("lsf_command.wide"))
@click.option("-l", "long", is_flag=True, help=say("lsf_command.long"))
@click.option("-s", "shared", is_flag=True, help=say("bhosts.shared"))
@click.pass_obj
def command(session: Session, *, names: tuple[str, ...], wide: bool, long: bool, shared: bool) -> None:
    """Show machines; a name may be that of a host group."""
    snapshot = batch_client.manager(session).snapshot(Wanted())
    if shared:
        show(machines.shared(snapshot))
        return
    asked = frozenset(names)
    shown = [
        each
        for each in snapshot.machines
        if not asked or not asked.isdisjoint({each.machine.name, *each.machine.groups})
    ]
    known = {name for each in shown for name in (each.machine.name, *each.machine.groups)}
    missing = [name for name in names if name not in known]
    for name in missing:
        talk(f"{name}: Bad host name, host group name or cluster name")
    if shown:
        show(machines.at_length(shown, snapshot) if long else machines.listing(shown, snapshot, wide=wide))
    if missing:
        click.get_current_context().exit(FAILED)
