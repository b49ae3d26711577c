"""What backfill may use: slots that are free now, and for how long until those for whom they are kept start."""

from collections.abc import Iterator

from jobcast.batch.snapshot import Backfill, MachineStanding, Snapshot, Waits
from jobcast.machine import CPUS

_Slots = tuple[str, int, int | None]
"""Machine, how many of its slots, and for how many seconds; None for without end."""


def gaps(snapshot: Snapshot) -> tuple[Backfill, ...]:
    """Return for each length how many slots are free so long, shortest first; none where nobody has a promised start.

    Slots kept for a job of which nobody knows when it starts are no gap. Nobody is reckoned to end early.
    """
    promised = sorted(
        ((waits.start, step, waits) for step, waits in snapshot.waits.items() if waits.start is not None),
        key=lambda each: each[:2],
    )
    if not promised:
        return ()
    per_task = {step.id: step.submitted.job.demand.per_task.get(CPUS, 1) for step in snapshot.steps}
    claims = [(start, _claims(waits, per_task.get(step, 1))) for start, step, waits in promised]
    unknown = [_claims(waits, 0) for waits in snapshot.waits.values() if waits.start is None]
    found = [
        slots
        for each in snapshot.machines
        if each.takes
        for slots in _of_machine(
            each, claims, sum(claim.get(each.machine.name, 0) for claim in unknown), snapshot.at
        )
    ]
    lengths = sorted({length for _, _, length in found if length is not None})
    rows = [_row(found, length) for length in (*lengths, None)]
    return tuple(row for row in rows if row.slots)


def _claims(waits: Waits, per_task: int) -> dict[str, int]:
    """Return the slots that a waiting job keeps, or will take, on each machine."""
    planned = {share.machine: share.tasks * per_task for share in waits.machines}
    held = {machine: amounts.get(CPUS, 0) for machine, amounts in waits.holds.items()}
    return {name: max(planned.get(name, 0), held.get(name, 0)) for name in planned.keys() | held.keys()}


def _of_machine(
    each: MachineStanding, claims: list[tuple[int, dict[str, int]]], lost: int, now: int
) -> Iterator[_Slots]:
    """Yield the free slots of one machine: those that who starts first will take are free the shortest."""
    name = each.machine.name
    free = each.machine.resources.get(CPUS, 0) - each.used.get(CPUS, 0) - lost
    for start, claim in claims:
        taken = min(claim.get(name, 0), max(free, 0))
        free -= taken
        if taken and start > now:
            yield name, taken, start - now
    if free > 0:
        yield name, free, None


def _row(found: list[_Slots], length: int | None) -> Backfill:
    """Return all slots that are free for at least so long."""
    places: dict[str, int] = {}
    for name, slots, lasts in found:
        if lasts is None or (length is not None and lasts >= length):
            places[name] = places.get(name, 0) + slots
    return Backfill(slots=sum(places.values()), seconds=length, by_machine=places)
