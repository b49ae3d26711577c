"""The wall clock against one that nobody sets: so that a jump of the first is no time that has passed."""

from collections.abc import Callable
from datetime import datetime

_JUMP_SECONDS = 5.0
"""What is less is left to the clocks' drift, and to those who slew the clock."""


class TwoClocks:
    """Tells the seconds of the epoch, and by how much the clock was set meanwhile."""

    def __init__(self, now: Callable[[], datetime], steady: Callable[[], float]) -> None:
        """Take the wall clock, and a count of seconds that never jumps."""
        self._now, self._steady = now, steady
        self._apart = self._difference()

    def _difference(self) -> float:
        return self._now().timestamp() - self._steady()

    def seconds(self) -> float:
        """Return the present second of the epoch, as if the clock hadn't been set since `taken` was called last."""
        jumped = self.jumped()
        return self._now().timestamp() - jumped

    def jumped(self) -> int:
        """Return by how many seconds the clock was set since `taken` was called last; 0 for not at all."""
        apart = self._difference()
        jump = apart - self._apart
        if abs(jump) <= _JUMP_SECONDS:
            self._apart = apart
            return 0
        return round(jump)

    def taken(self, by: int) -> None:
        """Note that whoever counts has gone on from the clock as it was set."""
        self._apart += by
