"""The story of one job: what it waited for, from when to when, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass

from jobcast.decision import Cause, Decision, Kill, Reason, Refuse, Reserve, Unreserve
from jobcast.schedule.sentence import sentence
from jobcast.schedule.state import State
from jobcast.schedule.why import Why, why

MOST_NAMED = 10
"""Of those before the job."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One thing that happened to the job, or that it began to wait for."""

    second: int
    """When."""
    what: str
    """``waits``, ``end``, or the kind of decision in small letters: ``start``, ``suspend``, ..."""
    text: str
    """Why, in the language spoken then; empty for an end of its own accord."""
    start: int | None
    """The start that it was promised then; None for none."""
    before: int
    """How many were looked at before it and waited, or were suspended."""
    first: tuple[str, ...]
    """The ids of the first `MOST_NAMED` of them, in that order."""


class Story:
    """Watches a simulation for one job; `moment` writes a second of the trace for people."""

    def __init__(self, job: str, moment: Callable[[int], str] = str) -> None:
        self.job, self._moment = job, moment
        """Its id, and how seconds are written."""
        self._last: tuple[object, ...] = ()
        self._over = False
        self._run_limit: int | None = None
        self.lines: list[Line] = []
        """So far."""

    def __call__(self, state: State, decisions: tuple[Decision, ...]) -> bool:
        """Note what has changed for the job in one step; returns whether its story is over."""
        for decision in decisions:
            if decision.job == self.job and not isinstance(decision, Reserve | Unreserve):
                self._note(
                    state.now, type(decision).__name__.lower(), sentence(decision.reason, self._moment), None
                )
                self._last = ()
                self._over = isinstance(decision, Kill | Refuse)
        answer = why(state, self.job)
        if answer is not None and self._tells_more(answer):
            self._note(state.now, "waits", answer.sentence(self._moment), answer)
        if self.job in state.running:
            self._run_limit = state.running[self.job].run_limit
        elif self.job in state.ended and not self._over:
            self._over = True
            self._note(state.now, "end", self._why_ended(state), None)
        return self._over

    def _why_ended(self, state: State) -> str:
        """Return why it was ended; empty where it ended by itself."""
        if not state.ended[self.job] or self._run_limit is None:
            return ""
        return sentence(Reason(cause=Cause.RUN_LIMIT, values={"limit": self._run_limit}))

    def _tells_more(self, answer: Why) -> bool:
        """Tell whether it waits for something else, or is promised another start; figures alone are no news."""
        known = (answer.reason.cause, answer.reason.values.get("resource"), answer.start)
        news, self._last = known != self._last, known
        return news

    def _note(self, second: int, what: str, text: str, answer: Why | None) -> None:
        self.lines.append(
            Line(
                second=second,
                what=what,
                text=text,
                start=None if answer is None else answer.start,
                before=0 if answer is None else len(answer.before),
                first=() if answer is None else answer.before[:MOST_NAMED],
            )
        )
