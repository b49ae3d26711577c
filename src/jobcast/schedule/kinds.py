"""What of a job stays the same while it and the rules do: worked out once, so that a pass can be quick."""

from jobcast.schedule.grid import counts_job, owner
from jobcast.schedule.policy import Policy
from jobcast.schedule.state import Count, Entry, Kind, State


def kind_of(entry: Entry, state: State) -> Kind:
    """Return what kind of job this is under the rules of now."""
    if entry.kind is not None:
        return entry.kind
    kind = _kind_of(entry, state)
    entry.is_of(kind)
    return kind


def _kind_of(entry: Entry, state: State) -> Kind:
    policy, job, queue, shapes = state.policy, entry.job, entry.queue, state.shapes
    by_machine = any("machine" in limit.per and len(limit.per) > 1 for limit in policy.limits)
    reckoned = entry.run_limit if policy.protected == "run_limit" else entry.estimated
    key: tuple[object, ...] = (entry.needs.key, queue.name, job.demand.prefers)
    if by_machine or queue.start_if is not None:  # whether only these hinder it depends on how long it is
        key = (*key, (job.user, job.group, job.project), reckoned, _amounts(entry))
    counts = _counts(entry, policy)
    own = job.hold or job.begin or job.after or job.array or job.booking or queue.windows
    shape = shapes.number(key, entry.needs, queue)
    who = shapes.owner((queue.name, *((count.key, count.amount) for count in counts)))
    return Kind(
        shape=shape,
        who=who,
        plain=not own,
        reckoned=reckoned,
        counts=counts,
        alike=-1 if own else shapes.alike((shape, who)),
    )


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
