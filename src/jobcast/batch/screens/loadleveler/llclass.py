"""``llclass``: the classes, their limits and their free initiators.

"llclass - Query class information" in Using and Administering LoadLeveler; the long form is that of recorded outputs.
"""

from collections.abc import Iterable, Iterator

from jobcast.batch.screens.loadleveler.amounts import UNDEFINED, clock, resources
from jobcast.batch.screens.loadleveler.columns import fitted
from jobcast.batch.screens.loadleveler.expressions import written
from jobcast.batch.screens.loadleveler.fields import Field, lines
from jobcast.batch.snapshot import MachineStanding, QueueNotes, Snapshot
from jobcast.machine import CPUS
from jobcast.printable import cell_width, printable
from jobcast.schedule.policy import Extent, Method, Policy, Queue

METHODS = {
    Method.SUSPEND: "SU",
    Method.REQUEUE: "VC",
    Method.REMOVE: "RM",
    Method.SYSTEM_HOLD: "SH",
    Method.USER_HOLD: "UH",
}
_EXTENTS = {Extent.ENOUGH: "ENOUGH", Extent.ALL: "ALL"}
_NAME_WIDTH = 17
_OF_TIME = ("job_cpu_limit", "cpu_limit")
_OF_PROCESSES = ("data", "as", "nproc", "memlock", "locks", "nofile", "core", "file", "stack", "rss")
_LIMITS = (*_OF_TIME, *(f"{name}_limit" for name in _OF_PROCESSES))
"""Keywords of limits, in the order of recorded outputs."""


def classes(snapshot: Snapshot) -> list[Queue]:
    """Return the classes in the order of the policy; those of steps alone, where it names none."""
    if snapshot.policy.queues:
        return list(snapshot.policy.queues.values())
    names = {step.submitted.job.queue for step in snapshot.steps} - {""}
    return [Queue(name=name) for name in sorted(names)]


def slots(queue: str, snapshot: Snapshot) -> tuple[int, int]:
    """Return how many initiators of a class are free, and how many there are."""
    allowed = snapshot.policy.queues.get(queue, Queue(name=queue)).machines
    here = [
        each
        for each in snapshot.machines
        if not allowed or allowed & {each.machine.name, *each.machine.groups}
    ]
    return sum(_free(queue, each) for each in here), sum(_most(queue, each) for each in here)


def _most(queue: str, standing: MachineStanding) -> int:
    by_queue = standing.machine.slots_by_queue
    return by_queue.get(queue, 0) if by_queue else standing.machine.resources.get(CPUS, 0)


def _free(queue: str, standing: MachineStanding) -> int:
    if not standing.takes:
        return 0
    by_queue = standing.machine.slots_by_queue
    taken = standing.tasks_by_queue.get(queue, 0) if by_queue else standing.used.get(CPUS, 0)
    return max(_most(queue, standing) - taken, 0)


def standard(queues: Iterable[Queue], snapshot: Snapshot) -> list[str]:
    """Return the default listing."""
    names = {queue.name: printable(queue.name) for queue in queues}
    width = max([_NAME_WIDTH, *map(cell_width, names.values())])
    found = [
        f"{'Name':<{width}} {'MaxJobCPU':>10} {'MaxProcCPU':>14} {'Free':>6} {'Max':>6}    Description",
        f"{'':<{width}} {'d+hh:mm:ss':>10} {'d+hh:mm:ss':>14} {'Slots':>6} {'Slots':>6}",
        "",
    ]
    for name, shown in names.items():
        free, most = slots(name, snapshot)
        notes = snapshot.queue_notes.get(name, QueueNotes())
        cpu = [_hard_clock(notes, keyword) for keyword in ("job_cpu_limit", "cpu_limit")]
        figures = f"{cpu[0]:>10} {cpu[1]:>14} {free:>6} {most:>6}    {printable(notes.comment)}"
        found.append(f"{fitted(shown, width)} {figures}".rstrip())
    return found


def _hard_clock(notes: QueueNotes, keyword: str) -> str:
    _, hard = notes.limits.get(keyword, (None, None))
    return UNDEFINED if hard is None else clock(hard)


def long_listing(queue: Queue, snapshot: Snapshot) -> list[str]:
    """Return all that is known of a class."""
    title = f"=============== Class {printable(queue.name)} ==============="
    return [title, *lines(_rows(queue, snapshot), width=24)]


def _rows(queue: Queue, snapshot: Snapshot) -> Iterator[Field]:
    free, most = slots(queue.name, snapshot)
    notes = snapshot.queue_notes.get(queue.name, QueueNotes())
    yield "Name", queue.name
    yield "Priority", str(queue.priority)
    yield "Exclude_Users", " ".join(sorted(queue.refused_users))
    yield "Include_Users", " ".join(sorted(queue.users))
    yield "Max_node", _limit(queue.max_machines)
    yield "Maxjobs", _limit(_max_jobs(queue.name, snapshot.policy))
    yield "Resource_requirement", resources(queue.default_resources)
    yield "Class_comment", notes.comment
    for keyword, hard in (
        ("wall_clock_limit", queue.run_limit_max),
        ("default_wall_clock_limit", queue.run_limit),
    ):
        yield keyword.capitalize(), _clock_limit(notes.limits.get(keyword, (hard, hard)))
    for keyword in _LIMITS:
        limit = notes.limits.get(keyword, (None, None))
        yield keyword.capitalize(), _clock_limit(limit) if keyword in _OF_TIME else _count_limit(limit)
    yield "Free_slots", str(free)
    yield "Maximum_slots", str(most)
    yield "Max_total_tasks", _limit(queue.max_tasks)
    yield "Max_top_dogs", _limit(queue.max_planned)
    yield "Preempt_class", preempt_class(queue.name, snapshot.policy)
    yield "Start_class", written(queue.start_if) if queue.start_if else ""


def _limit(number: int | None) -> str:
    return "-1" if number is None else str(number)


def _max_jobs(queue: str, policy: Policy) -> int | None:
    """Return the least limit that counts the jobs of this class alone."""
    own = [
        limit.amount
        for limit in policy.limits
        if limit.counts == "jobs" and not limit.per and dict(limit.only) == {"queue": frozenset({queue})}
    ]
    return min(own, default=None)


def _clock_limit(limit: tuple[int | None, int | None]) -> str:
    """Return a soft and a hard limit of time, the hard one first."""
    soft, hard = limit
    if hard is None and soft is None:
        return f"{UNDEFINED}, {UNDEFINED}"
    clocks = [UNDEFINED if each is None else clock(each) for each in (hard, soft)]
    seconds = [UNDEFINED if each is None else f"{each} seconds" for each in (hard, soft)]
    return f"{', '.join(clocks)} ({', '.join(seconds)})"


def _count_limit(limit: tuple[int | None, int | None]) -> str:
    """Return a soft and a hard limit of bytes or numbers, the hard one first."""
    soft, hard = limit
    return ", ".join(UNDEFINED if each is None else str(each) for each in (hard, soft))


def preempt_class(queue: str, policy: Policy) -> str:
    """Return whom a class may preempt, e.g. ``ENOUGH:SU{normal1}``."""
    return " ".join(
        f"{_EXTENTS[rule.extent]}:{METHODS[rule.method]}{{{' '.join(rule.victims)}}}"
        for rule in policy.preemption
        if rule.queue == queue
    )
