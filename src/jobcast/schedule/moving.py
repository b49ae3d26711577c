"""How a job gets from one place of the state to another."""

from dataclasses import replace

from jobcast.schedule.grid import Taken
from jobcast.schedule.state import Entry, State


def suspend(entry: Entry, gives: Taken, state: State) -> None:
    """Stop a running job; it gives up so much."""
    state.running.pop(entry.job.id)
    state.suspended[entry.job.id] = entry
    entry.ran += state.now - entry.started
    entry.gave = gives.amounts
    state.free[gives.rows] += gives.amounts


def resume(entry: Entry, state: State) -> None:
    """Let a suspended job go on, which has just taken back what it gave up."""
    state.suspended.pop(entry.job.id)
    state.running[entry.job.id] = entry
    entry.started, entry.gave, entry.by_hand = state.now, None, False


def requeue(entry: Entry, hold: str, state: State) -> None:
    """Let a running job wait again, from its beginning, with the place in line that it had."""
    state.running.pop(entry.job.id)
    state.give_back(entry)
    entry.ran, entry.lent, entry.gap_end = 0, False, None
    if hold:
        entry.job = replace(entry.job, hold=hold)
    entry.forget()
    state.waiting[entry.job.id] = entry
