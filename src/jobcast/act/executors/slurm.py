"""The executor for many machines: attempts are jobs of Slurm's, which jobcast alone decides about.

A job is submitted in hold with its machines named one by one, and released: Slurm starts what it is told, where it is
told. docs/en/batch-slurm.md says what a site sets for that.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from jobcast.act.executors import slurm_commands as commands
from jobcast.act.executors.base import Attempt, ExecutorError, Known, News, Phase
from jobcast.act.executors.slurm_answers import read_queue
from jobcast.act.executors.slurm_asking import RefusedError, ask, surely
from jobcast.act.executors.slurm_authority import Authority, take
from jobcast.act.executors.slurm_end import Ends
from jobcast.act.executors.slurm_exits import SiteExits
from jobcast.act.executors.slurm_ledger import Entry, Ledger
from jobcast.act.executors.slurm_machines import SlurmMachines
from jobcast.act.executors.slurm_orders import Orders
from jobcast.act.executors.slurm_post import Post, SlurmSite
from jobcast.act.executors.slurm_start import Starts
from jobcast.act.executors.slurm_states import phase
from jobcast.act.executors.slurm_watch import Doers, Watch
from jobcast.language import say

_CANCEL_S = 1.0
"""Seconds after which a task that goes on though it was cancelled is cancelled again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parts:
    """What there is while the executor is open."""

    post: Post
    does: Doers
    watch: Watch
    authority: Authority
    lock: int
    """File that is locked."""
    starting: dict[str, asyncio.Lock] = field(default_factory=dict)
    """Attempts that are being started."""


