"""When steps stood still, as long as this manager runs: the chart draws it, and nobody else needs more than the sum."""

from collections.abc import Mapping

from jobcast.batch.loop import Loop
from jobcast.batch.record import StepState

_MOST = 5_000
"""Steps of which it is kept; those that stood still first are forgotten."""
_STANDING = {StepState.PREEMPTED, StepState.RESUME_PENDING}

Pause = tuple[float, float]
"""Seconds of the epoch from which and until which."""


class Pauses:
    """Pauses that are over."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        self._over: dict[str, list[Pause]] = {}

    def note(self, at: float, states: Mapping[str, str]) -> None:
        """Note steps that came into other states at a second."""
        for name, state in states.items():
            if state in _STANDING:
                self._since.setdefault(name, at)
            elif (since := self._since.pop(name, None)) is not None and since < at:
                self._over.setdefault(name, []).append((since, at))
        while len(self._over) > _MOST:
            del self._over[next(iter(self._over))]

    def of(self, name: str) -> list[Pause]:
        """Return those of a step, in their order."""
        return self._over.get(name, [])

    async def follow(self, loop: Loop) -> None:
        """Note all that happens, until cancelled."""
        queue = loop.listeners.add()
        try:
            while True:
                happened = await queue.get()
                self.note(happened.at, happened.steps)
        finally:
            loop.listeners.drop(queue)
