"""``bresume``: let jobs go on that were suspended."""

import click

from jobcast.batch.order import Resume
from jobcast.batch.screens.lsf.answers import Deed
from jobcast.cli import batch_client
from jobcast.cli.lsf.asking import Lsf, carry_out, choice, which
from jobcast.cli.session import Session
from jobcast.language import say


@click.command(cls=Lsf, help=say("bresume.help"), epilog=say("bresume.examples"))
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
    """Let jobs go on that were suspended."""
    of = choice(jobs, user, queues, hosts, name)
    carry_out(batch_client.manager(session), Deed.RESUME, lambda names: Resume(steps=names), of)
