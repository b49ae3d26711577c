"""Starts jobs, where they fit or where others must go (rules 2 and 6 of "How the core decides")."""

from jobcast.decision import Cause, Kill, Reason, Requeue, Start, Suspend
from jobcast.schedule.finding import Found
from jobcast.schedule.moving import requeue, start, suspend
from jobcast.schedule.policy import Blocked, Method
from jobcast.schedule.preemption import Victim
from jobcast.schedule.state import Entry
from jobcast.schedule.walk import Walk


def try_to_start(walk: Walk, entry: Entry) -> tuple[bool, bool]:
    """Start a waiting job if it can be; tells whether it started, and whether all plans are void by that."""
    found = walk.finder.find(entry)
    if found is not None:
        _start(walk, entry, found, _why_now(walk, found))
        return True, bool(entry.job.booking)  # plans reckoned with all that its booking had left
    result = walk.finder.find_by_preemption(entry)
    if result is None:
        return False, False
    taken, victims = result
    for victim in victims:
        _send_away(walk, victim, entry)
    names = ", ".join(victim.entry.job.id for victim in victims)
    _start(walk, entry, Found(taken=taken), Reason(cause=Cause.PREEMPTS, values={"jobs": names}))
    return True, bool(victims)


def _why_now(walk: Walk, found: Found) -> Reason:
    if found.gap_end is not None:
        return Reason(cause=Cause.INTERRUPTIBLE, values={"until": found.gap_end})
    if found.lent:
        return Reason(cause=Cause.BACKFILL_LENT, values={"job": walk.first_waiting})
    if walk.first_waiting:
        cause = Cause.BACKFILL if walk.policy.blocked is Blocked.PLAN else Cause.OVERTAKES
        return Reason(cause=cause, values={"job": walk.first_waiting})
    return Reason(cause=Cause.FITS)


def _start(walk: Walk, entry: Entry, found: Found, reason: Reason) -> None:
    state = walk.state
    walk.changed()
    if entry.held is not None:
        walk.finder.failures.forget()
    entry.lent, entry.gap_end = found.lent, found.gap_end
    allocation = start(entry, found.taken, state)
    end = entry.end(state.now, walk.policy) if found.gap_end is None else found.gap_end
    walk.finder.started(entry, found.taken, end)
    walk.clip_holders()
    walk.decisions.append(Start(job=entry.job.id, allocation=allocation, reason=reason))


def _is_new(walk: Walk, entry: Entry) -> bool:
    """Tell whether a job has been started in this very pass, so that nothing of it has run."""
    return any(isinstance(each, Start) and each.job == entry.job.id for each in walk.decisions)


def _send_away(walk: Walk, victim: Victim, winner: Entry) -> None:
    """Preempt a running job; one that has only been started in this pass loses nothing but its place."""
    state, entry, method = walk.state, victim.entry, victim.rule.method
    if method is not Method.SUSPEND and _is_new(walk, entry):
        method = Method.REQUEUE
    reason = Reason(cause=Cause.PREEMPTED, values={"job": winner.job.id, "queue": winner.queue.name})
    if method is Method.SUSPEND:
        suspend(entry, victim.releases, state)
        walk.decisions.append(Suspend(job=entry.job.id, reason=reason))
    elif method is Method.REMOVE:
        del state.running[entry.job.id]
        state.give_back(entry)
        state.ended[entry.job.id] = None
        walk.decisions.append(Kill(job=entry.job.id, reason=reason))
    else:
        hold = {Method.SYSTEM_HOLD: "system", Method.USER_HOLD: "user"}.get(method, "")
        requeue(entry, hold, state)
        walk.decisions.append(Requeue(job=entry.job.id, hold=hold, reason=reason))
