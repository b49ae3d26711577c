"""What callers send, as structures: read strictly, and the source of the OpenAPI document."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec

from jobcast.job import ExitReason, Request, Submission
from jobcast.language import say
from jobcast.store.feedback import CLOCKS_DIFFER, FinishedEntry
from jobcast.units import MIB, Bytes, Seconds

MOST_JOBS = 1000
"""Jobs in one request; whoever has more asks again."""

_MOST = 2**31 - 1
Count = Annotated[int, msgspec.Meta(ge=0, le=_MOST)]
Mib = Annotated[int, msgspec.Meta(ge=0, le=2**33)]
"""MiB: more than that is beyond what a 64-bit number of bytes holds."""
Moment = Annotated[datetime, msgspec.Meta(extra_json_schema={"format": "date-time"})]
"""With its zone, which `entry_of` sees to."""
ExitCode = Annotated[int, msgspec.Meta(ge=-(2**31), le=_MOST)]
SecondsSent = Annotated[float, msgspec.Meta(ge=0, le=1e10)]


class Described(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a job says of itself and asks for; what is left out, or null, nobody knows."""

    user: str | None = None
    group: str | None = None
    project: str | None = None
    queue: str | None = None
    name: str | None = None
    command: str | None = None
    cwd: str | None = None
    description: str | None = None
    cores: Count | None = None
    memory_mb: Mib | None = None
    """What it asks for, of the whole job, in MiB; 0 is none."""
    run_limit_s: SecondsSent | None = None
    """Longest time it may run, in seconds; 0 is no limit."""
    gpus: Count | None = None
    interactive: bool | None = None


class SubmittedJob(Described, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A job about to be submitted; what is left out, or null, nobody knows."""

    span_hosts: Count | None = None
    attempt: Count | None = None


class ManyJobs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Several jobs at once, answered in their order."""

    jobs: Annotated[list[SubmittedJob], msgspec.Meta(min_length=1, max_length=MOST_JOBS)]


class Asked(SubmittedJob, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either of the two: a single job, or `jobs` and nothing else."""

    jobs: (
        Annotated[list[SubmittedJob], msgspec.Meta(min_length=1, max_length=MOST_JOBS)] | msgspec.UnsetType
    ) = msgspec.UNSET


class FinishedJob(Described, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A job that ended, with what it asked for and what it used; one that was cancelled teaches nothing."""

    finish_time: Moment
    """With its zone, and not to come."""
    submit_time: Moment | None = None
    """With its zone; when it is left out, the job counts as submitted when it ended."""
    job_id: str | None = None
    """Tells the run from others, with `array_index` and `finish_time`; when it is left out, all that it says does."""
    array_index: Count | None = None
    memory_peak_bytes: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None
    """The most it held, in bytes; left out where nothing was measured."""
    run_time_s: SecondsSent | None = None
    """From start to end, in seconds."""
    state: Literal["done", "failed"] = "done"
    """Whether it ended well or failed; of one that failed, only that is learnt, and why."""
    exit_code: ExitCode | None = None
    """Of one that failed."""
    exit_reason: ExitReason | None = None
    """Why it failed; left out where nobody knows."""


class Feedback(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Jobs that have just ended."""

    jobs: Annotated[list[FinishedJob], msgspec.Meta(min_length=1, max_length=MOST_JOBS)]


def submission_of(job: SubmittedJob, at: datetime) -> Submission:
    """Return what a caller told as a submission made at `at`."""
    return Submission(
        at=at,
        user=job.user,
        group=job.group,
        project=job.project,
        queue=job.queue,
        name=job.name,
        command=job.command,
        cwd=job.cwd,
        description=job.description,
        request=Request(
            cores=job.cores,
            memory=Bytes(job.memory_mb * MIB) if job.memory_mb else None,
            run_limit=Seconds(job.run_limit_s) if job.run_limit_s else None,
            gpus=job.gpus,
            interactive=job.interactive,
            span_hosts=job.span_hosts,
        ),
        attempt=job.attempt,
    )


def entry_of(job: FinishedJob, now: datetime) -> FinishedEntry:
    """Return what a site told of a finished job as it is kept.

    Raises ValueError for a time without a zone, and for a job that has not ended yet.
    """
    if job.finish_time.tzinfo is None or (job.submit_time and job.submit_time.tzinfo is None):
        raise ValueError(say("serve.no_zone"))
    if job.finish_time - now > CLOCKS_DIFFER:
        raise ValueError(say("serve.not_ended", time=job.finish_time.isoformat()))
    return FinishedEntry(
        finish_time=job.finish_time.astimezone(UTC),
        submit_time=job.submit_time and job.submit_time.astimezone(UTC),
        job_id=job.job_id,
        array_index=job.array_index,
        user=job.user,
        group=job.group,
        project=job.project,
        queue=job.queue,
        name=job.name,
        command=job.command,
        cwd=job.cwd,
        description=job.description,
        cores_requested=job.cores,
        memory_requested=job.memory_mb * MIB if job.memory_mb else None,
        run_limit=job.run_limit_s,
        gpus_requested=job.gpus,
        interactive=job.interactive,
        memory_peak=job.memory_peak_bytes,
        run_time=job.run_time_s,
        state=job.state,
        exit_code=job.exit_code,
        exit_reason=job.exit_reason,
    )
