"""Asks the executor for what was decided, in the order of the decisions, until it has taken it."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from itertools import groupby
from operator import attrgetter

from jobcast.act.executors.base import Attempt, Executor, ExecutorError
from jobcast.batch.action import Action, Verb

_PAUSE_SECONDS = 1.0
"""Between attempts to reach an executor."""

logger = logging.getLogger("jobcast.batch")


class Acting:
    """Carries out actions one after another; a start waits until those are gone who had to make room for it."""

    def __init__(
        self,
        executor: Executor,
        attempt_of: Callable[[Action], Attempt | None],
        never_began: Callable[[str], None],
    ) -> None:
        """Ask an executor.

        `attempt_of` returns what is to run, as it is wanted now, or None where that isn't wanted any more;
        `never_began` is told of an attempt that was killed before it was started.
        """
        self._executor, self._attempt_of, self._never_began = executor, attempt_of, never_began
        self._todo: asyncio.Queue[Action] = asyncio.Queue()
        self._leaving: dict[str, frozenset[str]] = {}
        """Attempt that is being killed to make room, to its machines."""
        self._unwanted: set[str] = set()
        """Attempts that weren't started, since they weren't wanted any more when it was their turn."""
        self._held: dict[str, list[Action]] = {}
        """Attempt whose start waits for these, to all that is to be done to it then."""

    def ask(self, actions: Iterable[Action]) -> None:
        """Have these carried out after all that were asked before."""
        for action in actions:
            self._todo.put_nowait(action)

    def leaves(self, attempt: str, machines: Iterable[str]) -> None:
        """Note that an attempt is being killed, and that nobody starts on its machines before it is gone."""
        self._leaving[attempt] = frozenset(machines)

    def gone(self, attempt: str) -> None:
        """Note that an attempt is over."""
        if self._leaving.pop(attempt, None) is not None:
            held, self._held = self._held, {}
            for actions in held.values():
                self.ask(actions)

    async def run(self) -> None:
        """Carry out actions for ever: those of one kind together, different ones in their order."""
        while True:
            todo = [await self._todo.get()]
            while not self._todo.empty():
                todo.append(self._todo.get_nowait())
            for _, alike in groupby(todo, attrgetter("verb")):
                await asyncio.gather(*(self._until_taken(action) for action in alike))

    async def _until_taken(self, action: Action) -> None:
        while True:
            try:
                await self._carry_out(action)
            except ExecutorError as error:
                logger.warning("%s %s: %s", action.verb, action.attempt, error)
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return

    async def _carry_out(self, action: Action) -> None:
        if action.verb is Verb.START:
            await self._start(action)
        elif (held := self._held.get(action.attempt)) is not None:
            if action.verb is Verb.KILL:
                del self._held[action.attempt]
                self._never_began(action.attempt)
            else:
                held.append(action)
        elif action.verb is Verb.KILL and action.attempt in self._unwanted:
            self._unwanted.remove(action.attempt)
            self._never_began(action.attempt)
        elif action.verb is Verb.SUSPEND:
            await self._executor.suspend(action.attempt)
        elif action.verb is Verb.RESUME:
            await self._executor.resume(action.attempt)
        elif action.verb is Verb.LIMIT:
            await self._limit(action)
        else:
            await self._executor.kill(action.attempt, at_once=action.at_once)

    async def _limit(self, action: Action) -> None:
        attempt = self._attempt_of(action)
        if attempt is not None:
            await self._executor.limit(
                attempt.id, run_limit=attempt.run_limit, soft_run_limit=attempt.soft_run_limit
            )

    async def _start(self, action: Action) -> None:
        attempt = self._attempt_of(action)
        if attempt is None:
            self._unwanted.add(action.attempt)
            return
        machines = {share.machine for share in attempt.allocation}
        before = f"{attempt.job}@"
        if any(machines & those or each.startswith(before) for each, those in self._leaving.items()):
            self._held[attempt.id] = [action]
            return
        await self._executor.start(attempt)
