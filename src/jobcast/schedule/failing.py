"""Jobs that will probably fail: what a site does with them. Their chances are numbers that others have worked out."""

from dataclasses import dataclass

from jobcast.schedule.job import BatchJob

USUAL_LOWERED_FOR = 86_400
USUAL_RETRY_BELOW = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Failing:
    """The rules of a site on failing; as it stands here, nothing is done. A job of unknown chance is left alone."""

    lower_at: float | None = None
    """From this chance on, a job stands behind the others of its queue; None for never."""
    lowered_for: int = USUAL_LOWERED_FOR
    """Seconds from its submission for which it does: then it stands where it would anyway, so that it gets its turn."""
    hold_at: float | None = None
    """From this chance on, a job is held until somebody confirms it; None for never."""
    retries: int = 0
    """How often a job that has failed runs again, on other machines; 0 for never."""
    retry_below: float = USUAL_RETRY_BELOW
    """From this chance on, a job that fails by itself isn't run again: it was foreseen."""

    @property
    def acts(self) -> bool:
        """Tell whether anything is done at all."""
        return self.lower_at is not None or self.hold_at is not None or self.retries > 0

    def lowers(self, job: BatchJob) -> bool:
        """Tell whether a job is one that stands behind the others of its queue."""
        return _reaches(job.failing, self.lower_at)

    def holds(self, job: BatchJob) -> bool:
        """Tell whether a job is one that has to be confirmed."""
        return _reaches(job.failing, self.hold_at)

    def retries_own_failure_of(self, job: BatchJob) -> bool:
        """Tell whether a job that failed by itself, and not with its machine, may be run again."""
        return job.failing is None or job.failing < self.retry_below


NOTHING = Failing()
"""Is done."""


def _reaches(chance: float | None, mark: float | None) -> bool:
    return chance is not None and mark is not None and chance >= mark
