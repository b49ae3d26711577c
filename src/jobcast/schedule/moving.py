"""How a job gets from one place of the state to another."""

from dataclasses import replace

from jobcast.machine import Allocation
from jobcast.schedule.grid import Taken
from jobcast.schedule.order import hand_on
from jobcast.schedule.state import Entry, State


def start(entry: Entry, taken: Taken, state: State) -> Allocation:
    """Let a waiting job run on what it takes; returns where that is."""
    del state.waiting[entry.job.id]
    hand_on(entry, state.waiting.values())
    state.hold(entry, None)
    entry.held_since = None
    entry.started, entry.ran, entry.killed = state.now, 0, False
    state.take(entry, taken)
    state.running[entry.job.id] = entry
    state.reservations.pop(entry.job.id, None)
    allocation = taken.allocation(state.grid)
    for share in allocation:
        state.started_there[share.machine] = state.started_there.get(share.machine, 0) + share.tasks
    return allocation


def suspend(entry: Entry, gives: Taken, state: State) -> None:
    """Stop a running job; it gives up so much."""
    state.running.pop(entry.job.id)
    state.suspended[entry.job.id] = entry
    entry.ran += state.now - entry.started
    entry.gave = gives.amounts
    state.free[gives.rows] += gives.amounts


def resume(entry: Entry, state: State) -> None:
    """Let a suspended job go on, which has just taken back what it gave up."""
    del state.suspended[entry.job.id]
    state.running[entry.job.id] = entry
    entry.started, entry.gave, entry.by_hand = state.now, None, False


def requeue(entry: Entry, hold: str, state: State) -> None:
    """Let a running or suspended job wait again, from its beginning, with the place in line that it had."""
    name = entry.job.id
    if state.running.pop(name, None) is None:
        del state.suspended[name]
    state.give_back(entry)
    state.hold(entry, None)
    entry.held_since, entry.by_hand = None, False
    entry.ran, entry.lent, entry.gap_end = 0, False, None
    if hold:
        held = {*entry.job.hold.split(), hold}  # an operator may have held it while it ran
        entry.job = replace(entry.job, hold=" ".join(sorted(held, reverse=True)))
    entry.forget()
    state.waiting[name] = entry
