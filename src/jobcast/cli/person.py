"""Who sits in front of the program."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

from jobcast import config
from jobcast.cli.screen import talk
from jobcast.language import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jobcast.cli.session import Session

_ROOT = 0


def login_name() -> str:
    """Return the login name of who runs this process; its number where the host knows no name for it."""
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def administers(store: Path, named: Sequence[str]) -> bool:
    """Tell whether who runs this process looks after the store: root, its owner, or one of the `named`.

    This chooses what is shown where nothing else is asked for. It keeps nothing secret: whoever may read the
    store's files may read all of them.
    """
    number = os.geteuid()
    if number == _ROOT or login_name() in named:
        return True
    return store.exists() and store.stat().st_uid == number


def people(session: Session, named: Sequence[str], *, everybody: bool) -> Sequence[str]:
    """Return whose jobs to tell of, saying so where it is one's own; nobody named means everybody's."""
    if named or everybody:
        return named
    administrators = session.settings[config.ADMINISTRATORS]
    if administers(session.settings[config.STORE], administrators):
        return ()
    talk(say("report.own_jobs"))
    return (login_name(),)
