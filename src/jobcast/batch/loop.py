"""The manager at work: one event loop in which orders, news of the executor and time become turns of the core."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from types import MappingProxyType

from jobcast.act.executors.base import (
    Attempt,
    Began,
    Consumed,
    End,
    Ended,
    Executor,
    ExecutorError,
    MachineNews,
    Measured,
    News,
    Paused,
)
from jobcast.batch.acting import Acting
from jobcast.batch.action import Action
from jobcast.batch.attempts import attempt_of
from jobcast.batch.controls import control
from jobcast.batch.dispatching import dispatch
from jobcast.batch.ending import failed_epilogs
from jobcast.batch.ends import take_ends
from jobcast.batch.forcing import forced, on_machines
from jobcast.batch.intake.base import Submitter
from jobcast.batch.journal import FullError
from jobcast.batch.ledger import Ledger
from jobcast.batch.listeners import Happened, Listeners
from jobcast.batch.machines import favour_users, machine_events, order_machines, reconfigure
from jobcast.batch.order import (
    Answer,
    Dispatch,
    FavourUsers,
    Machines,
    Order,
    SubmitCommand,
    SubmitCommandFile,
)
from jobcast.batch.orders import Asker, OnSteps, carry_out
from jobcast.batch.shown import Shown
from jobcast.batch.site import LiveSite
from jobcast.batch.submitting import submit
from jobcast.batch.surroundings import Surroundings
from jobcast.batch.two_clocks import CLOCKS
from jobcast.language import say
from jobcast.schedule.event import ClockStepped, Event, Tick
from jobcast.schedule.step import next_time

logger = logging.getLogger("jobcast.batch")

_SECOND = 1.0
_RETRY_SECONDS = 2.0
"""Between attempts to write to a full disk."""


class Loop:
    """Runs one ledger with one executor."""

    def __init__(self, ledger: Ledger, executor: Executor, around: Surroundings) -> None:
        self.ledger, self._executor, self._around = ledger, executor, around
        self.shown = Shown()
        """Living steps as they are listed."""
        self._acting = Acting(executor, self._attempt, self._never_began)
        self._news: asyncio.Queue[News] = asyncio.Queue()
        self._clocks = around.clocks
        self._turns_ticked = -1
        self._next: int | None = None
        self.listeners = Listeners()
        """Who is told of what happens."""

    def second(self) -> int:
        """Return the second of the core's clock, which goes back only when it is told that the clock was set."""
        return max(int(self._clocks.seconds()), self.ledger.state.now)

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self.second(), self._around.zone)

    @property
    def executor(self) -> str:
        """Return the name of what runs the jobs."""
        return self._executor.name

    async def run(self) -> None:
        """Find out what still runs, do what was left undone, and go on until cancelled."""
        await self._executor.open()
        try:
            await self._until_written(self.see_clock)  # before anything is told by the clock as it is now
            await self._reconcile()
            async with asyncio.TaskGroup() as tasks:
                for work in (self._listen, self._hear, self._acting.run, self._watch_time):
                    tasks.create_task(work())
        finally:
            await self._executor.close()

    async def _reconcile(self) -> None:
        """Kill what should not run any more, and ask once more for all that should be so."""
        current = {
            step.attempt_id: step
            for step in self.ledger.steps.values()
            if step.id in self.ledger.state.running or step.id in self.ledger.state.suspended
        }
        for known in await self._executor.known():
            if known.attempt not in current:
                self._acting.leaves(known.attempt, self._machines_of(known.attempt))
                await self._executor.kill(known.attempt)
            elif known.began is not None:
                self.ledger.hear(Began(attempt=known.attempt, at=known.began))
        self._publish()
        self._ask(self.ledger.unfinished())

    def _machines_of(self, attempt: str) -> tuple[str, ...]:
        name, _, number = attempt.rpartition("@")
        step = self.ledger.steps.get(name)
        runs = step.runs if step is not None else ()
        return tuple(share.machine for run in runs if str(run.number) == number for share in run.allocation)

    def _ask(self, actions: Iterable[Action]) -> None:
        for action in forced(actions, self.ledger, self._moment()):
            if action.makes_room:
                self._acting.leaves(action.attempt, self._machines_of(action.attempt))
            self._acting.ask((action,))

    def _attempt(self, action: Action) -> Attempt | None:
        step = self.ledger.steps.get(action.step)
        state = self.ledger.state
        entry = state.running.get(action.step) or state.suspended.get(action.step)
        if step is None or entry is None or step.attempt_id != action.attempt:
            return None
        return attempt_of(step, entry)

    def _never_began(self, attempt: str) -> None:
        at = self._around.now().timestamp()
        self._news.put_nowait(
            Ended(attempt=attempt, began=None, at=at, how=End.KILLED, exit_code=0, consumed=Consumed())
        )

    async def _listen(self) -> None:
        async for news in self._executor.news():
            await self._news.put(news)

    async def _hear(self) -> None:
        """Take in all news that are there at once, so that many ends make one turn."""
        while True:
            many = [await self._news.get()]
            while not self._news.empty():
                many.append(self._news.get_nowait())
            await self._until_written(partial(self._take_in, many))
            over = [news.attempt for news in many if isinstance(news, Ended)]
            for attempt in over:
                self._acting.gone(attempt)
            await asyncio.gather(*map(self._forget, over))

    async def _forget(self, attempt: str) -> None:
        """Let the executor drop an end that is written down; where it can't be reached, it tells it again."""
        with suppress(ExecutorError):
            await self._executor.forget(attempt)

    async def _until_written(self, write: Callable[[], None]) -> None:
        while True:
            try:
                write()
            except FullError as error:
                logger.error("%s", error.message)  # noqa: TRY400 - expected, and tried again
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return

    def _take_in(self, many: list[News]) -> None:
        """Take in news; raises FullError, after which all of it may be told again."""
        self.see_clock()
        at = self.second()
        ends: dict[str, Ended] = {}
        told: dict[str, MachineNews] = {}
        for news in many:
            match news:
                case Ended():
                    ends[news.attempt] = news
                case MachineNews():
                    told[news.machine] = news
                case Began() | Measured() | Paused():
                    self.ledger.hear(news)
                    self.shown.forget((news.attempt.rpartition("@")[0],))
        for news in ends.values():
            for what in failed_epilogs(news.exits):
                logger.warning("%s", say("ending.log", step=news.attempt.rpartition("@")[0], what=what))
        if events := machine_events(told.values(), self.ledger, at):
            # Before the ends: what was lost with its machine is not to start there again.
            self._ask(self.ledger.turn(at, events).actions)
        if ends:
            self._ask(take_ends(list(ends.values()), at, self.ledger, self._around.retry))
        if events:
            self._ask(on_machines(told, self.ledger, self._moment()))
            self._ask(control(told, self.ledger, self._moment()))
        self.ledger.settle()
        self._publish()

    async def _watch_time(self) -> None:
        while True:
            now = self._around.now().timestamp()
            await asyncio.sleep(_SECOND - now % _SECOND)
            await self._until_written(self.see_clock)
            at = self.second()
            if self._turns_ticked != self.ledger.turns:
                self._next, self._turns_ticked = next_time(self.ledger.state), self.ledger.turns
            if self._next is not None and at >= self._next:
                await self._until_written(partial(self._turn, at, [Tick(at=at)]))

    def see_clock(self) -> None:
        """Tell the core where somebody has set the clock, so that nobody ran longer for it; raises FullError."""
        if by := self._clocks.jumped():
            at = self.second()
            logger.warning("%s", say("batch.clock", seconds=by))
            self._turn(at, [ClockStepped(at=at, by=by)], meta={CLOCKS: self._clocks.to_keep(by)})
            self._clocks.taken(by)
            self._clocks.kept()
        elif not self._clocks.is_kept():
            self.ledger.journal.keep({CLOCKS: self._clocks.to_keep()})
            self._clocks.kept()

    def _turn(self, at: int, events: list[Event], meta: Mapping[str, str] | None = None) -> None:
        self._ask(self.ledger.turn(at, events, meta=meta).actions)
        self._publish()

    def do(self, order: Order, asker: Asker, who: Submitter | None = None) -> Answer:
        """Carry out an order; raises FullError where it can't be written down.

        `who` submits, for submissions; its `job` is made here.
        """
        at = self.second()
        match order:
            case SubmitCommandFile() | SubmitCommand() if who is not None:
                carried = submit(order, who, at, self.ledger, self._around)
            case Dispatch():
                carried = dispatch(order, asker, self.ledger, at)
            case Machines():
                carried = order_machines(order, asker, self.ledger, at)
            case FavourUsers():
                carried = favour_users(order, asker, self.ledger, at)
            case _ if isinstance(order, OnSteps):
                carried = carry_out(order, asker, self.ledger, at)
            case _:
                raise TypeError(order)
        self._ask(carried.actions)
        self._publish()
        return carried.answer

    def reconfigure(self, site: LiveSite) -> Answer:
        """Go on by other configuration files; raises FullError."""
        carried = reconfigure(site, self.ledger, self.second())
        for warning in carried.answer.warnings:
            logger.warning("%s", warning)
        self._ask(carried.actions)
        self._publish()
        return carried.answer

    def happened(self, steps: Mapping[str, str] = MappingProxyType({})) -> Happened:
        """Return what listeners are told of steps that changed; without any, merely which turn it is."""
        return Happened(turn=self.ledger.turns, at=self.ledger.state.now, steps=dict(steps))

    def _publish(self) -> None:
        """Tell listeners which steps changed, or that machines did."""
        changed = self.ledger.take_changes()
        if not self.ledger.take_machines() and not changed:
            return
        self.shown.forget(changed)
        self.listeners.tell(self.happened({name: str(state) for name, state in changed.items()}))
