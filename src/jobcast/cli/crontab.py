"""The crontab of whoever owns the store, through the command ``crontab``."""

from datetime import datetime
from pathlib import Path

from jobcast.cli.person import login_name
from jobcast.errors import CommandError
from jobcast.store.durable import write_whole
from jobcast.systems.base import Command
from jobcast.systems.run import run

_NONE = "no crontab for"
"""How every cron says that there is none."""


def read(user: str) -> str:
    """Return the crontab; empty where there is none. Raises CommandError."""
    try:
        with run(_command(user, "-l")) as printed:
            # Bytes that are no UTF-8 come back as they were.
            return printed.read().decode("utf-8", "surrogateescape")
    except CommandError as error:
        if _NONE in error.message:
            return ""
        raise


def replace(user: str, before: str, after: str, *, beside: Path, at: datetime) -> Path | None:
    """Install the crontab `after`, and return the copy of `before` in the folder `beside`, none of an empty one.

    Raises CommandError where cron does not take it, and StoreError where the copy can't be written.
    """
    copy = beside / f"crontab.bak-{at:%Y%m%d-%H%M%S}" if before else None
    if copy:
        write_whole(copy, before.encode("utf-8", "surrogateescape"), beside=beside, mode=0o600)
    with run(_command(user, "-"), told=after.encode("utf-8", "surrogateescape")):
        pass
    return copy


def _command(user: str, what: str) -> Command:
    whose = () if user == login_name() else ("-u", user)
    return Command(arguments=("crontab", *whose, what), timeout_seconds=30.0, environment=(("LC_ALL", "C"),))
