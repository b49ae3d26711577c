"""What of a job stays the same while it and the rules do: worked out once, so that a pass can be quick."""

from jobcast.schedule.dependency import Truth, holds, lasts
from jobcast.schedule.grid import counts_job, owner
from jobcast.schedule.job import BatchJob
from jobcast.schedule.policy import Policy
from jobcast.schedule.state import Count, Entry, Kind, State


def kind_of(entry: Entry, state: State) -> Kind:
    """Return what kind of job this is under the rules of now."""
    if entry.kind is not None:
        return entry.kind
    kind = _kind_of(entry, state)
    entry.is_of(kind)
    state.queued.facts.note(entry)
    return kind


def _kind_of(entry: Entry, state: State) -> Kind:
    policy, job, queue, shapes = state.policy, entry.job, entry.queue, state.shapes
    by_machine = any("machine" in limit.per and len(limit.per) > 1 for limit in policy.limits)
    reckoned = entry.run_limit if policy.protected == "run_limit" else entry.estimated
    key: tuple[object, ...] = (entry.needs.key, queue.name, job.demand.prefers)
    if job.avoids:
        key = (*key, job.avoids)
    if by_machine or queue.start_if is not None:  # whether only these hinder it depends on how long it is
        key = (*key, (job.user, job.group, job.project), reckoned, _amounts(entry))
    counts = _counts(entry, policy)
    return Kind(
        shape=shapes.number(key, entry.needs, queue),
        who=_who(entry, counts, state),
        plain=not _is_special(entry, state),
        reckoned=reckoned,
        counts=counts,
    )


def _who(entry: Entry, counts: tuple[Count, ...], state: State) -> int:
    job, queue = entry.job, entry.queue
    array = () if job.array_limit is None else (job.array, job.array_limit)
    return state.shapes.owners.number(
        (queue.name, array, *((count.key, count.amount) for count in counts)),
        [count for count in counts if "machine" not in count.limit.per],
        by_limits_alone=queue.open and not queue.windows and not array,
    )


def _is_special(entry: Entry, state: State) -> bool:
    """Tell whether something else than its queue, a limit, or lack of room may keep a job waiting, or let it start."""
    job = entry.job
    return bool(job.hold or job.booking) or _is_early(job, state) or _may_wait_again(job, state)


def eligible_for_good(entry: Entry, state: State) -> None:
    """Note of a job that nothing of its own keeps waiting now that it's plain, if nothing will again."""
    if entry.kind is not None and not entry.kind.plain:
        entry.is_of(None)
        kind_of(entry, state)


def _is_early(job: BatchJob, state: State) -> bool:
    return job.begin is not None and job.begin > state.now


def _may_wait_again(job: BatchJob, state: State) -> bool:
    """Tell whether those whom a job waits for haven't come far enough, or may lose what they have reached."""
    return job.after is not None and not (holds(job.after, state) is Truth.YES and lasts(job.after))


def _amounts(entry: Entry) -> tuple[object, ...]:
    demand = entry.job.demand
    amounts = (tuple(sorted(each.items())) for each in (demand.per_task, demand.per_machine))
    return (demand.tasks, demand.layout.machines_min, *amounts)


def _counts(entry: Entry, policy: Policy) -> tuple[Count, ...]:
    """Return the limits that count a job, but those by machine alone, which are columns of the grid."""
    return tuple(
        Count(
            limit=limit,
            key=(limit.name, *(owner(by, entry.job, entry.queue) for by in limit.per if by != "machine")),
            amount=1 if limit.counts == "jobs" else entry.amount(limit.counts),
        )
        for limit in policy.limits
        if limit.per != ("machine",) and counts_job(limit, entry.job, entry.queue)
    )
