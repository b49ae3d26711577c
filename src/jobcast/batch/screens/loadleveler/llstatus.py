"""``llstatus``: the machines, in a listing, by chosen categories or at length.

"llstatus - Query machine status" in Using and Administering LoadLeveler; the default listing is that of recorded
outputs. The manager takes submissions for all machines: its own host alone is shown as one with a schedd.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from jobcast.batch.record import Step
from jobcast.batch.screens.loadleveler import states
from jobcast.batch.screens.loadleveler.amounts import UNTOLD, amount, in_order
from jobcast.batch.screens.loadleveler.columns import Column, fitted, listing, raw
from jobcast.batch.snapshot import MachineStanding, Snapshot
from jobcast.machine import CPUS, MEMORY
from jobcast.printable import printable
from jobcast.schedule.policy import Blocked
from jobcast.systems.loadleveler.resources import theirs

_LONGEST_IDLE = 9999


def startd_state(standing: MachineStanding) -> str:
    """Return LoadLeveler's state of a machine; ``None`` where it is up and empty, but takes nothing.

    "The startd daemon" in Using and Administering LoadLeveler.
    """
    running = sum(standing.tasks_by_queue.values())
    suspended = sum(standing.suspended_by_queue.values())
    if not standing.up:
        return "Down"
    if standing.halted:
        return "Suspnd"
    if standing.draining:
        return "Drning" if running or suspended else "Drned"
    if not running:
        return "Suspnd" if suspended else "None" if standing.closed else "Idle"
    return "Busy" if standing.used.get(CPUS, 0) >= standing.machine.resources.get(CPUS, 0) else "Run"


def columns(snapshot: Snapshot) -> dict[str, Column[MachineStanding]]:
    """Return what ``llstatus -f`` and ``-r`` know, by its name without the per cent sign."""
    queued = sum(not step.state.is_over for step in snapshot.steps)
    active = sum(states.has_machines(step) for step in snapshot.steps)

    def schedd(standing: MachineStanding, value: str, otherwise: str) -> str:
        return value if standing.machine.name == snapshot.host else otherwise

    return {
        "a": Column(title="Arch", width=9, value=lambda one: fact(one, "arch")),
        "act": Column(title="Act", width=3, value=lambda one: schedd(one, str(active), "0"), right=True),
        "cm": Column(title="Custom", width=10, value=lambda one: fact(one, "custom_metric"), right=True),
        "cpu": Column(title="Cpus", width=4, value=lambda one: _offers(one, CPUS), right=True),
        "d": Column(title="Avl Disk", width=12, value=lambda one: fact(one, "disk"), right=True),
        "i": Column(title="Idle", width=4, value=_idle, right=True),
        "inq": Column(title="InQ", width=4, value=lambda one: schedd(one, str(queued), "0"), right=True),
        "l": Column(title="LdAvg", width=5, value=load),
        "m": Column(title="Phys Memory", width=12, value=lambda one: _offers(one, MEMORY), right=True),
        "mt": Column(title="Max Tasks", width=9, value=_most_tasks, right=True),
        "n": Column(title="Name", width=25, value=lambda one: one.machine.name, grows=True),
        "o": Column(title="OpSys", width=9, value=lambda one: fact(one, "opsys")),
        "r": Column(title="Run", width=3, value=lambda one: str(sum(one.tasks_by_queue.values())), right=True),
        "sca": Column(title="Schedd", width=6, value=lambda one: schedd(one, "Avail", "None")),
        "scs": Column(title="ScheddState", width=11, value=lambda one: schedd(one, "Avail", "None")),
        "sta": Column(title="Startd Avail", width=12, value=lambda one: "Avail" if one.up else "Down"),
        "sts": Column(title="Startd", width=6, value=startd_state),
        "v": Column(title="Avl Swap", width=12, value=lambda one: fact(one, "swap"), right=True),
    }  # fmt: skip


BY_DEFAULT = ("n", "sca", "inq", "act", "sts", "r", "l", "i", "a", "o")
"""Categories of the default listing."""


def fact(standing: MachineStanding, name: str) -> str:
    """Return what a machine tells of itself; `UNTOLD` where it doesn't."""
    told = standing.facts.get(name, standing.machine.facts.get(name))
    return UNTOLD if told is None else str(told)


def load(standing: MachineStanding) -> str:
    """Return the load of a machine with two digits."""
    told = standing.facts.get("load")
    return f"{told:.2f}" if isinstance(told, int | float) else UNTOLD


