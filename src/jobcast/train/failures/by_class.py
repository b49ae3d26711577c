"""Which classes of jobs fail: tables 2 and 3 of the TLNM paper. A description of what was, and no forecast."""

from dataclasses import dataclass

import numpy as np

from jobcast.train.failures.cases import CLASS_FEATURES, Cases
from jobcast.train.failures.classes import ClassSettings, learn


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassOfJobs:
    """The jobs of one class. Averages are over jobs that tell the figure; None where none does."""

    jobs: int
    """How many there are."""
    failed: int
    """Of these failed."""
    run_time: float | None
    """Average of the jobs' mean run times of an instance, in seconds."""
    cpu: float | None
    """Average of their mean cores."""
    memory: float | None
    """Average of their mean memory."""
    instances: float | None
    """Average number of their instances."""

    @property
    def failed_share(self) -> float:
        """Return the share of them that failed."""
        return self.failed / self.jobs


def by_class(cases: Cases, settings: ClassSettings) -> tuple[ClassOfJobs, ...]:
    """Return the classes of all jobs in `cases`, the one with most jobs first; none of no jobs.

    Raises ConfigError without the extra `failures`.
    """
    if not len(cases):
        return ()
    numbers = learn(cases.measured, settings).of(cases.measured)
    return tuple(_told(cases.take(numbers == number)) for number in np.unique(numbers))


def _told(cases: Cases) -> ClassOfJobs:
    known = np.isfinite(cases.measured)
    counts = known.sum(axis=0)
    sums = np.where(known, cases.measured, 0).sum(axis=0, dtype=np.float64)
    means = {
        name: float(total / count) if count else None
        for name, total, count in zip(CLASS_FEATURES, sums, counts, strict=True)
    }
    return ClassOfJobs(jobs=len(cases), failed=int(cases.failed.sum()), **means)
