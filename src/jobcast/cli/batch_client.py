"""The batch manager that commands talk to."""

from jobcast.batch.service import Manager
from jobcast.cli.session import Session
from jobcast.errors import BatchSystemError
from jobcast.language import say


def manager(session: Session) -> Manager:  # noqa: ARG001 - it will say where the manager is
    """Return the manager of this host. Raises BatchSystemError where none answers."""
    raise BatchSystemError(say("batch.no_manager"))
