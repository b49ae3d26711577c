"""How many slots jobs take in each state: of a queue, of a host."""

from collections.abc import Iterable
from dataclasses import dataclass

from jobcast.batch.record import Step
from jobcast.batch.screens.lsf.job import queue, state
from jobcast.batch.snapshot import Snapshot
from jobcast.machine import CPUS


@dataclass(kw_only=True, slots=True)
class Slots:
    """Slots by state; not frozen, since they are counted up."""

    pend: int = 0
    run: int = 0
    ssusp: int = 0
    ususp: int = 0
    rsv: int = 0
    """Kept empty for waiting jobs."""

    def add(self, word: str, tasks: int) -> None:
        """Count the tasks of a job in that state of LSF's; one that is over takes none."""
        match word:
            case "PEND" | "PSUSP":
                self.pend += tasks
            case "RUN":
                self.run += tasks
            case "SSUSP":
                self.ssusp += tasks
            case "USUSP":
                self.ususp += tasks


def by_queue(snapshot: Snapshot) -> dict[str, Slots]:
    """Return what the jobs of each queue take; waiting ones count with what they ask for."""
    found: dict[str, Slots] = {name: Slots() for name in snapshot.policy.queues}
    for step in snapshot.steps:
        slots = found.setdefault(queue(step, snapshot), Slots())
        slots.add(state(step, snapshot), _tasks(step))
        slots.rsv += sum(_held(step, snapshot).values())
    return found


def by_machine(snapshot: Snapshot) -> dict[str, Slots]:
    """Return what jobs take of each machine."""
    found = {each.machine.name: Slots(rsv=each.held.get(CPUS, 0)) for each in snapshot.machines}
    for step in snapshot.steps:
        word = state(step, snapshot)
        for share in step.allocation:
            # A job that waits again still tells where it last ran.
            if word not in {"PEND", "PSUSP"} and share.machine in found:
                found[share.machine].add(word, share.tasks)
    return found


def _tasks(step: Step) -> int:
    return sum(share.tasks for share in step.allocation) or step.submitted.job.demand.tasks


def _held(step: Step, snapshot: Snapshot) -> dict[str, int]:
    waits = snapshot.waits.get(step.id)
    return {machine: held.get(CPUS, 0) for machine, held in waits.holds.items()} if waits else {}


def most(snapshot: Snapshot, per: Iterable[str], only: dict[str, str]) -> str:
    """Return a limit of slots that counts so, and for one of these alone; a dash where there is none."""
    wanted = {kind: frozenset({name}) for kind, name in only.items()}
    amounts = [
        limit.amount
        for limit in snapshot.policy.limits
        if limit.counts == CPUS and not limit.but and limit.per == tuple(per) and dict(limit.only) == wanted
    ]
    return str(min(amounts)) if amounts else "-"