def _idle(standing: MachineStanding) -> str:
    told = standing.facts.get("idle")
    return str(min(int(told), _LONGEST_IDLE)) if isinstance(told, int | float) else UNTOLD


def _offers(standing: MachineStanding, resource: str) -> str:
    has = standing.machine.resources.get(resource)
    return UNTOLD if has is None else amount(resource, has)


def _most_tasks(standing: MachineStanding) -> str:
    return str(sum(standing.machine.slots_by_queue.values()) or standing.machine.resources.get(CPUS, 0))


def standard(machines: Sequence[MachineStanding], snapshot: Snapshot) -> list[str]:
    """Return the default listing with the lines under it."""
    known = columns(snapshot)
    return [
        *listing([known[name] for name in BY_DEFAULT], machines, rule=False),
        "",
        *tail(machines, snapshot),
    ]


def tail(machines: Sequence[MachineStanding], snapshot: Snapshot) -> list[str]:
    """Return how many machines of which kind there are, who manages them, and by which scheduler."""
    kinds = Counter(f"{fact(one, 'arch')}/{fact(one, 'opsys')}" for one in machines)
    found = [
        _kind(
            kind, [one for one in machines if f"{fact(one, 'arch')}/{fact(one, 'opsys')}" == kind], snapshot
        )
        for kind in sorted(kinds)
    ]
    absent = " ".join(printable(one.machine.name) for one in machines if not one.up)
    return [
        *found,
        _kind("Total Machines", machines, snapshot),
        "",
        f"The Central Manager is defined on {printable(snapshot.host)}",
        "",
        f"The {scheduler(snapshot)} scheduler is in use",
        "",
        f"The following machines are absent: {absent}" if absent else _ALL_PRESENT,
    ]


_ALL_PRESENT = "All machines on the machine_list are present."


def scheduler(snapshot: Snapshot) -> str:
    """Return LoadLeveler's name of the scheduler that a policy comes nearest to."""
    if snapshot.policy.external:
        return "API"
    return "BACKFILL" if snapshot.policy.blocked is Blocked.PLAN else "LL_DEFAULT"


def _kind(kind: str, machines: Sequence[MachineStanding], snapshot: Snapshot) -> str:
    names = {one.machine.name for one in machines}
    jobs = sum(_is_on(step, names) for step in snapshot.steps if states.has_machines(step))
    tasks = sum(sum(one.tasks_by_queue.values()) for one in machines)
    shown = fitted(printable(kind), 25)
    return f"{shown} {len(machines):>3} machines {jobs:>6}  jobs {tasks:>6}  running tasks"


def _is_on(step: Step, names: set[str]) -> bool:
    return any(share.machine in names for share in step.allocation)


def chosen(
    found: Sequence[Column[MachineStanding]], machines: Sequence[MachineStanding], snapshot: Snapshot
) -> list[str]:
    """Return a listing of chosen categories with the lines under it (``llstatus -f``)."""
    return [*listing(found, machines), "", *tail(machines, snapshot)]


def chosen_raw(found: Sequence[Column[MachineStanding]], machines: Iterable[MachineStanding]) -> list[str]:
    """Return chosen categories with ``!`` between and nothing around them (``llstatus -r``)."""
    return raw(found, machines)


def consumable(machines: Iterable[MachineStanding]) -> list[str]:
    """Return what each machine has left of its consumable resources, and in all (``llstatus -R``)."""
    rows = [(one.machine.name, " ".join(_amounts(one))) for one in machines]
    return listing(_pair("Machine", "Consumable Resource(Available, Total)"), rows)


def _amounts(standing: MachineStanding) -> Iterator[str]:
    offered = standing.machine.resources
    for name in in_order(offered):
        free = max(offered[name] - standing.used.get(name, 0), 0) if standing.up else 0
        yield f"{theirs(name)}({amount(name, free)},{amount(name, offered[name])})"


def floating(snapshot: Snapshot) -> list[str]:
    """Return what is left of the resources of no machine, and in all (``llstatus -F``)."""
    used = snapshot.floating_used
    rows = [
        (theirs(name), f"({max(most - used.get(name, 0), 0)},{most})")
        for name, most in sorted(snapshot.floating.items())
    ]
    return listing(_pair("Floating Resource", "(Available, Total)"), rows)


def _pair(left: str, right: str) -> tuple[Column[tuple[str, str]], ...]:
    return (
        Column(title=left, width=34, value=lambda row: row[0], grows=True),
        Column(title=right, width=45, value=lambda row: row[1], grows=True),
    )
