"""``llclass``: the classes."""

import click

from jobcast.batch.screens.loadleveler import llclass as drawing
from jobcast.batch.service import Wanted
from jobcast.cli import batch_client
from jobcast.cli.endings import EXPECTED
from jobcast.cli.loadleveler.asking import name
from jobcast.cli.loadleveler.words import Worded
from jobcast.cli.screen import talk
from jobcast.cli.session import Session
from jobcast.language import say


@click.command(cls=Worded, lists=("-c",), help=say("llclass.help"), epilog=say("llclass.examples"))
@click.argument("names", nargs=-1, metavar="[CLASSLIST]...")
@click.option("-l", "long", is_flag=True, help=say("llclass.long"))
@click.option("-c", "more_names", metavar="CLASSLIST", hidden=True)
@click.pass_obj
def command(session: Session, *, names: tuple[str, ...], long: bool, more_names: str | None) -> None:
    """Show classes."""
    snapshot = batch_client.manager(session).snapshot(Wanted())
    wanted = [*names, *(more_names or "").split()]
    queues = [queue for queue in drawing.classes(snapshot) if not wanted or queue.name in wanted]
    if long:
        lines = [line for queue in queues for line in drawing.long_listing(queue, snapshot)]
    else:
        lines = drawing.standard(queues, snapshot) if queues else []
    for line in lines:
        click.echo(line)
    unknown = [each for each in wanted if each not in {queue.name for queue in queues}]
    for each in unknown:
        talk(f"{name()}: {say('ll.no_class', name=each)}")
    if unknown:
        click.get_current_context().exit(EXPECTED)
