"""Which CPUs are there, and which of them an attempt is bound to: tasks of one job are kept on one NUMA node."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

SYSTEM = Path("/sys/devices/system")


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Cpu:
    """One logical CPU."""

    node: int
    """NUMA node; the package where the machine tells none."""
    core: tuple[int, int]
    """Package, and number of the physical core in it."""
    number: int
    """As sched_setaffinity(2) counts."""


def numbers(text: str) -> frozenset[int]:
    """Return what a list like ``0-3,8`` names."""
    found: set[int] = set()
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        if first:
            found |= set(range(int(first), int(last or first) + 1))
    return frozenset(found)


def read_topology(system: Path, allowed: Iterable[int]) -> tuple[Cpu, ...]:
    """Return the CPUs that we may use, as /sys/devices/system tells them; see cputopology.rst of the kernel."""
    nodes = {
        cpu: int(each.parent.name.removeprefix("node"))
        for each in system.glob("node/node[0-9]*/cpulist")
        for cpu in numbers(each.read_text())
    }
    found = []
    for number in allowed:
        topology = system / f"cpu/cpu{number}/topology"
        package = _number(topology / "physical_package_id", 0)
        core = _number(topology / "core_id", number)
        found.append(Cpu(number=number, core=(package, core), node=nodes.get(number, package)))
    return tuple(sorted(found))


def _number(path: Path, otherwise: int) -> int:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return otherwise


def choose(
    cpus: Iterable[Cpu], taken: frozenset[int], unit: str, per_task: int, tasks: int
) -> frozenset[int]:
    """Return CPUs for so many tasks, each with so many ``core`` or ``cpu`` of its own; none where they don't suffice.

    All are of the fullest NUMA node that has room for the job; else each task is on one node; else anywhere.
    """
    free = _free_units(cpus, taken, whole=unit == "core")
    by_node: dict[int, list[frozenset[int]]] = {}
    for node, numbers_of in free:
        by_node.setdefault(node, []).append(numbers_of)
    nodes = sorted(by_node.values(), key=len)
    wanted = per_task * tasks
    fitting = next((units for units in nodes if len(units) >= wanted), None)
    if fitting is not None:
        return frozenset().union(*fitting[:wanted])
    if sum(len(units) // per_task for units in nodes) >= tasks:
        in_tasks = [units[: len(units) // per_task * per_task] for units in reversed(nodes)]
        spread = [unit_ for units in in_tasks for unit_ in units]
    else:
        spread = [unit_ for units in reversed(nodes) for unit_ in units]
    return frozenset().union(*spread[:wanted]) if len(spread) >= wanted else frozenset()


def _free_units(
    cpus: Iterable[Cpu], taken: frozenset[int], *, whole: bool
) -> list[tuple[int, frozenset[int]]]:
    """Return node and CPUs of what can be given away; CPUs of cores that are taken in part come first."""
    cores: dict[tuple[int, tuple[int, int]], set[int]] = {}
    for cpu in cpus:
        cores.setdefault((cpu.node, cpu.core), set()).add(cpu.number)
    if whole:
        return [(node, frozenset(have)) for (node, _), have in cores.items() if not have & taken]
    in_part = sorted(cores.items(), key=lambda item: not item[1] & taken)
    return [(node, frozenset({number})) for (node, _), have in in_part for number in sorted(have - taken)]


class Binding:
    """Which attempt has which CPUs; one that stands still has given up its own."""

    def __init__(self, cpus: tuple[Cpu, ...]) -> None:
        self._cpus = cpus
        self._of: dict[str, frozenset[int]] = {}
        self._paused: set[str] = set()

    def take(self, attempt: str, affinity: Mapping[str, str | int], tasks: int) -> frozenset[int]:
        """Return CPUs for an attempt and note that it has them; none where they don't suffice."""
        unit, per_task = str(affinity["unit"]), max(1, int(affinity.get("per_task", 1)))
        chosen = choose(self._cpus, self.taken(), unit, per_task, max(1, tasks))
        self.note(attempt, chosen)
        return chosen

    def note(self, attempt: str, cpus: Iterable[int]) -> None:
        """Note that an attempt has these."""
        self._of[attempt] = frozenset(cpus)

    def pause(self, attempt: str, *, paused: bool) -> None:
        """Note that it stands still, or goes on, then on the CPUs that it had."""
        (self._paused.add if paused else self._paused.discard)(attempt)

    def release(self, attempt: str) -> None:
        """Note that it is over."""
        self._of.pop(attempt, None)
        self._paused.discard(attempt)

    def taken(self) -> frozenset[int]:
        """Return the CPUs that attempts have."""
        return frozenset().union(*(cpus for name, cpus in self._of.items() if name not in self._paused))


def binding_here() -> Binding:
    """Return the CPUs of this machine that we may use, all free."""
    return Binding(read_topology(SYSTEM, os.sched_getaffinity(0)))
