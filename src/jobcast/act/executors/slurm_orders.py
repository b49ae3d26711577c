"""What attempts that run are told: stand still, go on, run so long, end."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace

from jobcast.act.executors import slurm_commands as commands
from jobcast.act.executors.base import ExecutorError, Phase
from jobcast.act.executors.slurm_answers import read_queue
from jobcast.act.executors.slurm_asking import RefusedError, ask
from jobcast.act.executors.slurm_ledger import Entry
from jobcast.act.executors.slurm_post import Post
from jobcast.act.executors.slurm_states import phase
from jobcast.language import say
from jobcast.systems.base import Command

logger = logging.getLogger("jobcast.batch")

_SETTLES_S = 3.0
"""Slurm's daemon stops a job two seconds after it was told to, and forgets whatever it is told before."""
_DENIED = ("denied", "permission")
"""What Slurm writes where we have no right to what we asked, in small letters."""


class Orders:
    """Hands orders on to Slurm. All methods raise ExecutorError where it can't be reached, or we have no right."""

    def __init__(self, post: Post, seconds: Callable[[], float]) -> None:
        """Take what counts seconds."""
        self._post, self._seconds = post, seconds
        self._settled: dict[str, float] = {}
        """Attempt to the second from which it may go on after its last suspension."""
        self._all_settled = seconds() + _SETTLES_S
        """Likewise, for those that somebody before us suspended."""

    async def suspend(self, attempt: str) -> None:
        """Stop a job, one that doesn't run yet as soon as it does; its CPUs are free for others at once."""
        if (entry := self._going(attempt)) is None:
            return
        self._note(entry, stands=True)
        if entry.job is not None:
            self._settled[attempt] = self._seconds() + _SETTLES_S
            await self._tell(commands.suspend(entry.job))

    async def resume(self, attempt: str) -> None:
        """Let a job go on, as soon as it has settled."""
        if (entry := self._going(attempt)) is None:
            return
        self._note(entry, stands=False)
        if (job := entry.job) is not None:
            since = self._settled.get(attempt)

            async def resume() -> None:
                if self._settled.get(attempt) == since:  # else it was suspended again
                    await self._tell(commands.resume(job))

            await self._when_settled(attempt, resume)

    async def kill(self, entry: Entry, job: str, *, at_once: bool = False) -> None:
        """Ask a job to end, or what tends it to end it `at_once`; one that stands still when it has settled."""

        async def wake() -> None:
            await self._tell(commands.resume(job))
            await self._kill(job, at_once=at_once)

        if await self._phase(job) is Phase.SUSPENDED:
            await self._when_settled(entry.attempt.id, wake)
        else:
            await self._kill(job, at_once=at_once)

    async def limit(self, attempt: str, *, run_limit: int | None, soft_run_limit: int | None) -> None:
        """Move a job's time limit, and leave its soft one where what runs it finds it; `tell_limit` says so."""
        if (entry := self._going(attempt)) is None:
            return
        asked = replace(entry.attempt, run_limit=run_limit, soft_run_limit=soft_run_limit)
        self._post.ledger.note(entry, attempt=asked)
        if entry.job is None:
            return
        minutes = commands.minutes(entry.attempt, self._post.longest)
        try:
            await ask(commands.limit(entry.job, minutes, entry.attempt.soft_run_limit))
        except RefusedError as refused:
            logger.warning("%s", say("slurm_executor.refused", why=refused))
            return
        self._post.untold.add(attempt)
        self._post.bell.set()

    async def tell_limit(self, entry: Entry) -> None:
        """Tell what runs an attempt that it has another soft run limit; again where Slurm says no."""
        self._post.untold.discard(entry.attempt.id)
        try:
            await ask(commands.look_at_limit(entry.job or ""))
        except (RefusedError, ExecutorError):
            self._post.untold.add(entry.attempt.id)

    def forget(self, attempt: str) -> None:
        """Keep nothing of it."""
        self._settled.pop(attempt, None)
        self._post.untold.discard(attempt)

    async def _kill(self, job: str, *, at_once: bool) -> None:
        waits = await self._phase(job) is Phase.PROLOG
        try:
            await ask(commands.cancel(job) if waits else commands.end(job, at_once=at_once))
        except RefusedError:
            await self._tell(commands.cancel(job))
        self._post.bell.set()

    async def _phase(self, job: str) -> Phase | None:
        """Return how far a job has come; None where Slurm knows none of that number."""
        try:
            found = read_queue(await ask(commands.queued([job])))
        except RefusedError:
            return None
        return phase(found[job].state) if job in found else None

    async def _when_settled(self, attempt: str, action: Callable[[], Coroutine[None, None, None]]) -> None:
        wait = self._settled.get(attempt, self._all_settled) - self._seconds()
        if wait <= 0:
            await action()
            return

        async def act() -> None:
            await asyncio.sleep(wait)
            with suppress(ExecutorError):
                await action()

        self._post.spawn(act())

    async def _tell(self, command: Command) -> None:
        """Tell Slurm something that may have come true already."""
        try:
            await ask(command)
        except RefusedError as refused:
            if any(word in str(refused).lower() for word in _DENIED):
                raise ExecutorError(say("slurm_executor.refused", why=refused)) from refused
        self._post.bell.set()

    def _going(self, attempt: str) -> Entry | None:
        """Return an attempt; None where there is none, or it's over."""
        entry = self._post.ledger.entries.get(attempt)
        return None if entry is None or entry.ended is not None else entry

    def _note(self, entry: Entry, *, stands: bool) -> None:
        if entry.stands is not stands:
            self._post.ledger.note(entry, stands=stands)
