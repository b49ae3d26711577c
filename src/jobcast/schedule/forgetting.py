"""Keeps the state from growing for ever: jobs that ended long ago, and nobody waits for, are forgotten.

What is forgotten depends on nothing but the state: whoever plays the same events again forgets the same.
"""

from jobcast.schedule.dependency import elements, mentioned
from jobcast.schedule.shapes import Shapes
from jobcast.schedule.state import State

KEPT = 50_000
"""Ended jobs that are remembered: a job that is submitted may depend on them, and none may bear their ids."""
_OFTEN = 4096
"""Submissions from one time of forgetting to the next."""
_MOST_SHAPES = 50_000
"""Different demands and owners that have numbers."""


def forget_the_old(state: State, kept: int = KEPT) -> None:
    """Forget, every few thousand submissions, the oldest ended jobs beyond so many that nobody alive waits for.

    The elements of an array are remembered or forgotten together.
    """
    if state.arrivals % _OFTEN:
        return
    ids = list(state.ended)
    asked, recent = _asked_for(state), set(ids[len(ids) - min(kept, len(ids)) :])
    for array, jobs in list(state.arrays.items()):
        if array in asked or any(job in recent or state.alive(job) is not None for job in jobs):
            asked.update(jobs)
        else:
            del state.arrays[array]
    for job in ids:
        if job not in recent and job not in asked:
            del state.ended[job]
    if len(state.shapes) > _MOST_SHAPES:
        state.shapes = Shapes()
        state.possible.clear()
        for entry in state.everybody():
            entry.is_of(None)
            state.queued.facts.note(entry)


def recall(state: State, job: str, exit_code: int | None, array: str) -> None:
    """Remember how a job ended that was forgotten, and its array; one that is alive, or remembered, stays as it is."""
    if state.alive(job) is not None or job in state.ended:
        return
    state.ended[job] = exit_code
    if array:
        state.arrays.setdefault(array, []).append(job)
        state.stirred.add(array)


def _asked_for(state: State) -> set[str]:
    """Return the jobs, and arrays, that somebody alive waits for; those that run may have to wait again."""
    asked: set[str] = set()
    for entry in state.everybody():
        for name in mentioned(entry.job.after) if entry.job.after is not None else ():
            asked.update((name, *elements(name, state)))
    return asked
