"""An alarm that rings once, after so many seconds, those in which it is held left out."""

from dataclasses import dataclass

_NEVER = float("inf")


@dataclass(kw_only=True, slots=True)
class Alarm:
    """Held until it is let go on."""

    after: float = _NEVER
    """Seconds of going after which it rings, which may be changed meanwhile; without end for one that never rings."""
    gone: float = 0.0
    """Seconds that it had gone when it was last held."""
    since: float = _NEVER
    """Second of `time.monotonic` since which it goes; without end while it is held."""
    rung: bool = False

    @property
    def at(self) -> float:
        """Return the second at which it rings; without end while it is held, and once it has rung."""
        return _NEVER if self.rung or self.since == _NEVER else self.since + self.after - self.gone

    def go_on(self, now: float) -> None:
        """Let it go on; nothing for one that isn't held."""
        if self.since == _NEVER:
            self.since = now

    def hold(self, now: float) -> None:
        """Hold it; nothing for one that is held."""
        if self.since != _NEVER:
            self.gone, self.since = self.gone + now - self.since, _NEVER

    def rings(self, now: float) -> bool:
        """Tell whether its time has come, once."""
        if now < self.at:
            return False
        self.rung = True
        return True
