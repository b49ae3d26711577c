"""The batch manager that commands talk to."""

from jobcast import config
from jobcast.batch.client import Client
from jobcast.cli.session import Session


def manager(session: Session) -> Client:
    """Return the manager of this host; its calls raise BatchSystemError where none answers."""
    return Client(session.settings[config.BATCH_SOCKET])
