"""Live learning: finished runs that a loaded model takes in while it answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from jobcast.features.submissions import seconds
from jobcast.job import Submission
from jobcast.predict.card import Card
from jobcast.units import Bytes, Seconds

FINISHED_UNTIL = "finished_until"
"""On a card among what the model was learnt from: the latest finish of these jobs, in ISO form, UTC."""

_SLACK = timedelta(days=1)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class FinishedRun:
    """A job that has just ended, and what it used."""

    submission: Submission
    """What it told when it was submitted."""
    finished_at: datetime
    """When it ended."""
    memory_peak: Bytes | None
    """None where nothing was measured, and of one that failed: it tells a lower bound only."""
    run_time: Seconds | None
    """None where nobody knows, and of one that failed."""
    ending: float | None = None
    """How it ended (`jobcast.features.ending`); None where nobody told."""
    job_id: str | None = None
    """With `array_index` and `finished_at` tells the run from others; None where nobody told, then all it says does."""
    array_index: int | None = None
    """Which element of an array; None for a job that is none."""


# Not frozen: it remembers what was learnt.
@dataclass(kw_only=True, slots=True)
class Lesson:
    """Tells the runs that a model has not learnt yet."""

    until: int
    """Seconds since 1970: what finished up to then the model has been trained from."""
    learnt: set[int] = field(default_factory=set)
    """Of the runs learnt since, and of what was measured of each: hashes, since a journal may tell of a run twice."""

    @classmethod
    def after(cls, data: Any) -> "Lesson":
        """Return that of a model whose card tells `data` of what it was learnt from.

        Raises KeyError, TypeError or ValueError when it doesn't tell until when.
        """
        return cls(until=seconds(datetime.fromisoformat(data[FINISHED_UNTIL])))

    def new(self, runs: Sequence[FinishedRun]) -> list[FinishedRun]:
        """Return the runs that are none of those, each with what was not yet told of it; from now on they are."""
        late = (self._untold(run) for run in runs if seconds(run.finished_at) > self.until)
        return [run for run in late if run.memory_peak or run.run_time or run.ending is not None]

    def _untold(self, run: FinishedRun) -> FinishedRun:
        who = run.submission if run.job_id is None else (run.job_id, run.array_index)
        known = hash((who, seconds(run.finished_at)))
        memory_peak = self._if_new(run.memory_peak or None, hash((known, "memory_peak")))
        run_time = self._if_new(run.run_time or None, hash((known, "run_time")))
        ending = self._if_new(run.ending, hash((known, "ending")))
        return replace(run, memory_peak=memory_peak, run_time=run_time, ending=ending)

    def _if_new(self, measure: T | None, told: int) -> T | None:
        """Return what was measured, or None where nothing was, or a run has told so before."""
        if measure is None or told in self.learnt:
            return None
        self.learnt.add(told)
        return measure


def learns_from(card: Card) -> datetime | None:
    """Return since when runs may have been told that the model doesn't know; None where its card doesn't tell.

    A day of slack is left, for clocks differ; a finish after the model was made was told by a wrong one.
    """
    try:
        until = datetime.fromisoformat(card.data[FINISHED_UNTIL])
        return min(until, datetime.fromisoformat(card.made)).astimezone(UTC) - _SLACK
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def told_until(latest: int) -> str:
    """Return what a card tells of the latest finish, in seconds since 1970."""
    return datetime.fromtimestamp(latest, UTC).isoformat()
