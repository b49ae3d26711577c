"""Who is passed over in the line, whatever is free (rule 1 of "How the core decides")."""

from jobcast.decision import Cause, Reason, Refuse
from jobcast.schedule.eligible import not_eligible
from jobcast.schedule.state import Entry
from jobcast.schedule.walk import Walk


def passed_over(walk: Walk, entry: Entry) -> Reason | None:
    """Tell why a job may not start; None if only room can be lacking. One that never may leaves the line."""
    reason = not_eligible(entry, walk.state, walk.finder.limits)
    if reason is not None and reason.cause is Cause.NEVER:
        del walk.state.waiting[entry.job.id]
        walk.state.ended[entry.job.id] = None
        walk.decisions.append(Refuse(job=entry.job.id, reason=reason))
    if reason is None and walk.nobody_passes:
        return Reason(cause=Cause.BEHIND, values={"job": walk.first_waiting})
    return reason
