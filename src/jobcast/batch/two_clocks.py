"""The wall clock against one that nobody sets: so that a jump of the first is no time that has passed."""

from collections.abc import Callable
from datetime import datetime

CLOCKS = "clocks"
"""Under which the journal keeps how far they were apart."""
_JUMP_SECONDS = 5.0
"""What is less is left to the clocks' drift, and to those who slew the clock."""
_DRIFT_SECONDS = 1.0
"""By how much clocks may drift before it is written down."""


class TwoClocks:
    """Tells the seconds of the epoch, and by how much the clock was set meanwhile."""

    def __init__(
        self,
        now: Callable[[], datetime],
        steady: Callable[[], float],
        *,
        boot: str = "",
        kept: str | None = None,
    ) -> None:
        """Take the wall clock, and a count of seconds that never jumps, begun when the machine was.

        `boot` tells one start of the machine from all others; empty where nothing does. `kept` is what `to_keep` told
        an earlier process: what was set since then counts as set now, unless the machine was started since.
        """
        self._now, self._steady, self._boot = now, steady, boot
        self._apart = self._difference()
        self._kept: float | None = None
        begun, _, apart = (kept or "").rpartition(" ")
        if boot and begun == boot:
            self._apart = self._kept = float(apart)

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

    def to_keep(self, by: int = 0) -> str:
        """Return what is worth keeping once it is told that the clock was set by so many seconds."""
        return f"{self._boot} {self._apart + by}"

    def is_kept(self) -> bool:
        """Tell whether what was kept last still holds, or nothing can be."""
        return not self._boot or (self._kept is not None and abs(self._apart - self._kept) <= _DRIFT_SECONDS)

    def kept(self) -> None:
        """Note that what `to_keep` told was kept."""
        self._kept = self._apart
