"""``llpreempt``: take the machines from running steps by hand, and give them back."""

import click

from jobcast.batch.order import Hold, HoldKind, Order, Remove, Requeue, Resume, Suspend
from jobcast.cli import batch_client
from jobcast.cli.loadleveler import options
from jobcast.cli.loadleveler.asking import chosen, send
from jobcast.cli.loadleveler.words import Worded, listed
from jobcast.cli.session import Session
from jobcast.language import say

METHODS = ("su", "vc", "rm", "sh", "uh")


@click.command(cls=Worded, lists=("-u", "-h"), help=say("llpreempt.help"), epilog=say("llpreempt.examples"))
@options.jobs
@click.option("-r", "resume", is_flag=True, help=say("llpreempt.resume"))
@click.option("-m", "method", type=click.Choice(METHODS), default="su", help=say("llpreempt.method"))
@options.users_and_hosts
@options.quiet
@click.pass_obj
def command(
    session: Session,
    *,
    jobs: tuple[str, ...],
    resume: bool,
    method: str,
    users: str,
    hosts: str,
    quiet: bool,
) -> None:
    """Preempt steps, or let them go on."""
    asked = batch_client.manager(session)
    steps = chosen(asked, jobs, listed(users), listed(hosts))
    orders: list[Order] = [Resume(steps=steps)] if resume else _orders(method, steps)
    what = "Resume" if resume else "Preempt"
    send(asked, orders, f"{what} command has been sent to the central manager.", quiet=quiet)


def _orders(method: str, steps: tuple[str, ...]) -> list[Order]:
    """Return the orders of a method; a step is held before it waits again, so that it can't start in between."""
    match method:
        case "su":
            return [Suspend(steps=steps)]
        case "vc":
            return [Requeue(steps=steps)]
        case "rm":
            return [Remove(steps=steps)]
    by = HoldKind.SYSTEM if method == "sh" else HoldKind.USER
    return [Hold(steps=steps, by=by), Requeue(steps=steps)]
