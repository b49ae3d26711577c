"""What one worker of the service holds, and what it looks after while it answers."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.types import Scope

from jobcast.advice import Advice
from jobcast.errors import JobcastError
from jobcast.serve import metrics
from jobcast.serve.access import Access, Caller
from jobcast.serve.active import Follower, Loaded
from jobcast.serve.desk import Answered, Desk
from jobcast.serve.settings import Settings
from jobcast.serve.together import Together
from jobcast.serve.tokens import NAME as TOKENS
from jobcast.serve.tokens import read_tokens
from jobcast.serve.watched import Watched, watch_rules
from jobcast.store.advice import AdviceJournal

if TYPE_CHECKING:
    from jobcast.job import Submission

_LOOK_SECONDS = 0.25
"""How soon a worker sees another active model, other rules, and what other workers were told."""
_SYNC_EVERY = 4
"""Looks between two times at which the disk is told to remember the journal."""

logger = logging.getLogger("jobcast.serve")


class Service:
    """One worker: everything that requests need, and the loop that keeps it up to date."""

    def __init__(self, settings: Settings, *, now: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        """Read the rules and the tokens; raises JobcastError where these can't be used."""
        self.settings = settings
        self.now = now
        self.follower = Follower(settings.store)
        self.journal = AdviceJournal(settings.store)
        self.rules = watch_rules(settings.rules)
        self.tokens = Watched(lambda: read_tokens(settings.store), lambda _: (settings.store / TOKENS,))
        self._open_beyond = settings.open_beyond and self.tokens.now is None
        self.desk = Desk(follower=self.follower, rules=self.rules, journal=self.journal, new_id=new_id)
        self.together = Together(self._answer)
        self.searching = ThreadPoolExecutor(1, "searching")
        """Looks for advice in the journal."""
        self._looks = 0

    def _answer(self, asked: "Sequence[Submission]") -> list[Answered]:
        return self.desk.answer(asked, self.follower.loaded)

    def caller(self, scope: Scope) -> Caller:
        """Return who asks."""
        access = Access(
            administrators=self.settings.administrators,
            tokens=self.tokens.now or (),
            open_beyond=self._open_beyond,
        )
        return access.caller(scope, self.now())

    def load_now(self) -> None:
        """Load the active model, if there is one, before the first request."""
        if (name := self.follower.wanted()) is not None:
            self._take(name, self._loaded(name))

    async def look_after(self) -> None:
        """Follow the active model, the rules, the tokens and the feedback for as long as the worker lives."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self.look()
            except JobcastError as error:
                logger.warning("%s", error.message)
            except Exception:  # whatever it is, the next look may go well, and answering goes on
                logger.exception("looking after the service failed")

    async def look(self) -> None:
        """See once what has changed, and follow it."""
        self.rules.look()
        self.tokens.look()
        self._open_beyond &= self.tokens.now is None  # a file that is removed opens nothing again
        if (name := self.follower.wanted()) is not None:
            self._take(name, await asyncio.to_thread(self._loaded, name))
        await self.learn()
        self._looks += 1
        if self._looks % _SYNC_EVERY == 0:
            self.journal.lines.sync()
            self.follower.feedback.lines.sync()
        for what, error in self.troubles().items():
            metrics.TROUBLE.labels(what).set(error is not None)

    def troubles(self) -> dict[str, JobcastError | None]:
        """Return what of the site can't be used, and why; None where all is well."""
        return {
            "rules": self.rules.trouble,
            "tokens": self.tokens.trouble,
            "model": self.follower.trouble,
            "journal": self.journal.trouble,
        }

    async def learn(self) -> None:
        """Let the model that answers learn what was told since, and others have their turn meanwhile."""
        while self.follower.loaded and self.follower.loaded.learn_some(self.follower.feedback):
            await asyncio.sleep(0)

    def close(self) -> None:
        """Have the disk remember the journals, and let go of them."""
        self.searching.shutdown(wait=False, cancel_futures=True)
        for lines in (self.journal.lines, self.follower.feedback.lines):
            lines.sync()
            lines.close()

    def _loaded(self, name: str) -> Loaded | JobcastError:
        found = self.follower.load(name)
        if isinstance(found, Loaded):
            try:
                self.follower.forget_feedback()
            except (JobcastError, OSError) as error:  # it is in nobody's way
                logger.warning("old feedback is kept: %s", error)
        return found

    def _take(self, name: str, found: Loaded | JobcastError) -> None:
        self.follower.take(name, found)
        if isinstance(found, Loaded):
            metrics.LOADS.labels("loaded").inc()
            metrics.MODEL_MADE.set(datetime.fromisoformat(found.model.card.made).timestamp())
            logger.info("model %s answers from now on", found.name)
        if self.follower.trouble is not None:
            metrics.LOADS.labels("failed").inc()
            logger.error("model %s can't be used: %s", name, self.follower.trouble.message)


def outcome(advice: Advice) -> str:
    """Return in one word what became of a submission, for the counters."""
    if any(one.made for one in advice.changes):
        return "changed"
    if advice.changes:
        return "noted"
    return next((one.reason for one in advice.kept if one.reason != "not_wanted"), "not_wanted")
