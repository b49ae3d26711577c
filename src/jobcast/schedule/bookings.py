"""Advance reservations: what they keep from others, and who may run in them."""

import numpy as np

from jobcast.decision import Cause, Reason
from jobcast.machine import AdvanceReservation
from jobcast.schedule.grid import Amounts, Taken
from jobcast.schedule.plans import Plans
from jobcast.schedule.state import Entry, State


def block(booking: AdvanceReservation, state: State) -> Taken:
    """Return what a booking takes of the machines that are there."""
    rows, amounts = [], []
    for machine, takes in booking.takes.items():
        if machine in state.grid.rows:
            rows.append(state.grid.rows[machine])
            known = {name: amount for name, amount in takes.items() if name in state.grid.columns}
            amounts.append(state.grid.vector(known))
    return Taken(
        rows=np.array(rows, np.intp),
        tasks=np.zeros(len(rows), np.int64),
        amounts=np.array(amounts, np.int64).reshape(len(rows), len(state.grid.columns)),
    )


def unused(booking: AdvanceReservation, state: State) -> Amounts:
    """Return [machines, resources] of a booking that none of its jobs takes now."""
    left = np.zeros_like(state.grid.capacity)
    booked = block(booking, state)
    left[booked.rows] = booked.amounts
    for entry in (*state.running.values(), *state.suspended.values()):
        if entry.job.booking == booking.name and entry.taken is not None:
            left[entry.taken.rows] -= entry.taken.amounts
    return left.clip(min=0)


def keep_from_others(state: State, free: Amounts) -> Amounts:
    """Return what is free beside the bookings that hold now."""
    for booking in state.bookings():
        if booking.start <= state.now:
            free = free - unused(booking, state)
    return free


def foresee(state: State, plans: Plans) -> None:
    """Let the plans know when bookings begin and end."""
    for booking in state.bookings():
        if booking.start > state.now:
            plans.book(booking.start, booking.end, block(booking, state))
        else:
            left = unused(booking, state)
            rows = np.flatnonzero(left.any(axis=1))
            plans.runs(Taken(rows=rows, tasks=np.zeros(len(rows), np.int64), amounts=left[rows]), booking.end)


def given_back(entry: Entry, state: State) -> int:
    """Return the second before which others don't get what a running job has: the end of its booking; else now."""
    name = entry.job.booking
    return max((each.end for each in state.bookings() if name and each.name == name), default=state.now)


def keeps_waiting(entry: Entry, state: State) -> Reason | None:
    """Tell why a job can't run in the booking that it names now; None if it can, or names none."""
    name = entry.job.booking
    if not name:
        return None
    for booking in state.bookings():
        if booking.name == name and booking.start <= state.now and entry.job.user in booking.users:
            return None
        if booking.name == name and entry.job.user in booking.users:
            return Reason(cause=Cause.BOOKED, values={"booking": name, "until": booking.start})
    return Reason(cause=Cause.NOT_ALLOWED, values={"what": name})


def room_in(entry: Entry, state: State) -> Amounts | None:
    """Return what the booking that a job runs in has left; None where it runs in none."""
    for booking in state.bookings():
        if entry.job.booking and booking.name == entry.job.booking:
            return np.minimum(unused(booking, state), state.free)
    return None
