"""Live learning: finished runs that a loaded model takes in while it answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from jobcast.features.submissions import seconds
from jobcast.job import Submission
from jobcast.units import Bytes, Seconds

FINISHED_UNTIL = "finished_until"
"""On a card among what the model was learnt from: the latest finish of these jobs, in ISO form, UTC."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FinishedRun:
    """A job that has just ended well, and what it used."""

    submission: Submission
    """What it told when it was submitted."""
    finished_at: datetime
    """When it ended."""
    memory_peak: Bytes | None
    """None where nothing was measured."""
    run_time: Seconds | None
    """None where nobody knows."""


# Not frozen: it remembers what was learnt.
@dataclass(kw_only=True, slots=True)
class Lesson:
    """Tells the runs that a model has not learnt yet."""

    until: int
    """Seconds since 1970: what finished up to then the model has been trained from."""
    learnt: set[int] = field(default_factory=set)
    """Of the runs learnt since: hashes of submission and finish, since a journal may tell of a run twice."""

    @classmethod
    def after(cls, data: Any) -> "Lesson":
        """Return that of a model whose card tells `data` of what it was learnt from.

        Raises KeyError, TypeError or ValueError when it doesn't tell until when.
        """
        return cls(until=seconds(datetime.fromisoformat(data[FINISHED_UNTIL])))

    def new(self, runs: Sequence[FinishedRun]) -> list[FinishedRun]:
        """Return the runs that are none of those, each once; from now on they are."""
        return [run for run in runs if seconds(run.finished_at) > self.until and self._is_new(run)]

    def _is_new(self, run: FinishedRun) -> bool:
        before = len(self.learnt)
        self.learnt.add(hash((run.submission, seconds(run.finished_at))))
        return len(self.learnt) > before


def told_until(latest: int) -> str:
    """Return what a card tells of the latest finish, in seconds since 1970."""
    return datetime.fromtimestamp(latest, UTC).isoformat()
