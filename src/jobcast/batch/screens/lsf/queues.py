"""``bqueues``: the queues with what their jobs take."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from jobcast.batch.screens.lsf.job_at_length import THRESHOLDS
from jobcast.batch.screens.lsf.slots import Slots, by_queue, most
from jobcast.batch.screens.lsf.words import WIDTH, padded, shortened, zone_of
from jobcast.batch.snapshot import Snapshot
from jobcast.machine import MEMORY
from jobcast.printable import printable
from jobcast.schedule.policy import Queue

_NAME = 15
_STATUS = 14


def listing(queues: Sequence[Queue], snapshot: Snapshot, *, wide: bool = False) -> Iterator[str]:
    """Yield the lines of ``bqueues``; `wide` shortens no names."""
    yield "QUEUE_NAME      PRIO STATUS          MAX JL/U JL/P JL/H NJOBS  PEND   RUN  SUSP "
    slots = by_queue(snapshot)
    for queue in queues:
        name = printable(queue.name)
        taken = slots.get(queue.name, Slots())
        suspended = taken.ssusp + taken.ususp
        counts = (taken.pend + taken.run + suspended, taken.pend, taken.run, suspended)
        yield (
            f"{padded(name if wide else shortened(name, _NAME), _NAME)} {_figures(queue, snapshot)}"
            f"{''.join(f' {count:5d}' for count in counts)}"
        )


def ordered(snapshot: Snapshot) -> list[Queue]:
    """Return all queues, those of the highest priority first."""
    return sorted(snapshot.policy.queues.values(), key=lambda queue: -queue.priority)


def status(queue: Queue, snapshot: Snapshot) -> str:
    """Return ``Open:Active``, or why its jobs don't start now; all queues take jobs."""
    if not queue.open:
        return "Open:Inact"
    if queue.windows:
        now = datetime.fromtimestamp(snapshot.at, zone_of(snapshot.zone))
        second = now.weekday() * 86_400 + now.hour * 3600 + now.minute * 60 + now.second
        if not any(start <= second < end for start, end in queue.windows):
            return "Open:Inact_Win"
    return "Open:Active"


def _limits(queue: Queue, snapshot: Snapshot) -> str:
    limits = (
        most(snapshot, (), {"queue": queue.name}),
        most(snapshot, ("user",), {"queue": queue.name}),
        "-",
        most(snapshot, ("machine",), {"queue": queue.name}),
    )
    return f"{limits[0]:>4}" + "".join(f"{limit:>5}" for limit in limits[1:])


def _figures(queue: Queue, snapshot: Snapshot) -> str:
    return f"{queue.priority:3d}   {padded(status(queue, snapshot), _STATUS)}{_limits(queue, snapshot)}"


def at_length(queues: Sequence[Queue], snapshot: Snapshot) -> Iterator[str]:
    """Yield the lines of ``bqueues -l``."""
    slots = by_queue(snapshot)
    for place, queue in enumerate(queues):
        if place:
            yield "-" * WIDTH
        yield ""
        yield f"QUEUE: {printable(queue.name)}"
        if queue.name == snapshot.policy.default_queue:
            yield "  -- This is the default queue."
        yield ""
        yield from _parameters(queue, snapshot, slots.get(queue.name, Slots()))
        yield from _run_limits(queue)
        yield "SCHEDULING PARAMETERS"
        yield from THRESHOLDS
        yield ""
        yield from _rules(queue, snapshot)
        yield ""


def _parameters(queue: Queue, snapshot: Snapshot, taken: Slots) -> Iterator[str]:
    counts = (
        taken.pend + taken.run + taken.ssusp + taken.ususp + taken.rsv,
        taken.pend,
        taken.run,
        taken.ssusp,
        taken.ususp,
    )
    yield "PARAMETERS/STATISTICS"
    yield "PRIO NICE STATUS          MAX JL/U JL/P JL/H NJOBS  PEND   RUN SSUSP USUSP  RSV "
    yield (
        f"{queue.priority:3d}    0  {padded(status(queue, snapshot), _STATUS + 1)}{_limits(queue, snapshot)}"
        f"{''.join(f' {count:5d}' for count in counts)} {taken.rsv:4d}"
    )
    yield "Schedule delay for a new job is 0 seconds"
    yield "Interval for a host to accept two jobs is 0 seconds"
    yield ""


def _run_limits(queue: Queue) -> Iterator[str]:
    """Yield the run limits: one alone, or the usual and the longest."""
    both = queue.run_limit is not None and queue.run_limit_max is not None
    for title, seconds in (("DEFAULT", queue.run_limit), ("MAXIMUM", queue.run_limit_max)):
        if seconds is not None:
            if both:
                yield f" {title} LIMITS:"
            yield " RUNLIMIT                "
            yield f" {f'{seconds / 60:.1f} min':<24}"
            yield ""


def _rules(queue: Queue, snapshot: Snapshot) -> Iterator[str]:
    policy = snapshot.policy
    words = [
        *(["FAIRSHARE"] if policy.fair_share else []),
        *(["BACKFILL"] if queue.backfill else []),
        *(["INTERRUPTIBLE_BACKFILL"] if queue.interruptible is not None else []),
        *(["PREEMPTIVE"] if any(rule.queue == queue.name for rule in policy.preemption) else []),
        *(["PREEMPTABLE"] if any(queue.name in rule.victims for rule in policy.preemption) else []),
        *(["EXCLUSIVE"] if queue.exclusive else []),
    ]
    if words:
        yield f"SCHEDULING POLICIES:  {' '.join(words)}"
        yield ""
    yield f"USERS:  {_names(queue.users, queue.refused_users)}"
    yield f"HOSTS:  {_names(queue.machines, frozenset())}"
    if queue.max_tasks is not None:
        yield f"TASKLIMIT:  {queue.max_tasks}"
    if queue.hold is not None:
        kind = "resource" if MEMORY in queue.hold.resources else "slot"
        yield f"Maximum {kind} reservation time: {queue.hold.longest} seconds"


def _names(named: frozenset[str], refused: frozenset[str]) -> str:
    words = sorted(map(printable, named)) or ["all"]
    return " ".join((*words, *(f"~{printable(name)}" for name in sorted(refused))))
