"""What periodic work needs to know of a site, and what it consists of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jobcast.errors import ConfigError
from jobcast.language import say

CARRIED = (
    *("PATH", "LD_LIBRARY_PATH", "JOBCAST_CONFIG", "SLURM_CONF"),
    *("LSF_ENVDIR", "LSF_BINDIR", "LSF_SERVERDIR", "LSF_LIBDIR"),
)
"""Variables that periodic work needs as whoever installs it has them: systemd and cron start with next to none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """Who does what, where."""

    program: tuple[str, ...]
    """How jobcast is started: an absolute path, perhaps with arguments."""
    store: Path
    """Absolute."""
    user: str
    """Owns the store."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables, of those in `CARRIED`."""

    def __post_init__(self) -> None:
        """Raise ConfigError where a name can't be written into a unit or crontab."""
        for word in (*self.program, str(self.store), self.user, *self.environment.values()):
            if not word.isprintable():
                raise ConfigError(say("timers.odd_name", name=word), hint=say("timers.odd_name_cure"))

    @property
    def command(self) -> tuple[str, ...]:
        """Return how a command of jobcast on this store begins."""
        return (*self.program, "--store", str(self.store))

    @property
    def report(self) -> Path:
        """Return where the weekly report goes."""
        return self.store / "reports" / "week.html"
