"""Who sits in front of the program."""

import os
import pwd
from collections.abc import Sequence
from pathlib import Path

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
