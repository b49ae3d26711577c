"""``btop``: let a waiting job go before all others."""

import click

from jobcast.batch.order import Favour
from jobcast.batch.screens.lsf.answers import Deed
from jobcast.batch.screens.lsf.choice import Choice
from jobcast.cli import batch_client
from jobcast.cli.frame import BadValueError
from jobcast.cli.lsf.asking import Lsf, carry_out
from jobcast.cli.session import Session
from jobcast.language import say


@click.command(cls=Lsf, help=say("btop.help"), epilog=say("btop.examples"))
@click.argument("job", metavar="JOB")
@click.argument("position", type=click.IntRange(min=1), default=1, metavar="[POSITION]")
@click.pass_obj
def command(session: Session, *, job: str, position: int) -> None:
    """Let a job go first."""
    if position != 1:
        raise BadValueError(name="position", why=say("btop.only_first"))
    of = Choice(numbers=(job,))
    carry_out(batch_client.manager(session), Deed.TOP, lambda names: Favour(steps=names), of)
