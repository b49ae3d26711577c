"""All processes of a job, found by their descent: what signals reach, where there are no control groups."""

import os
from typing import Protocol

from jobcast.act.starter import processes
from jobcast.act.starter.processes import Process


class Body(Protocol):
    """All processes of a job."""

    def look(self) -> list[Process]:
        """Return what lives."""

    def stop(self) -> None:
        """Let all stand still, also those that are started meanwhile."""

    def go_on(self) -> None:
        """Let them go on."""

    def end(self, *, politely: bool) -> None:
        """Ask all to end, also those that stand still, or end them."""


class Descendants:
    """What descends from this process, to which those come back whose parent is gone."""

    def look(self) -> list[Process]:
        """See `Body.look`."""
        return processes.descendants(os.getpid())

    def stop(self) -> None:
        """See `Body.stop`."""
        processes.stop(os.getpid())

    def go_on(self) -> None:
        """See `Body.go_on`."""
        processes.go_on(os.getpid())

    def end(self, *, politely: bool) -> None:
        """See `Body.end`."""
        processes.end(os.getpid(), politely=politely)
