"""``bkill``, ``bstop`` and ``bresume``: jobs are ended, suspended or let go on, a signal to them likewise."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from jobcast.batch.order import Cancel, Order, Resume, Suspend
from jobcast.batch.screens.lsf.answers import Deed
from jobcast.cli import batch_client
from jobcast.cli.frame import BadValueError
from jobcast.cli.lsf.asking import Lsf, carry_out, choice, which
from jobcast.cli.session import Session
from jobcast.language import say

_ORDERS: Mapping[Deed, Callable[[tuple[str, ...]], Order]] = {
    Deed.KILL: lambda names: Cancel(steps=names),
    Deed.STOP: lambda names: Suspend(steps=names, waiting_too=True),
    Deed.RESUME: lambda names: Resume(steps=names),
}
_SIGNALS: Mapping[str, Deed] = {
    **dict.fromkeys(("KILL", "TERM", "INT", "9", "15", "2"), Deed.KILL),
    **dict.fromkeys(("STOP", "TSTP", "19", "20"), Deed.STOP),
    **dict.fromkeys(("CONT", "18"), Deed.RESUME),
}
"""Signal to what it comes to; numbers are Linux's."""


@click.command(cls=Lsf, help=say("bkill.help"), epilog=say("bkill.examples"))
@which
@click.option("-s", "signal", metavar="SIGNAL", default="KILL", help=say("bkill.signal"))
@click.option("-r", "forced", is_flag=True, help=say("bkill.forced"))
@click.pass_obj
def bkill(
    session: Session,
    /,
    *,
    signal: str,
    forced: bool,  # noqa: ARG001 - jobs that don't end when they are asked are always killed by force
    **chosen: Any,
) -> None:
    """End jobs, or send them a signal that suspends or resumes them."""
    deed = _SIGNALS.get(signal.upper().removeprefix("SIG"))
    if deed is None:
        raise BadValueError(
            name="signal", why=say("bkill.no_signal", signal=signal), hint=say("bkill.no_signal_cure")
        )
    _carry_out(session, deed, chosen)


@click.command(cls=Lsf, help=say("bstop.help"), epilog=say("bstop.examples"))
@which
@click.pass_obj
def bstop(session: Session, /, **chosen: Any) -> None:
    """Suspend jobs, waiting ones too."""
    _carry_out(session, Deed.STOP, chosen)


@click.command(cls=Lsf, help=say("bresume.help"), epilog=say("bresume.examples"))
@which
@click.pass_obj
def bresume(session: Session, /, **chosen: Any) -> None:
    """Let jobs go on that were suspended."""
    _carry_out(session, Deed.RESUME, chosen)


def _carry_out(session: Session, deed: Deed, chosen: Mapping[str, Any]) -> None:
    of = choice(**chosen)
    carry_out(batch_client.manager(session), deed, _ORDERS[deed], of)
