"""``llprio``: the priority of steps among their owner's."""

import click

from jobcast.batch.order import Prioritise
from jobcast.cli import batch_client
from jobcast.cli.loadleveler import options
from jobcast.cli.loadleveler.asking import ids, send
from jobcast.cli.loadleveler.words import Worded
from jobcast.cli.session import Session
from jobcast.language import say


@click.command(cls=Worded, signed="--by", help=say("llprio.help"), epilog=say("llprio.examples"))
@click.argument("jobs", nargs=-1, required=True, metavar="[+N|-N] JOBLIST...")
@click.option("--by", type=int, hidden=True)
@click.option("-p", "to", type=click.IntRange(0, 100), metavar="N", help=say("llprio.to"))
@options.quiet
@click.pass_obj
def command(session: Session, *, jobs: tuple[str, ...], by: int | None, to: int | None, quiet: bool) -> None:
    """Set or move priorities."""
    if (by is None) == (to is None):
        raise click.UsageError(say("llprio.which"), click.get_current_context())
    asked = batch_client.manager(session)
    order = Prioritise(steps=ids(asked, jobs), to=to, by=by)
    send(asked, [order], "Priority command has been sent to the central manager.", quiet=quiet)
