"""How the end of an attempt is found out, and what is done before it is told."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from jobcast.act.executors import slurm_commands as commands
from jobcast.act.executors.base import Began, Consumed, ExecutorError
from jobcast.act.executors.slurm_answers import (
    Queued,
    accounted,
    consumed,
    is_of_another,
    read_queue,
    read_report,
    read_used,
)
from jobcast.act.executors.slurm_asking import RefusedError, ask
from jobcast.act.executors.slurm_ledger import Entry
from jobcast.act.executors.slurm_machines import SlurmMachines
from jobcast.act.executors.slurm_post import Post
from jobcast.act.executors.slurm_script import mark
from jobcast.act.executors.slurm_states import LOST, OVER, Traces, ended
from jobcast.language import say
from jobcast.systems.base import Command

logger = logging.getLogger("jobcast.batch")

_NO_JOB = "Invalid job id"
_NO_ACCOUNTING = "accounting storage is disabled"
"""What Slurm writes."""
_ACCOUNTING_LAGS = (0.0, 0.3, 0.7, 1.5, 3.0)
"""Seconds between two questions to accounting, which learns of an end later; then what it hasn't is left out."""
Rows = Mapping[str, Sequence[Mapping[str, str]]]


class Ends:
    """Finds out how attempts ended that the queue doesn't hold any more."""

    def __init__(self, post: Post, machines: SlurmMachines) -> None:
        self._post, self._machines = post, machines

    async def finish(self, entries: Sequence[Entry]) -> None:
        """Tell the end of each of these, unless its job is there after all; what can't be known yet is asked again."""
        try:
            await self._look_up(entries)
        except ExecutorError as error:
            logger.warning("%s", error)
        finally:
            for entry in entries:
                self._post.at_work.discard(entry.attempt.id)
        self._post.bell.set()

    async def _look_up(self, entries: Sequence[Entry]) -> None:
        jobs = [entry.job for entry in entries if entry.job is not None]
        found = read_queue(await ask_of_jobs(commands.queued(jobs)))
        over = [entry for entry in entries if entry.job not in found or found[entry.job].state in OVER]
        if any(entry.job in found and found[entry.job].state in LOST for entry in over):
            await self.see_machines()
        rows = await self._account([entry.job for entry in over if entry.job is not None])
        known = [entry for entry in over if entry.job in found or rows is not None]
        await asyncio.gather(
            *(self._finish(entry, found.get(entry.job or ""), rows or {}) for entry in known)
        )

    async def see_machines(self) -> None:
        """Tell which machine is down before what was lost there, which else might be started there again."""
        with suppress(RefusedError):
            await self._machines.look()

    async def _account(self, jobs: Sequence[str]) -> Rows | None:
        """Return what accounting says of jobs, once it knows all their ends, or isn't likely to learn them.

        None where it doesn't answer for now; where the site has no accounting it says nothing.
        """
        found: Rows | None = None
        for pause in _ACCOUNTING_LAGS if jobs else ():
            await asyncio.sleep(pause)
            try:
                found = read_used(await ask(commands.used(jobs)))
            except RefusedError as refused:
                if _NO_ACCOUNTING in str(refused):
                    return {}
                continue
            except ExecutorError:
                continue
            if all(accounted(found.get(job, ())) is not None for job in jobs):
                break
        return found

    async def _finish(self, entry: Entry, queued: Queued | None, rows: Rows) -> None:
        lines = rows.get(entry.job or "", ())
        comment = await ask_of_jobs(commands.comment(entry.job or "")) if queued else ""
        report = read_report(comment, mark(entry.attempt.id))
        told = report.consumed if report.ended is None else report.ended.consumed
        traces = Traces(
            attempt=entry.attempt,
            queued=queued or accounted(lines),
            report=report,
            consumed=consumed(lines, told or Consumed()),
            killed_at=entry.killed,
            began=entry.began,
            is_number_of_another=is_of_another(comment, mark(entry.attempt.id)),
            task_killed=any(row["ExitCode"] == "0:9" for row in lines if "." in row["JobIDRaw"]),
        )
        end = ended(traces, self._post.now())
        exits = dict(end.exits)
        if entry.prolog is not None:
            exits["prolog"] = entry.prolog
        if entry.attempt.exits.epilog:
            codes = exits if end.began is None else {**exits, "job": end.exit_code}
            exits["epilog"] = (await self._post.exits.run("epilog", entry.attempt, codes)).code
            end = replace(end, at=self._post.now())
        if end.began is not None and entry.began is None:
            self._post.ledger.note(entry, began=end.began)
            self._post.news.put_nowait(Began(attempt=entry.attempt.id, at=end.began))
        began = None if end.began is None else entry.began
        self._post.tell_end(entry, replace(end, began=began, at=max(end.at, began or 0.0), exits=exits))


async def ask_of_jobs(command: Command) -> str:
    """Return the answer to a question about jobs; nothing where Slurm knows none of them. Raises ExecutorError."""
    try:
        return await ask(command)
    except RefusedError as refused:
        if _NO_JOB in str(refused):
            return ""
        raise ExecutorError(say("slurm_executor.refused", why=refused)) from refused
