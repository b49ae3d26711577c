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
    """Of the whole job, over all its machines; None where it names no number."""
    memory: Bytes | None = None
    """Of the whole job, over all its machines; None where it leaves it open."""
    run_limit: Seconds | None = None
    """Longest time it may run; None where it sets no limit."""
    gpus: int | None = None
    """Of the whole job; None where the source doesn't say."""
    interactive: bool | None = None
    """Whether somebody sits in front of it; None where the source doesn't say."""
    span_hosts: int | None = None
    """How many machines the cores must share: 1 means all on one machine, None any number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What a job truly used."""

    memory_peak: Bytes | None = None
    """The most it held at any moment; None where nothing was measured, never 0."""
    memory_mean: Bytes | None = None
    """Average over the run; None where nothing was measured."""
    memory_basis: str | None = None
    """What `memory_peak` is a peak of, one of `MemoryBasis`; None where nothing was measured."""
    cpu_time: Seconds | None = None
    """User and system together, over all cores; None where nothing was measured."""
    run_time: Seconds | None = None
    """From start to end, as the source counts it; None for a job that never ran."""
    suspended_time: Seconds | None = None
    """How long it was suspended in between; None where the source doesn't say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """A job about to be accepted, as a hook or ``predict`` sees it; None where nobody tells."""

    at: datetime
    """When it is submitted: only jobs that had finished by then may inform its forecast."""
    user: str | None = None
    """Login name of whoever submitted it."""
    group: str | None = None
    """User group it counts for."""
    project: str | None = None
    """LSF ``-P``, Slurm account."""
    queue: str | None = None
    """LSF queue, Slurm partition."""
    name: str | None = None
    """As submitted; of an array element without the index."""
    command: str | None = None
    """Command line (Slurm: SubmitLine)."""
    cwd: str | None = None
    """Directory it was submitted from."""
    description: str | None = None
    """LSF ``-Jd``, Slurm comment."""
    request: Request = field(default_factory=Request)
    """What it asks for; empty when it asks for nothing."""
    attempt: int | None = None
    """How often it has run before; 0 the first time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One finished job; the fields are the columns of the history (`jobcast.history.SCHEMA`).

    None where the source can't tell, never 0 or "".
    """

    system: str
    """Batch system or format: ``lsf``, ``slurm``, ``swf``, or what a column map says."""
    cluster: str
    """Its own name where the source tells it, else the setting `cluster`."""
    job_id: str
    """Id within the cluster, without array index; batch systems use numbers again."""
    array_index: int | None
    """Which element of an array; None for a job that is none."""
    step: str | None
    """Which step, where steps are kept as jobs of their own; None for a whole job."""
    name: str | None
    """As submitted; of an array element without the index."""
    user: str | None
    """Login name of whoever submitted it."""
    group: str | None
    """User group it counts for."""
    project: str | None
    """LSF ``-P``, Slurm account."""
    queue: str | None
    """LSF queue, Slurm partition."""
    command: str | None
    """Command line (Slurm: SubmitLine)."""
    cwd: str | None
    """Directory it was submitted from."""
    description: str | None
    """LSF ``-Jd``, Slurm comment."""
    submit_time: datetime | None
    """In UTC."""
    start_time: datetime | None
    """In UTC; None for a job that never ran."""
    finish_time: datetime
    """In UTC; never None, for only jobs that have ended are in the history."""
    state: JobState
    """How it ended."""
    exit_code: int | None
    """As a shell counts: 128 + signal for a job killed by one; None where none was kept."""
    exit_reason: str | None
    """One of `ExitReason`; None where it ended well or somebody cancelled it."""
    request: Request
    """What it asked for."""
    usage: Usage
    """What it used."""
    hosts: tuple[str, ...] | None
    """Where it ran, each host once."""
    advised_memory: Bytes | None
    """The request that a hook of jobcast set at submission; None where it set none."""
    advised_run_time: Seconds | None
    """The run limit that a hook of jobcast set at submission; None where it set none."""
    advice_id: str | None
    """Which advice these two came from; None where there was none, or the source keeps no note of it."""
    attempt: int | None
    """How often it had run before; 0 the first time."""
