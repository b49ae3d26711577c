"""Jobs, as a rule ended ones, as a forecast of failure sees them from one vantage point."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Times = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int64]


class Vantage(StrEnum):
    """From where a job is looked at: what may be known. Every score says which it belongs to."""

    SUBMISSION = "submission"
    """Only what is known before it starts."""
    RUNNING = "running"
    """That, and what was seen of it until some moment of its run."""
    AFTERWARDS = "afterwards"
    """All that was measured, its own run time too: the protocol of the TLNM paper. No forecast."""


CLASS_FEATURES = ("run_time", "cpu", "memory", "instances")
"""What classes of jobs are made by: averages over a job's instances, and how many these are."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Cases:
    """n jobs with k features; equal only to itself."""

    vantage: Vantage
    """What the features may know."""
    features: tuple[str, ...]
    """Names of the k columns of `matrix`."""
    matrix: Matrix
    """(n, k); NaN where something is unknown."""
    failed: Flags
    """(n,): what is to be told."""
    asked: Times
    """(n,): as of which moment the features are: submission, a moment of the run, the end. Seconds since 1970,
    or since the start of a trace."""
    finished: Times
    """(n,): when the outcome was known, in the same seconds."""
    measured: Matrix
    """(n, len(CLASS_FEATURES)): known afterwards only; classes are learnt from those of the training part."""
    cost: Floats
    """(n,): core-seconds that the run took, wasted if it failed."""
    ended: Flags | None = None
    """(n,): False where the outcome is unknown yet; there `failed` is False, `finished` the last second that can be
    written, and neither tells anything. None where all have ended, as learning and judging need it."""
    reason: npt.NDArray[np.str_] | None = None
    """(n,): why it failed (`jobcast.job.ExitReason`), "" for what ended well; None where nobody tells."""
    jobs: Rows | None = None
    """(n,): a number for each job, where one may be looked at more than once; None where none is."""
    rivals: Mapping[str, Floats] = field(default_factory=dict)
    """Simple answers to be better than, by name: (n,) chances, e.g. ``family_rate``; NaN where they have none."""

    def __len__(self) -> int:
        """Return the number of jobs."""
        return len(self.failed)

    def take(self, rows: Rows | Flags) -> "Cases":
        """Return the jobs at `rows`, in that order."""
        return Cases(
            vantage=self.vantage,
            features=self.features,
            matrix=self.matrix[rows],
            failed=self.failed[rows],
            asked=self.asked[rows],
            finished=self.finished[rows],
            measured=self.measured[rows],
            cost=self.cost[rows],
            ended=None if self.ended is None else self.ended[rows],
            reason=None if self.reason is None else self.reason[rows],
            jobs=None if self.jobs is None else self.jobs[rows],
            rivals={name: told[rows] for name, told in self.rivals.items()},
        )
