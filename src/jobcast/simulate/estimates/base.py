"""The contract of an estimator: what it is asked, and what it is told."""

from typing import Protocol


class Estimator(Protocol):
    """Tells how long jobs will run, and learns from those that finish in the simulation.

    Jobs are named by their row of the trace. It is never told of a job that has not finished yet, and the
    caller caps every answer by the request, so that no estimate outlives the run limit.
    """

    def at_submission(self, job: int, now: int) -> int:
        """Return the seconds that `job`, submitted at `now`, is reckoned to run; at least 1."""

    def at_finish(self, job: int, now: int) -> None:
        """Take in that `job` has finished at `now`."""
