"""Reads back from Slurm what is true of attempts and machines: one question for all, the rarer the less happens."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from jobcast.act.executors import slurm_commands as commands
from jobcast.act.executors.base import Began, Consumed, ExecutorError, Measured, Paused, Phase
from jobcast.act.executors.slurm_answers import (
    Queued,
    Report,
    read_comments,
    read_queue,
    read_report,
)
from jobcast.act.executors.slurm_asking import RefusedError, ask, surely
from jobcast.act.executors.slurm_authority import Authority
from jobcast.act.executors.slurm_end import Ends
from jobcast.act.executors.slurm_ledger import Entry
from jobcast.act.executors.slurm_machines import SlurmMachines
from jobcast.act.executors.slurm_orders import Orders
from jobcast.act.executors.slurm_post import Post
from jobcast.act.executors.slurm_script import mark
from jobcast.act.executors.slurm_start import Starts
from jobcast.act.executors.slurm_states import HOPELESS, NO_MACHINE, phase

logger = logging.getLogger("jobcast.batch")

_UNREPORTED_S = 20.0
"""After which a job that runs is taken to have begun, though its batch script hasn't said so."""
_SLACK_S = 10.0
_NO_MACHINE_S = 5.0
"""That a job waits for a machine that Slurm calls gone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Doers:
    """Who does what the watch finds to be done."""

    starts: Starts
    orders: Orders
    ends: Ends
    machines: SlurmMachines


class Watch:
    """Looks at the partition again and again."""

    def __init__(self, post: Post, does: Doers, authority: Authority) -> None:
        """Take what is to be done with attempts, and what was known of the partition."""
        self._post, self._does, self._authority = post, does, authority
        self._said = ""
        self._waiting: dict[str, float] = {}
        """Attempt to the second of the loop since which it was told to start."""
        self._forced: dict[str, float] = {}
        self._measures_at = 0.0
        self._measures: dict[str, Consumed] = {}
        self._strangers: frozenset[str] = frozenset()
        self.others: frozenset[str] = frozenset()
        """Jobs in the partition that were never ours."""

    async def run(self) -> None:
        """Look for ever."""
        site, pause = self._post.site, 0.0
        while True:
            try:
                changed = await self.look()
                await self._does.machines.look_if_due()
            except (ExecutorError, RefusedError) as error:
                logger.warning("%s", error)
                changed = False
            pause = site.pause_from if changed else min(max(2 * pause, site.pause_from), site.pause_up_to)
            await asyncio.sleep(site.pause_from)
            # In Python 3.11 wait_for takes being cancelled for its time being over, where both come at once.
            with suppress(TimeoutError):
                async with asyncio.timeout(pause - site.pause_from):
                    await self._post.bell.wait()
                pause = site.pause_from
            self._post.bell.clear()

    async def look(self) -> bool:
        """Ask for the queue once, and tell what is new; return whether anything is. Raises ExecutorError."""
        entries = [entry for entry in self._going() if entry.attempt.id not in self._post.at_work]
        jobs = read_queue(await ask(commands.queue(self._post.site.partition)))
        known = {entry.job for entry in self._post.ledger.entries.values()}
        strangers = frozenset(job for job in jobs if job not in known)
        self.others, self._strangers = (
            strangers & self._strangers,
            strangers,
        )  # one of ours may not be noted yet
        self._say_who_decides()
        begun = await self._read_reports(entries, jobs)
        changed = [self._notice(entry, jobs[entry.job]) for entry in entries if entry.job in jobs]
        gone = [entry for entry in entries if entry.job not in jobs and entry.ended is None]
        if gone:
            for entry in gone:
                self._post.at_work.add(entry.attempt.id)
                self._measures.pop(entry.attempt.id, None)
            self._post.spawn(self._does.ends.finish(gone))
        return begun or any(changed) or bool(gone)

    def _say_who_decides(self) -> None:
        authority = self._authority.seen(self.others)
        if (said := authority.said()) != self._said:
            logger.log(logging.WARNING if authority.foreign or authority.shared else logging.INFO, "%s", said)
            self._said = said

    def _going(self) -> Iterable[Entry]:
        return (entry for entry in self._post.ledger.entries.values() if entry.job and entry.ended is None)

    async def _read_reports(self, entries: Sequence[Entry], jobs: dict[str, Queued]) -> bool:
        """Tell which programs have begun, and now and then what they have taken, by the comments of their jobs."""
        time = asyncio.get_running_loop().time()
        everybodys = time >= self._measures_at
        if everybodys:
            self._measures_at = time + self._post.site.measures_every
        running = [entry for entry in entries if entry.job in jobs and jobs[entry.job].state in _BEGUN]
        wanted = [entry for entry in running if everybodys or entry.began is None]
        changed = False
        for user in sorted({entry.attempt.user for entry in wanted}):
            comments = read_comments(await ask(commands.comments(self._post.site.partition, user)))
            for entry in wanted:
                if entry.attempt.user == user and entry.job:
                    report = read_report(comments.get(entry.job, ""), mark(entry.attempt.id))
                    changed |= self._notice_beginning(entry, jobs[entry.job], report)
                    self._notice_measures(entry, report)
        return changed

    def _notice_beginning(self, entry: Entry, queued: Queued, report: Report) -> bool:
        began, now = report.began, self._post.now()
        around = 0 if not entry.attempt.exits.user_prolog else entry.attempt.exits.longest
        if entry.began is not None or report.ended is not None:
            return False
        if began is None and (queued.start is None or now < queued.start + around + _UNREPORTED_S):
            return False
        self._post.ledger.note(entry, began=began or queued.start)
        self._post.news.put_nowait(Began(attempt=entry.attempt.id, at=entry.began or now))
        return True

    def _notice_measures(self, entry: Entry, report: Report) -> None:
        name = entry.attempt.id
        if report.consumed is not None and self._measures.get(name) != report.consumed:
            self._measures[name] = report.consumed
            self._post.news.put_nowait(Measured(attempt=name, consumed=report.consumed))

    def _notice(self, entry: Entry, queued: Queued) -> bool:
        """Tell whether its job is suspended now, and end by force what doesn't end when asked."""
        name, before = entry.attempt.id, self._post.states.get(entry.attempt.id)
        self._post.states[name] = queued.state
        was, is_ = (state is not None and phase(state) is Phase.SUSPENDED for state in (before, queued.state))
        if was != is_ and entry.killed is None:
            self._post.news.put_nowait(Paused(attempt=name, at=self._post.now(), suspended=is_))
        if queued.state == "RUNNING" and entry.stands and entry.killed is None:
            self._post.spawn(_suppressed(self._does.orders.suspend(name)))
        if queued.state == "RUNNING" and entry.began is not None and name in self._post.untold:
            self._post.spawn(self._does.orders.tell_limit(entry))  # what runs it hears no sooner
        set_back = queued.state == "PENDING" and entry.began is not None
        if (queued.restarts or set_back) and entry.killed is None:
            self._take_back(entry)
            return True
        self._force(entry)
        self._give_back(entry, queued)
        return before != queued.state

    def _give_back(self, entry: Entry, queued: Queued) -> None:
        """Take back what Slurm was told to start and doesn't, for a reason that stays, or for too long."""
        name, time = entry.attempt.id, asyncio.get_running_loop().time()
        if queued.state != "PENDING" or not entry.released or entry.killed is not None:
            self._waiting.pop(name, None)
            return
        reason, hopeless = queued.reason, queued.reason in HOPELESS
        patience = self._post.site.patience
        if reason.startswith(NO_MACHINE):
            patience = min(patience, _NO_MACHINE_S)
        if not hopeless and time < self._waiting.setdefault(name, time) + patience:
            return
        self._post.at_work.add(name)

        async def give_back() -> None:
            await self._does.ends.see_machines()
            await self._does.starts.give_back(entry, reason, hopeless=hopeless)

        self._post.spawn(surely(give_back))

    def _take_back(self, entry: Entry) -> None:
        """End what runs again in Slurm, or would: it is for the scheduler to start the next attempt."""
        self._post.at_work.add(entry.attempt.id)

        async def take_back() -> None:
            with suppress(RefusedError, ExecutorError):
                await ask(commands.cancel(entry.job or ""))
            await self._does.ends.finish([entry])

        self._post.spawn(take_back())

    def _force(self, entry: Entry) -> None:
        exits = entry.attempt.exits
        patience = self._post.site.grace + _SLACK_S + (exits.longest if exits.user_epilog else 0)
        if (
            entry.killed is None
            or self._post.now() < self._forced.get(entry.attempt.id, entry.killed) + patience
        ):
            return
        self._forced[entry.attempt.id] = self._post.now()
        if entry.job is not None:
            self._post.spawn(_suppressed(ask(commands.cancel(entry.job))))


_BEGUN = frozenset({"RUNNING", "SUSPENDED", "STOPPED", "COMPLETING"})


async def _suppressed(asked: Coroutine[None, None, object]) -> None:
    with suppress(RefusedError, ExecutorError):
        await asked
