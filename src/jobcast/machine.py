"""A machine: what it offers to jobs, and how much of it an allocation takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

CPUS = "cpus"
"""Slots of LSF, CPUs of Slurm, ConsumableCpus of LoadLeveler."""
MEMORY = "memory"
"""In bytes."""
GPUS = "gpus"

Fact = int | float | str | bool
"""What an expression may compare."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """One host of a cluster."""

    name: str
    """Its own, once in a cluster."""
    resources: Mapping[str, int]
    """What jobs consume of it: `CPUS`, `MEMORY` in bytes, `GPUS`, and names of the site's own."""
    slots_by_queue: Mapping[str, int] = field(default_factory=dict)
    """LoadLeveler's initiators, ``CLASS = name(n)``: tasks of each queue it may run; empty where any queue may."""
    groups: frozenset[str] = frozenset()
    """Host groups, pools and partitions that it belongs to, and features that jobs may ask for."""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """What expressions may ask by name beside its resources, e.g. ``speed``, ``arch``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AdvanceReservation:
    """Machines, or a part of them, that are booked for some users for a time."""

    name: str
    """Its own, once in a cluster."""
    start: int
    """Second from which it holds."""
    end: int
    """Second at which it ends."""
    takes: Mapping[str, Mapping[str, int]]
    """Machine to resource to amount that is booked."""
    users: frozenset[str] = frozenset()
    """Who may run jobs in it; a job says by `BatchJob.booking` that it wants to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """All machines that one scheduler decides over."""

    machines: tuple[Machine, ...]
    """In the order in which equally good ones are taken."""
    floating: Mapping[str, int] = field(default_factory=dict)
    """Resources of no machine, such as licences, and how many there are."""
    bookings: tuple[AdvanceReservation, ...] = ()
    """Advance reservations."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """The part of an allocation that one machine bears."""

    machine: str
    """Its name."""
    tasks: int
    """How many tasks of the job run there; at least 1."""


Allocation = tuple[Share, ...]
"""Where a job runs; each machine once."""