class SlurmExecutor:
    """Runs attempts in one partition. Suspending and resuming want an operator's rights, other users' jobs root's."""

    name = "slurm"

    def __init__(self, state: Path, site: SlurmSite, *, now: Callable[[], float]) -> None:
        """Take the folder for what must be remembered, and what tells the second of the epoch."""
        self._state, self._site, self._now = state, site, now
        self._parts: _Parts | None = None
        self._news: asyncio.Queue[News] = asyncio.Queue()

    @property
    def authority(self) -> Authority:
        """Tell who decides in the partition, as it was seen last. Raises ExecutorError where it isn't open."""
        parts = self._opened()
        return parts.authority.seen(parts.watch.others)

    async def open(self) -> None:
        """Take the partition. Raises ExecutorError where another manager has it, or Slurm can't be reached."""
        lock = self._take_folder()
        try:
            ledger = Ledger(self._state / "slurm.sqlite")
            try:
                authority = await take(self._site.partition, ledger.name(uuid4().hex), self._state)
            except BaseException:
                ledger.close()
                raise
        except BaseException:
            os.close(lock)
            raise
        parts = self._parts = self._made(ledger, authority, lock)
        for entry in ledger.entries.values():
            if entry.ended is not None:
                self._news.put_nowait(entry.ended)
            elif entry.job is not None and entry.began is None:
                self._launch(parts, entry)
        parts.post.spawn(parts.watch.run())

    def _take_folder(self) -> int:
        self._state.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._state / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            raise ExecutorError(say("slurm_executor.locked", folder=self._state)) from error
        return lock

    def _made(self, ledger: Ledger, authority: Authority, lock: int) -> _Parts:
        post = Post(
            site=self._site,
            longest=authority.longest,
            ledger=ledger,
            exits=SiteExits(self._state / "exits", self._site.grace),
            now=self._now,
            news=self._news,
            bell=asyncio.Event(),
        )
        machines = SlurmMachines(post)
        does = Doers(
            starts=Starts(post),
            orders=Orders(post, asyncio.get_running_loop().time),
            ends=Ends(post, machines),
            machines=machines,
        )
        return _Parts(
            post=post,
            does=does,
            watch=Watch(post, does, authority),
            authority=authority,
            lock=lock,
        )

    async def close(self) -> None:
        """Let go of the partition: its marker goes where nothing of ours is left to end."""
        parts, self._parts = self._parts, None
        if parts is None:
            return
        tasks = tuple(parts.post.tasks)
        while left := [task for task in tasks if not task.done()]:
            for task in left:
                task.cancel()  # again where one was just about to end something else
            await asyncio.wait(left, timeout=_CANCEL_S)
        await asyncio.gather(*tasks, return_exceptions=True)
        if all(entry.ended for entry in parts.post.ledger.entries.values()):
            with suppress(RefusedError, ExecutorError):
                await ask(commands.cancel(parts.authority.marker))
        parts.post.exits.close()
        parts.post.ledger.close()
        os.close(parts.lock)

    async def start(self, attempt: Attempt) -> None:
        """See `jobcast.act.executors.base.Executor.start`."""
        parts = self._opened()
        async with parts.starting.setdefault(attempt.id, asyncio.Lock()):
            added = parts.post.ledger.add(attempt)
            entry = added or parts.post.ledger.entries.get(attempt.id)
            if entry is None or entry.job is not None or entry.ended is not None:
                return
            await parts.does.starts.submit(entry, is_new=added is not None)
        parts.starting.pop(attempt.id, None)
        self._launch(parts, entry)

    def _launch(self, parts: _Parts, entry: Entry) -> None:
        """Let a job that is held start, or find that it was released long ago."""
        if entry.ended is not None:
            return
        parts.post.at_work.add(entry.attempt.id)

        async def launch() -> None:
            await surely(lambda: parts.does.starts.launch(entry))
            parts.post.at_work.discard(entry.attempt.id)
            parts.post.bell.set()

        parts.post.spawn(launch())

    async def suspend(self, attempt: str) -> None:
        """See `jobcast.act.executors.base.Executor.suspend`. Its CPUs are free for others then, its memory isn't."""
        await self._opened().does.orders.suspend(attempt)

    async def resume(self, attempt: str) -> None:
        """See `jobcast.act.executors.base.Executor.resume`."""
        await self._opened().does.orders.resume(attempt)

    async def limit(self, attempt: str, *, run_limit: int | None, soft_run_limit: int | None) -> None:
        """See `jobcast.act.executors.base.Executor.limit`. Both stay as they were without an operator's rights."""
        orders = self._opened().does.orders
        await orders.limit(attempt, run_limit=run_limit, soft_run_limit=soft_run_limit)

    async def kill(self, attempt: str, *, at_once: bool = False) -> None:
        """See `jobcast.act.executors.base.Executor.kill`."""
        parts = self._opened()
        entry = parts.post.ledger.entries.get(attempt)
        if entry is None or entry.ended is not None:
            return
        if entry.killed is None:
            parts.post.ledger.note(entry, killed=self._now())
        parts.post.exits.end(attempt)
        if entry.job is None:
            await self.start(entry.attempt)  # it may be there, though nobody has told us
        else:
            await parts.does.orders.kill(entry, entry.job, at_once=at_once)

    async def known(self) -> tuple[Known, ...]:
        """See `jobcast.act.executors.base.Executor.known`."""
        entries = self._opened().post.ledger.entries
        try:
            jobs = read_queue(await ask(commands.queue(self._site.partition)))
        except RefusedError as refused:
            raise ExecutorError(say("slurm_executor.refused", why=refused)) from refused
        going = [entry for entry in entries.values() if entry.job and entry.ended is None]
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
        parts = self._opened()
        entry = parts.post.ledger.entries.get(attempt)
        if entry is not None and entry.ended is not None:
            parts.post.ledger.forget(attempt)
            parts.post.exits.forget(attempt)
            parts.post.states.pop(attempt, None)
            parts.does.orders.forget(attempt)

    def _opened(self) -> _Parts:
        if self._parts is None:
            raise ExecutorError(say("slurm_executor.closed"))
        return self._parts
