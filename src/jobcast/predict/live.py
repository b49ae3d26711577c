"""Finished runs that a loaded model learns from at once."""

from dataclasses import dataclass
from datetime import datetime

from jobcast.job import Submission
from jobcast.units import Bytes, Seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class FinishedRun:
    """A run that ended well."""

    submission: Submission
    """As it was submitted."""
    finished_at: datetime
    """When it ended."""
    memory_peak: Bytes | None
    """The most it held; None where nothing was measured."""
    run_time: Seconds | None
    """How long it ran; None where nothing tells."""
