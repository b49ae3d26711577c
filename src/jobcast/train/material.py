"""A history in the arrays that training and judging work on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from jobcast.features.asof import Lessons, lessons, logarithms
from jobcast.features.ending import REASONS, endings
from jobcast.features.frame import of_frame
from jobcast.features.submissions import Submissions
from jobcast.job import ExitReason, JobState

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

COLUMNS = (
    "user", "project", "queue", "name", "command", "cwd", "description",
    "submit_time", "start_time", "finish_time", "state", "exit_code", "exit_reason",
    "cores_requested", "memory_requested", "run_limit", "gpus_requested", "interactive", "memory_peak",
    "run_time", "cpu_time", "memory_mean",
)  # fmt: skip
"""Columns of the history that a model is made from."""
JUDGED_COLUMNS = (*COLUMNS, "system", "cluster", "job_id", "array_index", "span_hosts")
"""Columns that a back-test or a replay, and the card of a model, need."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """Jobs, row by row."""

    jobs: pl.DataFrame
    """The jobs themselves, in columns of the history."""
    submissions: Submissions
    """What each job told when it was submitted."""
    finish: Times
    """Seconds since 1970."""
    peak: Floats
    """log2 bytes; NaN where the batch system measured none."""
    run_time: Floats
    """log2 seconds, 0 for what took less than one; NaN where the job did not run, or nobody knows how long."""
    done: Flags
    """Ended well. A job that crashed or was killed tells a lower bound, not what it would have needed."""
    failed: Flags
    """Failed. One that was cancelled neither failed nor ended well."""
    ending: Floats
    """How each ended, as `jobcast.features.ending` counts it."""

    @property
    def teaches(self) -> Flags:
        """Jobs that families remember and trees learn from: ended well, with a measured peak."""
        return self.done & ~np.isnan(self.peak)

    @property
    def times(self) -> Flags:
        """Jobs that teach run times: ended well. One killed at its run limit tells a lower bound only."""
        return self.done & ~np.isnan(self.run_time)

    @property
    def latest(self) -> int:
        """The latest finish, in seconds since 1970; 0 where there are no jobs."""
        return int(self.finish.max(initial=0))

    @property
    def ended(self) -> Flags:
        """Jobs that teach whether such jobs fail."""
        return self.done | self.failed

    def finished_by(self, moment: int) -> Lessons:
        """Return the teaching jobs that had finished at `moment`, in order."""
        return lessons(self.finish, self.peak, self.teaches & (self.finish <= moment))

    def timed_by(self, moment: int) -> Lessons:
        """Return the jobs that teach run times and had finished at `moment`, in order."""
        return lessons(self.finish, self.run_time, self.times & (self.finish <= moment))

    def ended_by(self, moment: int) -> Lessons:
        """Return the jobs that failed or ended well and had finished at `moment`, in order, with their endings."""
        return lessons(self.finish, self.ending, self.ended & (self.finish <= moment))


def material(jobs: pl.DataFrame) -> Material:
    """Take what training needs out of `jobs` (at least `COLUMNS`)."""
    peak, run_time = (jobs[name].cast(pl.Float64).to_numpy() for name in ("memory_peak", "run_time"))
    failed = (jobs["state"] == JobState.FAILED).to_numpy()
    return Material(
        jobs=jobs,
        submissions=of_frame(jobs),
        finish=jobs["finish_time"].dt.epoch("s").to_numpy().astype(np.int64),
        peak=logarithms(peak),
        run_time=np.maximum(logarithms(run_time), 0),
        done=(jobs["state"] == JobState.DONE).to_numpy(),
        failed=failed,
        ending=_endings(jobs, failed),
    )


def _endings(jobs: pl.DataFrame, failed: Flags) -> Floats:
    numbers = {reason: number for number, reason in enumerate(REASONS)}
    unknown = numbers[ExitReason.UNKNOWN]
    reasons = jobs["exit_reason"].replace_strict(numbers, default=unknown, return_dtype=pl.Int64)
    return endings(failed, reasons.to_numpy(), jobs["exit_code"].cast(pl.Float64).to_numpy())
