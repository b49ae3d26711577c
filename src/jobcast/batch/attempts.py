"""What an executor is told of a step that is to run."""

from collections.abc import Mapping

from jobcast.act.executors.base import Attempt
from jobcast.batch.intake.lsf_told import told_at_start
from jobcast.batch.record import Step
from jobcast.machine import CPUS, MEMORY, Allocation, Share
from jobcast.schedule.job import BatchJob
from jobcast.schedule.state import Entry


def attempt_of(step: Step, entry: Entry) -> Attempt:
    """Return the last attempt of a step that the core has started."""
    submitted, job = step.submitted, step.submitted.job
    needs = {name: _amount(job, entry, name) for name in (CPUS, MEMORY)}
    return Attempt(
        id=step.attempt_id,
        job=step.id,
        user=job.user,
        program=submitted.program,
        allocation=step.allocation,
        cpus=_by_machine(job, step.allocation, CPUS, needs[CPUS] or 1),
        memory=_by_machine(job, step.allocation, MEMORY, needs[MEMORY]),
        run_limit=entry.run_limit,
        soft_run_limit=submitted.warned_after(entry.run_limit),
        exits=submitted.exits,
        enforcement=submitted.enforcement,
        told={**submitted.told, **_told(step.allocation, submitted.notes.dialect)},
    )


def _amount(job: BatchJob, entry: Entry, resource: str) -> int:
    return job.demand.per_task.get(resource, entry.queue.default_resources.get(resource, 0))


def _by_machine(job: BatchJob, allocation: Allocation, resource: str, per_task: int) -> dict[str, int]:
    each = job.demand.per_machine.get(resource, 0)
    amounts = {share.machine: share.tasks * per_task + each for share in allocation}
    return {machine: amount for machine, amount in amounts.items() if amount}


def _told(allocation: Allocation, dialect: str) -> Mapping[str, str]:
    """Return what tells a job where it runs, in the words of whoever submitted it."""
    if dialect == "lsf":
        return told_at_start(allocation)
    every = [share.machine for share in allocation for _ in range(share.tasks)]
    return {"LOADL_PROCESSOR_LIST": " ".join(every), "LOADL_TOTAL_TASKS": str(_tasks(allocation))}


def _tasks(allocation: tuple[Share, ...]) -> int:
    return sum(share.tasks for share in allocation)
