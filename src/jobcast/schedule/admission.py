"""Which jobs are turned away at submission, and what they would have to change."""

from collections.abc import Iterator

from jobcast.decision import Cause, Reason
from jobcast.schedule.dependency import cycle
from jobcast.schedule.grid import Needs, needs_of
from jobcast.schedule.job import BatchJob, Demand
from jobcast.schedule.placement import Room, place
from jobcast.schedule.policy import Queue
from jobcast.schedule.state import State


def admit(job: BatchJob, queue: Queue | None, state: State) -> Needs | Reason:
    """Return what a job needs, in columns; or why it is turned away."""
    if queue is None:
        return Reason(cause=Cause.UNKNOWN_QUEUE, values={"queue": job.queue or state.policy.default_queue})
    if state.alive(job.id) is not None or job.id in state.ended:
        return Reason(cause=Cause.BAD_REQUEST, values={"what": f"id {job.id}"})
    return readmit(job, queue, state)


def readmit(job: BatchJob, queue: Queue, state: State) -> Needs | Reason:
    """Return what a job that waits already needs now, in columns; or why it can't be so."""
    reason = _bad(job, state) or against_queue(job, queue)
    return reason or _fitting(job, queue, state)


def _bad(job: BatchJob, state: State) -> Reason | None:
    demand = job.demand
    if not 1 <= demand.tasks <= _MOST:
        return Reason(cause=Cause.BAD_REQUEST, values={"what": f"tasks {demand.tasks}"})
    amounts = {**demand.per_task, **demand.per_machine, **demand.floating}
    for name, amount in amounts.items():
        if not 0 <= amount <= _MOST:
            return Reason(cause=Cause.BAD_REQUEST, values={"what": f"{name} {amount}"})
    for name, seconds in (("run limit", job.run_limit), ("estimate", job.estimate)):
        if seconds is not None and seconds <= 0:
            return Reason(cause=Cause.BAD_REQUEST, values={"what": f"{name} {seconds} s"})
    for name, wrong in _wrong_layout(demand):
        return Reason(cause=Cause.BAD_REQUEST, values={"what": f"{name} {wrong}"})
    path = cycle(job, state) if job.after is not None else ()
    return Reason(cause=Cause.CYCLE, values={"jobs": " → ".join(path)}) if path else None


_MOST = (1 << 62) - 1
"""Of anything; what is more can't be reckoned with."""


def _wrong_layout(demand: Demand) -> Iterator[tuple[str, object]]:
    layout = demand.layout
    if layout.geometry and (sum(layout.geometry) != demand.tasks or min(layout.geometry) < 1):
        yield "geometry", layout.geometry
    if layout.machines_min < 1:
        yield "machines", layout.machines_min
    if layout.machines_max is not None and layout.machines_max < 1:
        yield "machines", layout.machines_max
    if layout.tasks_per_machine is not None and layout.tasks_per_machine < 1:
        yield "tasks per machine", layout.tasks_per_machine


def against_queue(job: BatchJob, queue: Queue) -> Reason | None:
    """Return which rule of its queue alone turns a job away; None where none does."""
    return _not_allowed(job, queue) or _too_long(job, queue)


def _not_allowed(job: BatchJob, queue: Queue) -> Reason | None:
    who = {job.user, job.group} - {""}
    if (queue.users and who.isdisjoint(queue.users)) or not who.isdisjoint(queue.refused_users):
        return Reason(cause=Cause.NOT_ALLOWED, values={"what": queue.name})
    return None


def _too_long(job: BatchJob, queue: Queue) -> Reason | None:
    most = queue.run_limit_max
    if most is not None and job.run_limit is not None and job.run_limit > most:
        return Reason(
            cause=Cause.RUN_LIMIT_TOO_LONG, values={"asked": job.run_limit, "most": most, "queue": queue.name}
        )
    return None


def _fitting(job: BatchJob, queue: Queue, state: State) -> Needs | Reason:
    """Return what a job needs if it fits on the idle cluster."""
    if queue.max_tasks is not None and job.demand.tasks > queue.max_tasks:
        return Reason(cause=Cause.TOO_LARGE, values={"what": f"tasks ≤ {queue.max_tasks}"})
    if queue.max_machines is not None and job.demand.layout.machines_min > queue.max_machines:
        return Reason(cause=Cause.TOO_LARGE, values={"what": f"machines ≤ {queue.max_machines}"})
    needs = needs_of(job, queue, state.grid)
    if needs is None:
        return Reason(cause=Cause.NO_MACHINE)
    where = Room(available=state.grid.capacity, order=needs.mask.nonzero()[0])
    if place(needs, where, state.grid) is None:
        return Reason(cause=Cause.TOO_LARGE, values={"what": queue.name})
    return needs
