"""A step in the words that history, forecasts and rules share for all batch systems."""

from datetime import datetime

from jobcast.batch.record import Submitted
from jobcast.job import Request, Submission
from jobcast.machine import CPUS, GPUS, MEMORY
from jobcast.units import Bytes, Seconds


def request_of(submitted: Submitted, machines: int | None = None) -> Request:
    """Return what a step asks for in all, on so many machines; None for as few as it takes."""
    job = submitted.job
    layout = job.demand.layout
    spread = max(layout.machines_min, len(layout.geometry)) if machines is None else machines
    asks_memory = MEMORY in job.demand.per_task or MEMORY in job.demand.per_machine
    return Request(
        cores=_amount(submitted, CPUS, spread) or job.demand.tasks,
        memory=Bytes(_amount(submitted, MEMORY, spread)) if asks_memory else None,
        run_limit=None if job.run_limit is None else Seconds(float(job.run_limit)),
        gpus=_amount(submitted, GPUS, spread),
        interactive=False,
        span_hosts=layout.machines_max,
    )


def _amount(submitted: Submitted, resource: str, machines: int) -> int:
    demand = submitted.job.demand
    return demand.tasks * demand.per_task.get(resource, 0) + machines * demand.per_machine.get(resource, 0)


def submission_of(submitted: Submitted, at: datetime) -> Submission:
    """Return a step as it is submitted."""
    job, notes = submitted.job, submitted.notes
    return Submission(
        at=at,
        user=job.user or None,
        group=job.group or None,
        project=job.project or None,
        queue=job.queue or None,
        name=notes.name or None,
        command=notes.command or None,
        cwd=submitted.program.directory or None,
        description=notes.comment or None,
        request=request_of(submitted),
        attempt=0,
    )
