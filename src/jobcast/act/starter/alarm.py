"""An alarm that rings once, after so many seconds, those in which it is held left out."""

from dataclasses import dataclass

_NEVER = float("inf")


@dataclass(kw_only=True, slots=True)
class Alarm:
    """Held until it is let go on."""

    left: float = _NEVER
    """Seconds that it had to go when it was last held; without end for one that never rings."""
    at: float = _NEVER
    """Second of `time.monotonic` at which it rings; without end while it is held."""

    def go_on(self, now: float) -> None:
        """Let it go on; nothing for one that isn't held."""
        if self.at == _NEVER:
            self.at = now + self.left

    def hold(self, now: float) -> None:
        """Hold it; nothing for one that is held."""
        if self.at != _NEVER:
            self.left, self.at = max(0.0, self.at - now), _NEVER

    def rings(self, now: float) -> bool:
        """Tell whether its time has come, once."""
        if now < self.at:
            return False
        self.left = self.at = _NEVER
        return True
