"""The executor for many machines: attempts are jobs of Slurm's, which jobcast alone decides about.

A job is submitted in hold with its machines named one by one, and released: Slurm starts what it is told, where it is
told. docs/en/batch-slurm.md says what a site sets for that.
"""

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from jobcast.act.executors import slurm_commands as commands
from jobcast.act.executors.base import Attempt, ExecutorError, Known, News, Phase
from jobcast.act.executors.slurm_answers import read_queue
from jobcast.act.executors.slurm_asking import RefusedError, ask
from jobcast.act.executors.slurm_authority import Authority, take
from jobcast.act.executors.slurm_end import Ends
from jobcast.act.executors.slurm_exits import SiteExits
from jobcast.act.executors.slurm_ledger import Entry, Ledger
from jobcast.act.executors.slurm_post import Post, SlurmSite
from jobcast.act.executors.slurm_start import Starts, ask_surely
from jobcast.act.executors.slurm_states import phase
from jobcast.act.executors.slurm_watch import Watch
from jobcast.language import say
from jobcast.systems.base import Command

logger = logging.getLogger("jobcast.batch")

_DENIED = ("denied", "permission")
"""What Slurm writes where we have no right to what we asked, in small letters."""


class SlurmExecutor:
    """Runs attempts in one partition. Suspending and resuming want an operator's rights, other users' jobs root's."""

    name = "slurm"

    def __init__(self, state: Path, site: SlurmSite, *, now: Callable[[], float]) -> None:
        """Take the folder for what must be remembered, and what tells the second of the epoch."""
        self._state, self._site, self._now = state, site, now
        self._lock: int | None = None
        self._post: Post | None = None
        self._authority: Authority | None = None
        self._starts: dict[str, asyncio.Lock] = {}
        self._watch: Watch | None = None
        self._news: asyncio.Queue[News] = asyncio.Queue()

    @property
    def authority(self) -> Authority:
        """Tell who decides in the partition, as it was seen last. Raises ExecutorError where it isn't open."""
        if self._authority is None or self._watch is None:
            raise ExecutorError(say("slurm_executor.closed"))
        return self._authority.seen(self._watch.others)

    async def open(self) -> None:
        """Take the partition. Raises ExecutorError where another manager has it, or Slurm can't be reached."""
        self._take_folder()
        try:
            ledger = Ledger(self._state / "slurm.sqlite")
            site = self._site
            self._authority = await take(site.partition, ledger.name(uuid4().hex), self._state)
        except BaseException:
            self._leave_folder()
            raise
        self._post = post = Post(
            site=site,
            longest=self._authority.longest,
            ledger=ledger,
            exits=SiteExits(self._state / "exits", site.grace),
            now=self._now,
            news=self._news,
            bell=asyncio.Event(),
        )
        starts = Starts(post)
        self._watch = Watch(post, starts, Ends(post), self._authority)
        for entry in ledger.entries.values():
            if entry.ended is not None:
                self._news.put_nowait(entry.ended)
            elif entry.job is not None and entry.began is None:
                self._launch(post, entry)
        post.spawn(self._watch.run())

    def _take_folder(self) -> None:
        self._state.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self._state / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._leave_folder()
            raise ExecutorError(say("slurm_executor.locked", folder=self._state)) from error

    def _leave_folder(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def close(self) -> None:
        """Let go of the partition: its marker goes where nothing of ours is left to end."""
        post, self._post = self._post, None
        if post is None:
            return
        for task in post.tasks.copy():
            task.cancel()
        await asyncio.gather(*post.tasks, return_exceptions=True)
        if self._authority is not None and all(entry.ended for entry in post.ledger.entries.values()):
            with suppress(RefusedError, ExecutorError):
                await ask(commands.cancel(self._authority.marker))
        post.exits.close()
        post.ledger.close()
        self._leave_folder()

    async def start(self, attempt: Attempt) -> None:
        """See `jobcast.act.executors.base.Executor.start`."""
        post = self._opened()
        async with self._starts.setdefault(attempt.id, asyncio.Lock()):
            added = post.ledger.add(attempt)
            entry = added or post.ledger.entries.get(attempt.id)
            if entry is None or entry.job is not None or entry.ended is not None:
                return
            await Starts(post).submit(entry, is_new=added is not None)
        self._starts.pop(attempt.id, None)
        self._launch(post, entry)

    def _launch(self, post: Post, entry: Entry) -> None:
        if entry.ended is not None:
            return
        post.at_work.add(entry.attempt.id)

        async def launch() -> None:
            await Starts(post).launch(entry)
            post.at_work.discard(entry.attempt.id)
            post.bell.set()

        post.spawn(launch())

    async def suspend(self, attempt: str) -> None:
        """See `jobcast.act.executors.base.Executor.suspend`. Its CPUs are free for others then, its memory isn't."""
        await self._order(attempt, commands.suspend)

    async def resume(self, attempt: str) -> None:
        """See `jobcast.act.executors.base.Executor.resume`."""
        await self._order(attempt, commands.resume)

    async def _order(self, attempt: str, command: Callable[[str], Command]) -> None:
        post = self._opened()
        entry = post.ledger.entries.get(attempt)
        if entry is None or entry.job is None or entry.ended is not None:
            return
        try:
            await ask(command(entry.job))
        except RefusedError as refused:
            if any(word in str(refused).lower() for word in _DENIED):
                raise ExecutorError(say("slurm_executor.refused", why=refused)) from refused
        post.bell.set()

    async def kill(self, attempt: str) -> None:
        """See `jobcast.act.executors.base.Executor.kill`."""
        post = self._opened()
        entry = post.ledger.entries.get(attempt)
        if entry is None or entry.ended is not None:
            return
        if entry.killed is None:
            post.ledger.note(entry, killed=self._now())
        post.exits.end(attempt)
        if entry.job is None:
            await self.start(entry.attempt)
            return
        try:
            state = read_queue(await ask(commands.queued([entry.job])))[entry.job].state
            if phase(state) is Phase.SUSPENDED:
                await ask(commands.resume(entry.job))
            waits = phase(state) is Phase.PROLOG
            await ask((commands.cancel if waits else commands.end)(entry.job))
        except (RefusedError, KeyError):
            await ask_surely(commands.cancel(entry.job))
        post.bell.set()

    async def known(self) -> tuple[Known, ...]:
        """See `jobcast.act.executors.base.Executor.known`."""
        post = self._opened()
        try:
            jobs = read_queue(await ask(commands.queue(self._site.partition)))
        except RefusedError as refused:
            raise ExecutorError(say("slurm_executor.refused", why=refused)) from refused
        going = [entry for entry in post.ledger.entries.values() if entry.job and entry.ended is None]
        return tuple(
            Known(
                attempt=entry.attempt.id,
                phase=phase(jobs[entry.job].state) if entry.job in jobs else Phase.EPILOG,
                began=entry.began,
            )
            for entry in going
        )

    async def news(self) -> AsyncIterator[News]:
        """See `jobcast.act.executors.base.Executor.news`."""
        while True:
            yield await self._news.get()

    async def forget(self, attempt: str) -> None:
        """See `jobcast.act.executors.base.Executor.forget`."""
        post = self._opened()
        entry = post.ledger.entries.get(attempt)
        if entry is not None and entry.ended is not None:
            post.ledger.forget(attempt)
            post.exits.forget(attempt)
            post.states.pop(attempt, None)

    def _opened(self) -> Post:
        if self._post is None:
            raise ExecutorError(say("slurm_executor.closed"))
        return self._post
