"""From a row of the history to the noun."""

from collections.abc import Mapping
from typing import Any

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
