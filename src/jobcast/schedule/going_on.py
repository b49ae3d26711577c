"""Lets suspended jobs go on, after those who may preempt them (rule 7 of "How the core decides")."""

import numpy as np

from jobcast.decision import Cause, Reason, Resume
from jobcast.schedule.grid import Taken
from jobcast.schedule.moving import resume
from jobcast.schedule.placement import fits
from jobcast.schedule.preemption import kept_out_until
from jobcast.schedule.rules import passed_over
from jobcast.schedule.starting import try_to_start
from jobcast.schedule.state import Entry
from jobcast.schedule.walk import Walk


def look_at_suspended(walk: Walk, entry: Entry) -> bool:
    """Let a suspended job go on, after those who may preempt it, or plan for when it can; True where plans are void."""
    if entry.by_hand or entry.taken is None or entry.gave is None or entry.job.id in walk.looked_at:
        return False
    walk.looked_at.add(entry.job.id)
    if _let_preemptors_go_first(walk, entry):
        return True
    wanted = Taken(rows=entry.taken.rows, tasks=entry.taken.tasks, amounts=entry.gave)
    until = kept_out_until(entry, walk.state, walk.policy)
    if until <= walk.state.now and _is_there(walk, entry, wanted):
        _go_on(walk, entry, wanted)
    else:
        walk.finder.put_off(lambda: _plan(walk, entry, wanted, until))
    return False


def _let_preemptors_go_first(walk: Walk, entry: Entry) -> bool:
    """Try those who may preempt a suspended job's queue; returns whether somebody was preempted."""
    state, queue, before = walk.state, entry.queue.name, walk.changes
    if walk.preempted_at.get(queue) == before:  # nothing has changed since they were tried for another one
        return False
    queues = frozenset(rule.queue for rule in walk.policy.preemption if queue in rule.victims)
    for place in walk.to_try(queues):
        other = state.queued.entries[place]
        if other.gave is not None:
            if look_at_suspended(walk, other):
                return True
        # It may have started before a suspended one that came first.
        elif other.job.id in state.waiting and _tried(walk, other):
            return True
    walk.preempted_at[queue] = before
    return False


def _tried(walk: Walk, entry: Entry) -> bool:
    """Try to start a job if it may; returns whether somebody was preempted."""
    reason = passed_over(walk, entry)
    walk.fates.note_rules(entry, reason)
    return reason is None and try_to_start(walk, entry)[1]


def _is_there(walk: Walk, entry: Entry, wanted: Taken) -> bool:
    """Tell whether what a suspended job gave up is available to it."""
    if not fits(wanted.amounts, walk.state.free[wanted.rows]):
        return False
    available = walk.finder.plans.available(entry.left(walk.policy))
    kept = walk.finder.kept(entry)
    available = available if kept is None else available - kept
    return fits(wanted.amounts, available[wanted.rows])


def _go_on(walk: Walk, entry: Entry, wanted: Taken) -> None:
    state = walk.state
    walk.changed()
    state.free[wanted.rows] -= wanted.amounts
    resume(entry, state)
    walk.finder.started(entry, wanted, entry.end(state.now, walk.policy), again=True)
    walk.clip_holders()
    walk.decisions.append(Resume(job=entry.job.id, reason=Reason(cause=Cause.PREEMPTOR_ENDED)))


def _plan(walk: Walk, entry: Entry, wanted: Taken, until: int) -> None:
    """Plan for when a suspended job can go on; where nobody can tell, it holds what is there of what it gave up."""
    state, plans, length = walk.state, walk.finder.plans, entry.left(walk.policy)
    start = plans.earliest_there(wanted.rows, wanted.amounts, length, until)
    if start is not None:
        plans.add(start, length, wanted, gives_back=entry.taken)
        return
    kept = walk.finder.kept(entry)
    free = state.free if kept is None else state.free - kept
    held = np.zeros_like(state.free)
    held[wanted.rows] = np.minimum(wanted.amounts, free[wanted.rows].clip(min=0))
    walk.hold(entry, held)
    entry.predicted = None
    plans.claim(wanted)
    walk.clip_holders()
