"""Plans for those who can't start, or lets them hold what is free (rules 4 and 5 of "How the core decides")."""

import numpy as np

from jobcast.decision import Cause, Reason
from jobcast.schedule import holding
from jobcast.schedule.eligible import not_eligible
from jobcast.schedule.finding import bare_plans
from jobcast.schedule.grid import Rows
from jobcast.schedule.policy import Blocked
from jobcast.schedule.state import Entry
from jobcast.schedule.walk import Walk

WAITS = Reason(cause=Cause.RESOURCES)
"""Why those wait for whom there is no room."""


def may_be_planned(walk: Walk, entry: Entry) -> bool:
    """Tell whether a job that can't start gets a planned start, as far as its queue and those before it leave one."""
    policy, queue = walk.policy, entry.queue
    if policy.blocked is not Blocked.PLAN or not queue.reserves or walk.planned == policy.depth:
        return False
    user, of_queue = _owners(entry)
    if policy.depth_per_user is not None and walk.planned_of[user] >= policy.depth_per_user:
        return False
    return queue.max_planned is None or walk.planned_of[of_queue] < queue.max_planned


def _owners(entry: Entry) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("user", entry.job.user), ("queue", entry.queue.name)


def plan(walk: Walk, entry: Entry) -> Reason | None:
    """Promise a job its start; None where it gets no promise."""
    if not may_be_planned(walk, entry):
        return None
    policy, plans, now = walk.policy, walk.finder.plans, walk.state.now
    order, length = walk.finder.machines.order_for(entry), entry.left(policy)
    order = plans.busy_first(entry.needs, order) if policy.busy_first else order
    found = plans.earliest(entry.needs, length if entry.queue.backfill else None, order)
    if found is not None and policy.window is not None and found[0] > now + policy.window:
        return None
    for owner in _owners(entry):
        walk.planned_of[owner] += 1
    walk.planned += 1
    if found is None:
        _claim(walk, entry, order)
    else:
        start, taken = found
        plans.add(start, length, taken)
        walk.promises.make(entry, start, Cause.HEAD, taken)
    return WAITS


def _claim(walk: Walk, entry: Entry, order: Rows) -> None:
    """Let a job keep what is useful to it, now and as it comes free, since nobody can tell when it starts."""
    grid, plans = walk.state.grid, walk.finder.plans
    _keep(walk, entry, frozenset(grid.columns))
    entry.predicted = None
    plans.claim(holding.claim(entry, plans.free, order, grid))
    walk.promises.make(entry, None, Cause.HOLDS)


def hold(walk: Walk, entry: Entry) -> Reason:
    """Let a job keep what is free, where its queue says so."""
    rule, state = entry.queue.hold, walk.state
    if rule is None or walk.policy.blocked is Blocked.PLAN:
        return WAITS
    columns = rule.resources if entry.needs.tasks > 1 else rule.sequential
    if not columns:
        return WAITS
    if state.now < entry.paused_until:
        return Reason(cause=Cause.PAUSE, values={"until": entry.paused_until})
    _keep(walk, entry, columns)
    if entry.held is None:
        entry.held_since = None
        return WAITS
    entry.held_since = state.now if entry.held_since is None else entry.held_since
    order = walk.finder.machines.order_for(entry)
    entry.predicted = holding.predicted(entry, bare_plans(state, walk.policy), order, walk.policy)
    walk.foretold.add(entry.job.id)
    walk.promises.make(entry, entry.predicted, Cause.HOLDS)
    return WAITS


def _keep(walk: Walk, entry: Entry, columns: frozenset[str]) -> None:
    """Set what a job holds to what is free and useful to it."""
    finder = walk.finder
    kept = finder.kept(entry)
    free = finder.plans.free if kept is None else finder.plans.free - kept
    if entry.held is None and not (free[:, [name in columns for name in walk.state.grid.columns]] > 0).any():
        return
    order = finder.machines.order_for(entry)
    held = holding.held_for(entry, free, order, walk.state.grid, columns)
    if entry.held is not None:
        held = holding.better(entry, np.minimum(entry.held, free.clip(min=0)), held)
    walk.hold(entry, held if held.any() else None)


def foresee_holders(walk: Walk) -> list[Entry]:
    """Tell when those who hold something will start, as of now; returns those who may not start, to let go."""
    state, finder = walk.state, walk.finder
    holders = state.holders()
    plans = bare_plans(state, walk.policy) if holders else finder.plans
    lets_go = []
    for entry in holders:
        if not_eligible(entry, state, finder.limits) is not None:
            lets_go.append(entry)
        else:
            order = finder.machines.order_for(entry)
            entry.predicted = holding.predicted(entry, plans, order, walk.policy, or_now=True)
    return lets_go
