"""Sends notices beside the manager: by the site's sendmail and to its webhook, a bounded number of times each."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jobcast.batch.ledger import Ledger
from jobcast.batch.listeners import Happened
from jobcast.batch.loop import Loop
from jobcast.batch.notices import Notice, json_of, mail_of, notice_of
from jobcast.batch.record import Step, StepState
from jobcast.errors import StoreError
from jobcast.language import say, speaking
from jobcast.serve.batch.outbox import Due, Outbox, Way
from jobcast.serve.batch.sending import NotSentError, Ways, send

logger = logging.getLogger("jobcast.batch")

_PAUSES = (2.0, 15.0, 60.0)
"""Seconds after a failure before it is tried again; after the last one it is given up."""
_MOST_WAITING = 2000
"""Notices that wait; further ones are dropped, and counted."""
_AT_ONCE = 4
_TELLING = {StepState.RUNNING} | {state for state in StepState if state.is_over}


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

    def __init__(self, loop: Loop, ways: Ways, now: Callable[[], datetime], folder: Path) -> None:
        """Keep in the folder what isn't sent yet."""
        self._loop, self._ways, self._now, self._folder = loop, ways, now, folder
        self._due: asyncio.Queue[Due] = asyncio.Queue(_MOST_WAITING)
        self._dropped_now = 0
        """Dropped since there was room last."""
        self.counts = Counts()
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="notices")
        """Its own: nobody waits for a webhook that hangs when the manager ends."""
        self._stop = threading.Event()
        """Set when it ends: what isn't sent by then is due again."""

    async def run(self, pauses: tuple[float, ...] = _PAUSES) -> None:
        """Send until cancelled; where there is no way to send anything, there is nothing to do."""
        if not (self._ways.sendmail or self._ways.webhook):
            return
        outbox = self._opened()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen(outbox))
                for _ in range(_AT_ONCE):
                    tasks.create_task(self._send(pauses, outbox))
        finally:
            self._stop.set()
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._tell_dropped()
            if outbox is not None:
                outbox.close()

    def _opened(self) -> Outbox | None:
        """Open the outbox, and let what another manager left be due; None where it can't be."""
        try:
            outbox = Outbox(self._folder)
            left = outbox.left()
        except StoreError as error:
            logger.warning("%s", error.message)
            return None
        for due in left[:_MOST_WAITING]:
            if self._ways.has(due.way):
                self._due.put_nowait(due)
            else:
                self.counts.failed += 1
                _cross_out(due, outbox)
        return outbox

    async def _listen(self, outbox: Outbox | None) -> None:
        happenings = self._loop.listeners.add()
        try:
            while True:
                self._take([await happenings.get(), *_at_hand(happenings)], outbox)
        finally:
            self._loop.listeners.drop(happenings)
            self._take(_at_hand(happenings), outbox)

    def _take(self, many: Sequence[Happened], outbox: Outbox | None) -> None:
        due = [each for happened in many for notice in self._notices(happened) for each in self._made(notice)]
        room = _MOST_WAITING - self._due.qsize()
        if room and self._dropped_now:
            self._tell_dropped()
        self._drop(len(due[room:]))
        for each in _kept(due[:room], outbox):
            self._due.put_nowait(each)

    def _drop(self, count: int) -> None:
        if count and not self._dropped_now:
            logger.warning("%s", say("notice.dropped"))
        self._dropped_now += count
        self.counts.dropped += count

    def _tell_dropped(self) -> None:
        if self._dropped_now:
            logger.warning("%s", say("notice.dropped_count", count=self._dropped_now))
        self._dropped_now = 0

    def _notices(self, happened: Happened) -> Iterator[Notice]:
        for name, state in happened.steps.items():
            if StepState(state) not in _TELLING:
                continue
            step = _step(name, self._loop.ledger)
            notice = None if step is None else notice_of(step)
            if notice is not None:
                yield notice

    def _made(self, notice: Notice) -> Iterator[Due]:
        if self._ways.sendmail:
            with speaking(self._ways.language):
                mail = mail_of(notice, self._ways.cluster, self._ways.zone, self._now())
            if mail is None:
                logger.warning("%s", say("notice.no_address", step=notice.step.id))
                self.counts.failed += 1
            else:
                yield Due(way=Way.MAIL, body=mail.as_bytes())
        if self._ways.webhook:
            yield Due(way=Way.WEBHOOK, body=json_of(notice, self._ways.cluster))

    async def _send(self, pauses: tuple[float, ...], outbox: Outbox | None) -> None:
        while True:
            due = await self._due.get()
            if await self._sent(due, pauses):
                self.counts.sent += 1
            else:
                self.counts.failed += 1
            _cross_out(due, outbox)

    async def _sent(self, due: Due, pauses: tuple[float, ...]) -> bool:
        """Send a notice, a bounded number of times; tell whether it went out."""
        for pause in (*pauses, None):
            try:
                await asyncio.get_running_loop().run_in_executor(
                    self._threads, copy_context().run, send, due, self._ways, self._stop
                )
            except NotSentError as error:
                logger.warning("%s", say("notice.not_sent", why=error))
            else:
                return True
            if pause is not None:
                await asyncio.sleep(pause)
        return False


def _at_hand(happenings: "asyncio.Queue[Happened]") -> list[Happened]:
    return [happenings.get_nowait() for _ in range(happenings.qsize())]


def _kept(due: list[Due], outbox: Outbox | None) -> list[Due]:
    """Write notices down as far as that can be done: they go out all the same."""
    if outbox is None or not due:
        return due
    try:
        return outbox.keep(due)
    except StoreError as error:
        logger.warning("%s", error.message)
        return due


def _cross_out(due: Due, outbox: Outbox | None) -> None:
    """Note that a notice is sent, or given up; where that fails, it may go out again."""
    if outbox is None or not due.number:
        return
    try:
        outbox.cross_out([due.number])
    except StoreError as error:
        logger.warning("%s", error.message)


def _step(name: str, ledger: Ledger) -> Step | None:
    """Return a step that lives, or is over since a moment ago."""
    living = ledger.steps.get(name)
    return ledger.journal.step(name) if living is None else living
