"""The contract of an estimator: what it is asked, what it is told, and what it knows of the jobs."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]

UNKNOWN = -1
"""Code of a user, queue or command that the trace doesn't tell."""


class Estimator(Protocol):
    """Tells how long jobs will run, and learns from those that finish in the simulation.

    Jobs are named by their row of the trace. It is never told of a job that has not finished yet. No answer
    outlives the request, at which the job would be killed; only `DoubledRequest` is meant to.
    """

    def at_submission(self, job: int, now: int) -> int:
        """Return the seconds that `job`, submitted at `now`, is reckoned to run; at least 1."""

    def at_finish(self, job: int, now: int) -> None:
        """Take in that `job` has finished at `now`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """What a trace tells of its jobs, one element for each; codes are any whole numbers from 0 on."""

    request: Rows
    """Seconds of run time asked for, at least 1; the run time itself where nothing was asked for."""
    run: Rows
    """Seconds that the job runs, at most the request: only `Actual` looks at it before the job has finished."""
    user: Rows
    """Code of who submitted it, or `UNKNOWN`."""
    processors: Rows
    """Processors asked for."""
    queue: Rows | None = None
    """Code of its queue, or `UNKNOWN`; None where the trace knows of no queues."""
    command: Rows | None = None
    """Code of what it runs, or `UNKNOWN`; None where the trace doesn't tell."""
