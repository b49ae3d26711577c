"""A job: who it is, what it asked for (request), what it used (usage)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from jobcast.units import Bytes, Seconds


class JobState(StrEnum):
    """How a job ended."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ExitReason(StrEnum):
    """Why a job did not end well, as far as its batch system tells."""

    MEMORY_LIMIT = "memory_limit"
    RUN_LIMIT = "run_limit"
    NODE = "node"
    PREEMPTED = "preempted"
    EXIT_CODE = "exit_code"
    UNKNOWN = "unknown"


class MemoryBasis(StrEnum):
    """What a measured peak of memory is a peak of; two systems rarely mean the same."""

    RSS_SUM = "rss_sum"
    """Resident memory, summed over all processes of the job (LSF's MAX MEM)."""
    RSS_MAX_TASK = "rss_max_task"
    """Resident memory of the largest task of any step (Slurm's MaxRSS)."""
    RSS_PER_CORE = "rss_per_core"
    """An average per processor times the processors (SWF's used memory)."""
    CGROUP = "cgroup"
    """The control group's own peak, which includes page cache."""
    UNKNOWN = "unknown"
    """The source doesn't say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What a job asks for. LSF users say "reserve"; a reservation is something else here."""

    cores: int | None = None
    memory: Bytes | None = None
    """For the whole job, over all its machines."""
    run_limit: Seconds | None = None
    gpus: int | None = None
    interactive: bool | None = None
    span_hosts: int | None = None
    """How many machines the cores must share; 1 means all on one machine."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What a job truly used."""

    memory_peak: Bytes | None = None
    memory_mean: Bytes | None = None
    memory_basis: str | None = None
    cpu_time: Seconds | None = None
    run_time: Seconds | None = None
    suspended_time: Seconds | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """A job about to be accepted, as a hook or ``predict`` sees it."""

    at: datetime
    """When it is submitted: only jobs that had finished by then may inform its forecast."""
    user: str | None = None
    group: str | None = None
    project: str | None = None
    queue: str | None = None
    name: str | None = None
    command: str | None = None
    cwd: str | None = None
    description: str | None = None
    request: Request = field(default_factory=Request)
    attempt: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One finished job; the fields are the columns of the history (`jobcast.history.SCHEMA`)."""

    system: str
    cluster: str
    job_id: str
    array_index: int | None
    step: str | None
    name: str | None
    user: str | None
    group: str | None
    project: str | None
    queue: str | None
    command: str | None
    cwd: str | None
    description: str | None
    submit_time: datetime | None
    start_time: datetime | None
    finish_time: datetime
    state: JobState
    exit_code: int | None
    exit_reason: str | None
    request: Request
    usage: Usage
    hosts: tuple[str, ...] | None
    advised_memory: Bytes | None
    advised_run_time: Seconds | None
    advice_id: str | None
    attempt: int | None
