"""How an attempt becomes a job of Slurm's: submitted in hold, written down, then released.

Only the job that is written down is ever released, so that none runs twice, whenever the manager dies.
"""

import os
import pwd
from contextlib import suppress

from jobcast.act.executors import slurm_commands as commands
from jobcast.act.executors.base import Attempt, End, Ended, ExecutorError
from jobcast.act.executors.reasons import exit_said
from jobcast.act.executors.slurm_answers import is_marked, read_comments
from jobcast.act.executors.slurm_asking import RefusedError, ask, surely
from jobcast.act.executors.slurm_exits import Exited
from jobcast.act.executors.slurm_ledger import Entry
from jobcast.act.executors.slurm_post import Post
from jobcast.act.executors.slurm_script import batch_script, mark
from jobcast.language import say
from jobcast.systems.base import Command


class Starts:
    """Starts attempts."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def submit(self, entry: Entry, *, is_new: bool) -> None:
        """Have a held job for an attempt, the one that is there or a new one; its end is told where Slurm won't.

        Raises ExecutorError where Slurm can't be reached.
        """
        attempt = entry.attempt
        try:
            owner = _owner(attempt.user)
            job = None if is_new else await self._find(attempt)
            if job is None:
                job = await self._submit(attempt, owner)
        except RefusedError as refused:
            await self.give_up(entry, str(refused))
        else:
            self._post.ledger.note(entry, job=job)
            self._post.spawn(surely(lambda: self._lose_namesakes(entry)))

    async def _lose_namesakes(self, entry: Entry) -> None:
        """Tell the end of those whose job slurmctld has forgotten: it has given their number again."""
        for other in tuple(self._post.ledger.entries.values()):
            if other is not entry and other.job == entry.job and other.ended is None:
                self._post.at_work.add(other.attempt.id)
                await self.give_up(other, say("slurm_executor.set_back"), End.LOST)

    async def _find(self, attempt: Attempt) -> str | None:
        told = await ask(commands.comments(self._post.site.partition, attempt.user))
        jobs = [job for job, text in read_comments(told).items() if is_marked(text, mark(attempt.id))]
        return min(jobs, key=int, default=None)

    async def _submit(self, attempt: Attempt, owner: tuple[str, ...]) -> str:
        site = self._post.site
        script = batch_script(attempt, python=site.python, grace=site.grace, path=site.path)
        command = commands.submit(
            attempt, site.partition, owner, commands.minutes(attempt, self._post.longest)
        )
        printed = await ask(command, script.encode())
        job = printed.partition(";")[0].strip()
        if not job.isdigit():
            raise ExecutorError(say("slurm_executor.unreachable", why=printed[:200]))
        return job

    async def launch(self, entry: Entry) -> None:
        """Run the site's prolog, then let Slurm start the job. Raises ExecutorError; asked again it goes on."""
        if entry.job is None:
            return
        exited = None
        if entry.attempt.exits.prolog and entry.prolog is None and entry.killed is None:
            await tell(commands.hold(entry.job))
            exited = await self._post.exits.run("prolog", entry.attempt, {})
            self._post.ledger.note(entry, prolog=exited.code)
        if entry.prolog and entry.killed is None:
            await tell(commands.cancel(entry.job))
            await self.give_up(entry, _in_words(exited or Exited(code=entry.prolog)))
        elif entry.killed is None:
            self._post.ledger.note(entry, released=True)
            await tell(commands.release(entry.job))
        else:
            await tell(commands.cancel(entry.job))
        self._post.bell.set()

    async def give_back(self, entry: Entry, reason: str, *, hopeless: bool) -> None:
        """Take back a job that Slurm will never start, for a reason of Slurm's, or hasn't started for long."""
        await tell(commands.cancel(entry.job or ""))
        if hopeless:
            await self.give_up(entry, say("slurm_executor.hopeless", reason=reason))
        else:
            await self.give_up(entry, say("slurm_executor.not_started", reason=reason), End.LOST)

    async def give_up(self, entry: Entry, detail: str, how: End = End.NOT_BEGUN) -> None:
        """Tell the end of an attempt that has no job, or none any more."""
        attempt = entry.attempt
        exits = {} if entry.prolog is None else {"prolog": entry.prolog}
        if entry.prolog is not None and attempt.exits.epilog:
            exits["epilog"] = (await self._post.exits.run("epilog", attempt, exits)).code
        self._post.tell_end(
            entry,
            Ended(
                attempt=attempt.id,
                began=entry.began,
                at=self._post.now(),
                how=how if entry.killed is None else End.KILLED,
                exit_code=0,
                detail=detail,
                exits=exits,
            ),
        )


def _in_words(exited: Exited) -> str:
    if exited.slow:
        return say("slurm_executor.prolog_slow", said=exit_said(exited.last))
    return say("slurm_executor.prolog_failed", code=exited.code, said=exit_said(exited.last))


async def tell(command: Command) -> None:
    """Tell Slurm something, which may say no: the job is where it should be, or over. Raises ExecutorError."""
    with suppress(RefusedError):
        await ask(command)


def _owner(user: str) -> tuple[str, ...]:
    """Return the options that name whom a job runs as. Raises RefusedError for whom it can't."""
    try:
        found = pwd.getpwnam(user)
    except (KeyError, ValueError) as error:
        raise RefusedError(say("slurm_executor.no_user", user=user)) from error
    if os.geteuid() == found.pw_uid:
        return ()
    if os.geteuid() != 0:
        raise RefusedError(say("slurm_executor.other_user", user=user))
    return (f"--uid={found.pw_uid}", f"--gid={found.pw_gid}")
