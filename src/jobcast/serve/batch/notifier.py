"""Sends notices beside the manager: by the site's sendmail and to its webhook, a bounded number of times each."""

import asyncio
import http.client
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from urllib.parse import urlsplit

from jobcast.batch.ledger import Ledger
from jobcast.batch.loop import Happened, Loop
from jobcast.batch.notices import Notice, json_of, mail_of, notice_of
from jobcast.batch.record import Step, StepState
from jobcast.errors import CommandError
from jobcast.language import say, speaking
from jobcast.systems.base import Command
from jobcast.systems.run import run

logger = logging.getLogger("jobcast.batch")

_TIMEOUT_SECONDS = 20.0
_PAUSES = (2.0, 15.0, 60.0)
"""Seconds after a failure before it is tried again; after the last one it is given up."""
_MOST_WAITING = 2000
"""Notices that wait; further ones are dropped, and counted."""
_AT_ONCE = 4
_REDIRECTS = 300
_TELLING = {StepState.RUNNING} | {state for state in StepState if state.is_over}


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


@dataclass(kw_only=True, slots=True)
class Counts:
    """What became of notices."""

    sent: int = 0
    failed: int = 0
    """Given up after the last attempt, or of an address that is none."""
    dropped: int = 0
    """Too many waited."""


class Notifier:
    """Follows one loop; whatever fails here is logged and counted, and harms no job."""

    def __init__(self, loop: Loop, ways: Ways, now: Callable[[], datetime]) -> None:
        self._loop, self._ways, self._now = loop, ways, now
        self._due: asyncio.Queue[Callable[[], None]] = asyncio.Queue(_MOST_WAITING)
        self.counts = Counts()

    async def run(self, pauses: tuple[float, ...] = _PAUSES) -> None:
        """Send until cancelled; where there is no way to send anything, there is nothing to do."""
        if not (self._ways.sendmail or self._ways.webhook):
            return
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            for _ in range(_AT_ONCE):
                tasks.create_task(self._send(pauses))

    async def _listen(self) -> None:
        happenings = self._loop.subscribe()
        try:
            while True:
                self._take(await happenings.get())
        finally:
            self._loop.unsubscribe(happenings)

    def _take(self, happened: Happened) -> None:
        for name, state in happened.steps.items():
            if StepState(state) not in _TELLING:
                continue
            step = _step(name, self._loop.ledger)
            notice = None if step is None else notice_of(step)
            if notice is not None:
                self._queue(notice)

    def _queue(self, notice: Notice) -> None:
        for send in self._sendings(notice):
            try:
                self._due.put_nowait(send)
            except asyncio.QueueFull:
                if not self.counts.dropped:
                    logger.warning("%s", say("notice.dropped"))
                self.counts.dropped += 1

    def _sendings(self, notice: Notice) -> list[Callable[[], None]]:
        found: list[Callable[[], None]] = []
        if self._ways.sendmail:
            with speaking(self._ways.language):
                mail = mail_of(notice, self._ways.cluster, self._ways.zone, self._now())
            if mail is None:
                logger.warning("%s", say("notice.no_address", step=notice.step.id))
                self.counts.failed += 1
            else:
                found.append(partial(_mail, self._ways.sendmail, mail.as_bytes()))
        if self._ways.webhook:
            found.append(partial(_post, self._ways.webhook, json_of(notice, self._ways.cluster)))
        return found

    async def _send(self, pauses: tuple[float, ...]) -> None:
        while True:
            send = await self._due.get()
            for pause in (*pauses, None):
                try:
                    await asyncio.to_thread(send)
                    self.counts.sent += 1
                    break
                except (CommandError, OSError, http.client.HTTPException, ValueError) as error:
                    logger.warning("%s", say("notice.not_sent", why=error))
                if pause is None:
                    self.counts.failed += 1
                else:
                    await asyncio.sleep(pause)


def _step(name: str, ledger: Ledger) -> Step | None:
    """Return a step that lives, or is over since a moment ago."""
    living = ledger.steps.get(name)
    return ledger.journal.step(name) if living is None else living


def _mail(sendmail: tuple[str, ...], mail: bytes) -> None:
    """Hand a mail to a program. Raises CommandError."""
    with run(Command(arguments=sendmail, timeout_seconds=_TIMEOUT_SECONDS), told=mail):
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
