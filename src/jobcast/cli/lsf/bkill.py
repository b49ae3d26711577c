"""``bkill``: end jobs, or send them a signal that suspends or resumes them."""

from collections.abc import Callable

import click

from jobcast.batch.order import Cancel, Order, Resume, Suspend
from jobcast.batch.screens.lsf.answers import Deed
from jobcast.cli import batch_client
from jobcast.cli.frame import BadValueError
from jobcast.cli.lsf.asking import Lsf, carry_out, choice, which
from jobcast.cli.session import Session
from jobcast.language import say

_KILL = (Deed.KILL, lambda names: Cancel(steps=names))
_STOP = (Deed.STOP, lambda names: Suspend(steps=names, waiting_too=True))
_RESUME = (Deed.RESUME, lambda names: Resume(steps=names))

_SIGNALS: dict[str, tuple[Deed, Callable[[tuple[str, ...]], Order]]] = {
    **dict.fromkeys(("KILL", "TERM", "INT", "9", "15", "2"), _KILL),
    **dict.fromkeys(("STOP", "TSTP", "19", "20"), _STOP),
    **dict.fromkeys(("CONT", "18"), _RESUME),
}
"""Signal to what it comes to; numbers are Linux's."""


@click.command(cls=Lsf, help=say("bkill.help"), epilog=say("bkill.examples"))
@which
@click.option("-s", "signal", metavar="SIGNAL", default="KILL", help=say("bkill.signal"))
@click.option("-r", "forced", is_flag=True, help=say("bkill.forced"))
@click.pass_obj
def command(
    session: Session,
    *,
    jobs: tuple[str, ...],
    user: str | None,
    queues: str | None,
    hosts: str | None,
    name: str | None,
    signal: str,
    forced: bool,  # noqa: ARG001 - jobs that don't end when they are asked are always killed by force
) -> None:
    """End jobs."""
    word = signal.upper().removeprefix("SIG")
    if word not in _SIGNALS:
        raise BadValueError(
            name="signal", why=say("bkill.no_signal", signal=signal), hint=say("bkill.no_signal_cure")
        )
    deed, order = _SIGNALS[word]
    carry_out(batch_client.manager(session), deed, order, choice(jobs, user, queues, hosts, name))
