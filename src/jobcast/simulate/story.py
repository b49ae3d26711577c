"""The story of one job: what it waited for, from when to when, and what became of it."""

from dataclasses import dataclass

from jobcast.decision import Decision, Reserve, Unreserve
from jobcast.schedule.state import State
from jobcast.schedule.why import Why, sentence, why


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One thing that happened to the job, or that it began to wait for."""

    second: int
    """When."""
    what: str
    """``waits``, or the kind of decision in small letters: ``start``, ``suspend``, ..."""
    text: str
    """Why, in the language spoken then."""
    start: int | None
    """The start that it was promised then; None for none."""
    before: int
    """How many waiting jobs were looked at before it."""


class Story:
    """Watches a simulation for one job."""

    def __init__(self, job: str) -> None:
        self._job = job
        self._last: tuple[object, ...] = ()
        self.lines: list[Line] = []
        """So far."""

    def __call__(self, state: State, decisions: tuple[Decision, ...]) -> None:
        """Note what has changed for the job in one step."""
        for decision in decisions:
            if decision.job == self._job and not isinstance(decision, Reserve | Unreserve):
                self._note(state.now, type(decision).__name__.lower(), sentence(decision.reason), None)
        answer = why(state, self._job)
        if answer is not None and self._tells_more(answer):
            self._note(state.now, "waits", answer.sentence(), answer)

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
            )
        )
