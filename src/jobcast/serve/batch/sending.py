"""One notice on its way out: a mail to the site's sendmail, or JSON to its webhook."""

import http.client
import threading
from dataclasses import dataclass
from datetime import tzinfo
from urllib.parse import urlsplit

from jobcast.errors import CommandError
from jobcast.serve.batch.outbox import Due, Way
from jobcast.systems.base import Command
from jobcast.systems.run import run

_TIMEOUT_SECONDS = 20.0
_REDIRECTS = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Ways:
    """How notices go out, and in which words."""

    sendmail: tuple[str, ...] = ()
    """Program and arguments that send a mail which they read, to whom it names itself; empty for none."""
    webhook: str = ""
    """URL to which JSON is posted; empty for none."""
    cluster: str
    """Name of the cluster."""
    zone: tzinfo
    """Of times in mails."""
    language: str
    """Of mails."""

    def has(self, way: Way) -> bool:
        """Tell whether anything can go out on a way."""
        return bool(self.sendmail if way is Way.MAIL else self.webhook)


class NotSentError(Exception):
    """A notice didn't go out, this time."""


def send(due: Due, ways: Ways, stop: threading.Event) -> None:
    """Send a notice; a program that sends it is killed when `stop` is set. Raises NotSentError."""
    try:
        if due.way is Way.MAIL:
            _mail(ways.sendmail, due.body, stop)
        else:
            _post(ways.webhook, due.body)
    except (CommandError, OSError, http.client.HTTPException, ValueError) as error:
        raise NotSentError(str(error)) from error


def _mail(sendmail: tuple[str, ...], mail: bytes, stop: threading.Event) -> None:
    """Hand a mail to a program. Raises CommandError."""
    with run(Command(arguments=sendmail, timeout_seconds=_TIMEOUT_SECONDS), told=mail, stop=stop):
        pass


def _post(url: str, body: bytes) -> None:
    """Post JSON. Raises OSError, HTTPException, or ValueError for an answer that isn't of success."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read(1)
        if answer.status >= _REDIRECTS:
            raise ValueError(f"HTTP {answer.status}")
    finally:
        connection.close()
