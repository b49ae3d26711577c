"""What the manager knows and has decided, in step with its journal: nothing is decided that isn't written down.

It starts nothing, reads no clock and waits for nobody: it is told the time, and returns what is to be asked of the
executor.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jobcast.act.executors.base import Began, Measured, Paused
from jobcast.batch import following
from jobcast.batch.action import Action, Verb
from jobcast.batch.journal import FullError, Journal, Turn
from jobcast.batch.living import Living
from jobcast.batch.noting_again import note_again
from jobcast.batch.record import Step, StepState
from jobcast.batch.site import LiveSite
from jobcast.decision import Decision, Refuse
from jobcast.language import say
from jobcast.schedule.event import ClockStepped, Event, MachineCame, MachineLeft
from jobcast.schedule.state import State
from jobcast.schedule.step import step as decide

DRAINED, FAVOURED, CLOSED, STOPPED, HALTED = "drained", "favoured_users", "closed", "stopped", "halted"
"""Under which the journal keeps them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turned:
    """What came of one turn."""

    decisions: tuple[Decision, ...]
    """Of the core."""
    actions: tuple[Action, ...]
    """What the executor is to be asked, in this order."""


class Ledger:
    """The state of one manager."""

    def __init__(
        self, journal: Journal, site: LiveSite, state: State, number: int, *, site_number: int | None = None
    ) -> None:
        """Go on from a state of the core after the turn of that `number`.

        `site_number` is that of the site's files in the journal; None to keep them there now.
        """
        self.journal, self.site, self.state = journal, site, state
        self.steps = Living()
        """Those that aren't over, by id, in the order in which they came."""
        self.site_number = journal.site(site.files) if site_number is None else site_number
        self.drained: frozenset[str] = frozenset(json.loads(journal.meta(DRAINED) or "[]"))
        """Machines that operators let run out."""
        self.halted: frozenset[str] = frozenset(json.loads(journal.meta(HALTED) or "[]"))
        """Of these, those on which all stands still."""
        self.closed: frozenset[str] = frozenset(json.loads(journal.meta(CLOSED) or "[]"))
        """Machines that a control expression keeps from taking steps."""
        self.stopped: frozenset[str] = frozenset(json.loads(journal.meta(STOPPED) or "[]"))
        """Steps that a control expression has stopped."""
        self.favoured: frozenset[str] = frozenset(json.loads(journal.meta(FAVOURED) or "[]"))
        """Users whose steps go before others."""
        self.turns = number
        """Number of the last turn."""
        self._undecided: dict[int, Sequence[Decision]] = {}
        """Turns whose decisions couldn't be written down yet."""
        self._changed: dict[str, Step] = {}
        """Steps likewise."""
        self._to_tell: dict[str, StepState] = {}
        self._machines_changed = False
        self.version = 0
        """Another one whenever anything that is shown has changed."""

    def named(self, name: str) -> Sequence[Step]:
        """Return the living steps that a name stands for: a step, a job, or an array."""
        return self.steps.named(name)

    def turn(
        self,
        at: int,
        events: Sequence[Event],
        *,
        new: Sequence[Step] = (),
        meta: Mapping[str, str] | None = None,
        then: Callable[[], object] | None = None,
    ) -> Turned:
        """Tell the core what has happened; return what it decided, and what the executor is to be asked.

        `new` are steps that come with these events, `meta` is kept with them by name, and `then` is called once both
        are written down, before anything is decided. Raises FullError where they can't be: then nothing has happened.
        """
        turn = Turn(number=self.turns + 1, at=at, site=self.site_number, events=tuple(events))
        # Steps never get ahead of the decisions that changed them: these would take effect twice after a crash.
        if not self.settle():
            raise self.full()
        self.journal.accept(turn, new, meta)
        self.turns += 1
        self.version += 1
        for step in new:
            self.steps[step.id] = step
            self._to_tell[step.id] = step.state
        if then is not None:
            then()
        decisions = self._decide(events)
        self._machines_changed |= any(isinstance(each, MachineCame | MachineLeft) for each in events)
        after = at + stepped(events)
        actions = tuple(action for decision in decisions for action in self._follow(decision, after))
        self._undecided[turn.number] = decisions
        self.settle()
        return Turned(decisions=decisions, actions=actions)

    def settle(self) -> bool:
        """Write down what couldn't be so far; tell whether all of it is on the disk."""
        if not self._undecided and not self._changed:
            return True
        try:
            self.journal.settle(self._undecided, self._changed.values())
        except FullError:
            return False
        self._undecided.clear()
        self._changed.clear()
        return True

    def take_changes(self) -> dict[str, StepState]:
        """Return the steps that were changed since the last call, with their states."""
        changes, self._to_tell = self._to_tell, {}
        return changes

    def take_machines(self) -> bool:
        """Tell whether machines have come or gone since the last call."""
        changed, self._machines_changed = self._machines_changed, False
        return changed

    def replay(self, turn: Turn) -> tuple[Decision, ...]:
        """Tell the core of a turn that was written down before, and return what it decides now.

        Where the journal doesn't know what was decided, it takes effect on the steps as well.
        """
        self.turns = turn.number
        if turn.decisions is None:
            for event in turn.events:
                note_again(event, self)
            decisions = self._decide(turn.events)
            for decision in decisions:
                self._follow(decision, turn.at + stepped(turn.events))
            self._undecided[turn.number] = decisions
        else:
            self.state, decisions = decide(self.state, turn.events, self.site.policy)
        return decisions

    def _decide(self, events: Sequence[Event]) -> tuple[Decision, ...]:
        """Tell the core, and let the moments of steps go with the clock."""
        self.state, decisions = decide(self.state, events, self.site.policy)
        if by := stepped(events):
            for step in self.steps.values():
                following.clock_stepped(by, step)
                self.change(step)
        return decisions

    def change(self, step: Step) -> None:
        """Note that a step is to be written down with the next settlement."""
        self._changed[step.id] = step
        self.version += 1
        self._to_tell[step.id] = step.state

    def _follow(self, decision: Decision, at: float) -> tuple[Action, ...]:
        step = self.steps.get(decision.job)
        if step is None:
            return ()
        actions = following.decided(decision, step, at)
        self.change(step)
        if isinstance(decision, Refuse):
            del self.steps[step.id]
        return actions

    def hear(self, news: Began | Measured | Paused) -> None:
        """Take in what an attempt does, which the core needn't know."""
        step, current = self.of_attempt(news.attempt)
        if step is None or not current:
            return
        match news:
            case Began():
                following.began(news, step)
            case Paused():
                following.paused(news, step)
            case Measured():
                step.consumed = news.consumed
                self.version += 1
                return  # of what it uses up by the second, the end alone is kept
        self.change(step)

    def full(self) -> FullError:
        """Return what is raised where nothing more can be written down."""
        return FullError(say("batch.full", path=self.journal.path, why=""), hint=say("batch.full_cure"))

    def holds_machines(self, step: Step) -> bool:
        """Tell whether a step runs, or is suspended."""
        return step.id in self.state.running or step.id in self.state.suspended

    def drop(self, step: Step) -> None:
        """Note that a step is over, and is to be written down with the next settlement."""
        self.change(step)
        if step.id in self.steps:
            del self.steps[step.id]

    def of_attempt(self, attempt: str) -> tuple[Step | None, bool]:
        """Return the step of an attempt, and whether it is its last one; None where nobody knows it."""
        name, _, number = attempt.rpartition("@")
        step = self.steps.get(name)
        return step, step is not None and str(step.attempt) == number

    def unfinished(self) -> Iterator[Action]:
        """Yield all that was decided and may not have been done: to be asked once more after a restart."""
        for step in self.steps.values():
            if self.holds_machines(step):
                yield Action(verb=Verb.START, attempt=step.attempt_id, step=step.id)
                if step.relimited:
                    yield Action(verb=Verb.LIMIT, attempt=step.attempt_id, step=step.id)
                if step.id in self.state.suspended:
                    yield Action(verb=Verb.SUSPEND, attempt=step.attempt_id, step=step.id)
                elif step.state in {StepState.PREEMPTED, StepState.RESUME_PENDING}:
                    yield Action(verb=Verb.RESUME, attempt=step.attempt_id, step=step.id)
            if step.state is StepState.REMOVE_PENDING or (
                step.state is StepState.VACATE_PENDING and self.holds_machines(step)
            ):
                yield Action(verb=Verb.KILL, attempt=step.attempt_id, step=step.id, makes_room=True)


def stepped(events: Iterable[Event]) -> int:
    """Return by how many seconds the clock was set, in all."""
    return sum(event.by for event in events if isinstance(event, ClockStepped))
