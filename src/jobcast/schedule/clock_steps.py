"""What becomes of all that is counted from a second when the clock itself jumps."""

from dataclasses import replace

from jobcast.schedule.keys import main_key
from jobcast.schedule.state import Entry, State


def step_clock(state: State, by: int) -> None:
    """Let the clock show so many seconds more, or fewer, and move with it what is counted from a second of it.

    What somebody wrote down as a time of day stays: start dates, advance reservations, windows.
    """
    state.now += by
    state.charged_at += by
    for entry in state.everybody():
        _move(entry, by, again=state.policy.recalculate is not None)
        state.moved.add(entry.job.id)
    state.reservations = {
        job: promise if promise.start is None else replace(promise, start=promise.start + by)
        for job, promise in state.reservations.items()
    }
    state.marks.clear()


def _move(entry: Entry, by: int, *, again: bool) -> None:
    """Move all moments of a job; with `again` its place in the line is worked out from them once more."""
    entry.submitted += by
    entry.started += by if entry.taken is not None else 0
    entry.paused_until += by if entry.paused_until else 0
    for name in ("held_since", "predicted", "gap_end", "valued_at"):
        moment = getattr(entry, name)
        setattr(entry, name, None if moment is None else moment + by)
    if again:
        entry.valued_at = None
    entry.is_of(None)  # its start date may be to come again
    entry.key = main_key(entry)
