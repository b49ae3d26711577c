"""``bstop``: suspend jobs, waiting ones too."""

import click

from jobcast.batch.order import Suspend
from jobcast.batch.screens.lsf.answers import Deed
from jobcast.cli import batch_client
from jobcast.cli.lsf.asking import Lsf, carry_out, choice, which
from jobcast.cli.session import Session
from jobcast.language import say


@click.command(cls=Lsf, help=say("bstop.help"), epilog=say("bstop.examples"))
@which
@click.pass_obj
def command(
    session: Session,
    *,
    jobs: tuple[str, ...],
    user: str | None,
    queues: str | None,
    hosts: str | None,
    name: str | None,
) -> None:
    """Suspend jobs, waiting ones too."""
    of = choice(jobs, user, queues, hosts, name)
    carry_out(
        batch_client.manager(session), Deed.STOP, lambda names: Suspend(steps=names, waiting_too=True), of
    )
