"""``bslots``: what backfill may use."""

import click

from jobcast import config
from jobcast.batch.screens.lsf import machines
from jobcast.batch.service import Wanted
from jobcast.cli import batch_client
from jobcast.cli.frame import BadValueError
from jobcast.cli.lsf.asking import Lsf, show
from jobcast.cli.session import Session
from jobcast.language import say
from jobcast.schedule.expression import Expression
from jobcast.systems.lsf.bsub.requirement import Rules, read_requirement
from jobcast.systems.lsf.bsub.select import Names
from jobcast.systems.lsf.policy.values import minutes


@click.command(cls=Lsf, help=say("bslots.help"), epilog=say("bslots.examples"))
@click.option("-l", "long", is_flag=True, help=say("bslots.long"))
@click.option("-n", "slots", metavar="N", type=click.IntRange(min=1), help=say("bslots.slots"))
@click.option("-W", "window", metavar="[HOURS:]MINUTES", help=say("bslots.window"))
@click.option("-R", "requirement", metavar="REQUIREMENT", help=say("bslots.requirement"))
@click.pass_obj
def command(
    session: Session, *, long: bool, slots: int | None, window: str | None, requirement: str | None
) -> None:
    """Show gaps."""
    seconds, needs = _seconds(window), _needs(requirement, session)
    snapshot = batch_client.manager(session).snapshot(Wanted(backfill=True))
    gaps = [
        gap
        for gap in machines.only_on(snapshot.backfill, needs, snapshot)
        if gap.slots >= (slots or 1) and (gap.seconds is None or gap.seconds >= seconds)
    ]
    show(machines.backfill(gaps, with_hosts=long))


def _needs(requirement: str | None, session: Session) -> Expression | None:
    """Return what ``select[...]`` of a requirement asks of machines."""
    rules = Rules(names=Names(memory_unit=session.settings[config.MEMORY_UNIT]))
    return read_requirement(requirement or "", rules).needs


def _seconds(window: str | None) -> int:
    if window is None:
        return 0
    try:
        return minutes(window).seconds
    except ValueError as fault:
        raise BadValueError(name="window", why=str(fault)) from fault
