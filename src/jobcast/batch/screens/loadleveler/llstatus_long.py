"""``llstatus -l``: all that is known of a machine."""

from collections.abc import Iterator, Mapping

from jobcast.batch.screens.loadleveler import llstatus
from jobcast.batch.screens.loadleveler.amounts import amount, in_order, size
from jobcast.batch.screens.loadleveler.expressions import written
from jobcast.batch.screens.loadleveler.fields import Field
from jobcast.batch.snapshot import MachineStanding, Snapshot
from jobcast.machine import CPUS, MEMORY
from jobcast.printable import printable
from jobcast.systems.loadleveler.resources import STARTERS, theirs

_RULE = "=" * 79


def long_listing(standing: MachineStanding, snapshot: Snapshot) -> list[str]:
    """Return the long listing of one machine."""
    rows = [*_what(standing, snapshot), *_now(standing), *_resources(standing)]
    return [_RULE, *(f"{name:<22} = {printable(value)}".rstrip() for name, value in rows)]


def _what(standing: MachineStanding, snapshot: Snapshot) -> Iterator[Field]:
    machine, policy = standing.machine, snapshot.policy
    yield "Name", machine.name
    yield "Machine", machine.name
    yield "Arch", llstatus.fact(standing, "arch")
    yield "OpSys", llstatus.fact(standing, "opsys")
    yield "SYSPRIO", ", ".join(map(written, policy.order))
    yield "MACHPRIO", written(policy.machine_order) if policy.machine_order else ""
    yield "ConfiguredClasses", _counts(machine.slots_by_queue)
    yield "Max_Starters", str(machine.resources.get(STARTERS, machine.resources.get(CPUS, 0)))
    yield "Pool", " ".join(sorted(machine.groups))
    yield "Speed", llstatus.fact(standing, "speed")
    yield "Cpus", str(machine.resources.get(CPUS, 0))
    yield "Total Memory", size(machine.resources.get(MEMORY, 0))


def _now(standing: MachineStanding) -> Iterator[Field]:
    slots = standing.machine.slots_by_queue
    free = {name: max(most - standing.tasks_by_queue.get(name, 0), 0) for name, most in slots.items()}
    yield "AvailableClasses", _counts(free if standing.takes else {})
    yield "RunningTasks", _counts(standing.tasks_by_queue)
    yield "SuspendedTasks", _counts(standing.suspended_by_queue)
    yield "KeyboardIdle", llstatus.fact(standing, "idle")
    yield "LoadAvg", llstatus.load(standing)
    yield "StartdAvail", str(int(standing.up))
    yield "State", llstatus.startd_state(standing)


def _counts(counts: Mapping[str, int]) -> str:
    return " ".join(f"{name}({count})" for name, count in sorted(counts.items()))


def _resources(standing: MachineStanding) -> Iterator[Field]:
    """Yield what there is of each resource, what is used of it, and what is kept for waiting steps."""
    offered = standing.machine.resources
    for title, amounts in (
        ("ConsumableResources", offered),
        ("UsedResources", standing.used),
        ("HeldResources", standing.held),
    ):
        yield title, " ".join(f"{theirs(name)}({amount(name, amounts[name])})" for name in in_order(amounts))
