"""Limits for each processor of a machine: PJOB_LIMIT, JL/P and SLOTS_PER_PROCESSOR.

The core's limits are numbers; machines with the same number of processors share one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jobcast.machine import CPUS, Machine
from jobcast.schedule.policy import Limit


@dataclass(frozen=True, kw_only=True, slots=True)
class PerProcessor:
    """So many slots for each processor of a machine."""

    name: str
    """As users know it."""
    slots: float
    """For each processor; of the sum the fraction is dropped."""
    per: tuple[str, ...] = ("machine",)
    """For each of these; a machine is always among them."""
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Counts only jobs of these."""
    but: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Counts no jobs of these."""

    def limits(self, machines: Sequence[Machine]) -> tuple[Limit, ...]:
        """Return a limit for each number of processors that `machines` have."""
        every = frozenset(machine.name for machine in machines)
        wanted = self.only.get("machine", every) - self.but.get("machine", frozenset())
        by_amount: dict[int, set[str]] = {}
        for machine in machines:
            if machine.name in wanted:
                by_amount.setdefault(int(self.slots * processors(machine)), set()).add(machine.name)
        return tuple(
            Limit(
                # Two limits of one name would be counted as one.
                name=self.name if len(by_amount) == 1 else f"{self.name} ({amount})",
                amount=amount,
                counts=CPUS,
                per=self.per,
                only={**self.only, "machine": frozenset(names)},
                but={by: of for by, of in self.but.items() if by != "machine"},
                lent_are_free=True,
            )
            for amount, names in by_amount.items()
        )


def processors(machine: Machine) -> int:
    """Return how many processors a machine has; where no file tells, as many as slots."""
    told = machine.facts.get("ncpus")
    return told if isinstance(told, int) else machine.resources.get(CPUS, 0)
