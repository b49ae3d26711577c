"""What a job is waiting for, until when, and who is before it."""

from bisect import insort
from collections.abc import Callable, Collection
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from jobcast.decision import Cause, Reason
from jobcast.schedule.grid import Rows, floating_column
from jobcast.schedule.machines import elsewhere
from jobcast.schedule.placement import Room, place
from jobcast.schedule.sentence import in_seconds, sentence
from jobcast.schedule.state import Entry, State

MOST_NAMED = 10
"""Machines that are named where many of them take no jobs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """The answer, as of the last pass."""

    job: str
    """Its id."""
    reason: Reason
    """What it is waiting for."""
    start: int | None
    """No later than that second it starts if nobody runs longer than reckoned; None where it has no promise."""
    before: tuple[str, ...]
    """Those looked at before it that still wait, or are suspended, in that order."""

    def sentence(self, moment: Callable[[int], str] | None = None) -> str:
        """Return the reason in the language spoken now; `moment` writes a second of the caller's clock."""
        return sentence(self.reason, moment or in_seconds)


def why(state: State, job: str) -> Why | None:
    """Explain a waiting or suspended job; None where it doesn't wait."""
    entry = state.waiting.get(job) or state.suspended.get(job)
    if entry is None:
        return None
    promised = state.reservations.get(job)
    return Why(
        job=job,
        reason=reason_of(entry, state),
        start=promised.start if promised else None,
        before=before((job,), state).get(job, ()),
    )


def reason_of(entry: Entry, state: State) -> Reason:
    """Tell what a waiting or suspended job is waiting for."""
    if entry.job.id in state.suspended:
        return Reason(cause=Cause.ASKED if entry.by_hand else Cause.SUSPENDED)
    if entry.reason.cause is Cause.NO_MACHINE:
        return _away(entry, state)
    return _lacking(entry, state) if entry.reason.cause is Cause.RESOURCES else entry.reason


def before(jobs: Collection[str], state: State) -> dict[str, tuple[str, ...]]:
    """Return who stands before each of these jobs, in that order; one who has come since the last pass is left out."""
    wanted, line = frozenset(jobs), _line(state)
    places = {name: place for place, name in enumerate(line) if name in wanted}
    return {name: tuple(line[:place]) for name, place in places.items()}


def _line(state: State) -> list[str]:
    """Return the ids of those who wait or are suspended, in the order of the last pass, which sorted all of them."""
    line = [entry for entry in state.queued.entries if state.stands(entry)]
    seen = {entry.job.id for entry in line}
    for name, entry in state.suspended.items():
        if name not in seen:  # suspended by that pass itself
            insort(line, entry, key=attrgetter("key"))
    return [entry.job.id for entry in line]


def _lacking(entry: Entry, state: State) -> Reason:
    """Tell which resource is short, or who it is kept for, or that it is free in the wrong places."""
    needs, grid, free = entry.needs, state.grid, state.free
    for name, amount in entry.job.demand.floating.items():
        there = int(free[-1, grid.columns[floating_column(name)]])
        if there < amount:
            return Reason(cause=Cause.FLOATING, values={"resource": name, "needed": amount, "free": there})
    rows = np.flatnonzero(needs.mask & state.up)
    if not rows.size:
        return _away(entry, state)
    if _avoids(entry, rows, state):
        return Reason(cause=Cause.AVOIDS, values={"machines": ", ".join(sorted(entry.job.avoids))})
    return _lacking_on(rows, entry, state)


def _avoids(entry: Entry, rows: Rows, state: State) -> bool:
    """Tell whether a job would fit now, but on machines where it has failed."""
    here = Room(available=state.free, order=rows)
    others = elsewhere(entry, rows, state).size
    return others < rows.size and place(entry.needs, here, state.grid) is not None


def _lacking_on(rows: Rows, entry: Entry, state: State) -> Reason:
    needs, grid, free = entry.needs, state.grid, state.free
    total = free[rows].clip(min=0).sum(axis=0)
    for name, column in grid.columns.items():
        if total[column] < needs.total[column]:
            needed, there = int(needs.total[column]), int(total[column])
            return Reason(cause=Cause.RESOURCES, values={"resource": name, "needed": needed, "free": there})
    if place(needs, Room(available=free, order=rows), grid) is None:
        return Reason(cause=Cause.SPAN, values={"tasks": needs.tasks})
    holders = [job for job in state.reservations if job != entry.job.id]
    if not holders:
        return Reason(cause=Cause.FITS)  # room since the last pass: it starts in the next one
    return Reason(cause=_kept_from(entry), values={"jobs": ", ".join(holders), "queue": entry.queue.name})


def _away(entry: Entry, state: State) -> Reason:
    """Name machines that would do if they took jobs; none where no machine would do."""
    rows = np.flatnonzero(entry.needs.mask & ~state.up)
    if not rows.size:
        return Reason(cause=Cause.NO_MACHINE)
    named = ", ".join(state.grid.machines[row].name for row in rows[:MOST_NAMED])
    return Reason(cause=Cause.AWAY, values={"machines": named, "count": len(rows)})


def _kept_from(entry: Entry) -> Cause:
    """Tell why a job may not run on what is reserved for others in the meantime."""
    if not entry.queue.backfill:
        return Cause.RESERVED_NO_BACKFILL
    return Cause.RESERVED_ENDLESS if entry.estimated is None else Cause.RESERVED
