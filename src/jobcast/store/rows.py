"""From a row of the history to the noun, and back."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from jobcast.history import SCHEMA
from jobcast.job import Job, JobState, Request, Usage


def to_job(row: Mapping[str, Any]) -> Job:
    """Return the job that a row of the history (`jobcast.history.SCHEMA`) tells of."""
    request = Request(
        cores=row["cores_requested"],
        memory=row["memory_requested"],
        run_limit=row["run_limit"],
        gpus=row["gpus_requested"],
        interactive=row["interactive"],
        span_hosts=row["span_hosts"],
    )
    usage = Usage(
        memory_peak=row["memory_peak"],
        memory_mean=row["memory_mean"],
        memory_basis=row["memory_basis"],
        cpu_time=row["cpu_time"],
        run_time=row["run_time"],
        suspended_time=row["suspended_time"],
    )
    hosts = row["hosts"]
    return Job(
        **{name: row[name] for name in _AS_IT_STANDS},
        state=JobState(row["state"]),
        request=request,
        usage=usage,
        hosts=None if hosts is None else tuple(hosts),
    )


_AS_IT_STANDS = (
    *("system", "cluster", "job_id", "array_index", "step"),
    *("name", "user", "group", "project", "queue", "command", "cwd", "description"),
    *("submit_time", "start_time", "finish_time", "exit_code", "exit_reason"),
    *("advised_memory", "advised_run_time", "advice_id", "attempt"),
)


def to_rows(jobs: Iterable[Job]) -> pl.DataFrame:
    """Return jobs as rows of the history."""
    return pl.DataFrame([_row(job) for job in jobs], schema=SCHEMA, orient="row")


def _row(job: Job) -> tuple[Any, ...]:
    request, usage = job.request, job.usage
    told: dict[str, Any] = {
        **{name: getattr(job, name) for name in _AS_IT_STANDS},
        **{name: getattr(request, name) for name in ("run_limit", "interactive", "span_hosts")},
        "state": str(job.state),
        "cores_requested": request.cores,
        "memory_requested": request.memory,
        "gpus_requested": request.gpus,
        **{name: getattr(usage, name) for name in usage.__slots__},
        "hosts": None if job.hosts is None else list(job.hosts),
    }
    return tuple(told[name] for name in SCHEMA)
