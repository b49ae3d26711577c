"""Reasons of a job's own for which it may not start, whatever is free."""

from jobcast.decision import Cause, Reason
from jobcast.schedule.bookings import keeps_waiting
from jobcast.schedule.dependency import Truth, holds, mentioned
from jobcast.schedule.limits import Limits
from jobcast.schedule.state import Entry, State
from jobcast.schedule.windows import is_open, next_opening


def not_eligible(entry: Entry, state: State, limits: Limits) -> Reason | None:
    """Tell why a job may not start now; None if only room can be lacking. Cheap tests come first."""
    job, queue = entry.job, entry.queue
    if job.hold:
        return Reason(cause=Cause.HELD, values={"hold": job.hold})
    if not queue.open:
        return Reason(cause=Cause.QUEUE_CLOSED, values={"queue": queue.name})
    if job.begin is not None and job.begin > state.now:
        return Reason(cause=Cause.BEGIN, values={"until": job.begin})
    if queue.windows and not is_open(queue.windows, state.now, state.monday):
        until = next_opening(queue.windows, state.now, state.monday)
        return Reason(cause=Cause.WINDOW, values={"queue": queue.name, "until": until})
    if job.after is not None:
        truth = holds(job.after, state)
        if truth is not Truth.YES:
            cause = Cause.NEVER if truth is Truth.NO else Cause.DEPENDENCY
            return Reason(cause=cause, values={"jobs": ", ".join(dict.fromkeys(mentioned(job.after)))})
    return keeps_waiting(entry, state) or limits.met(entry)
