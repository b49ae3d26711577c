"""What a simulation yields: when each job of the trace ran, and whatever else its engine knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

ALLOCATION = pl.List(pl.Struct({"machine": pl.String, "tasks": pl.Int32}))
"""Where a job runs: each machine once, as `jobcast.machine.Allocation` says it."""
SUSPENDED = pl.List(pl.Struct({"start": pl.Int64, "end": pl.Int64}))
"""From when to when a job was suspended, each time."""

_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.String,
    "made": pl.Int64,
    "over": pl.Int64,
    "start": pl.Int64,
    "finish": pl.Int64,
    "allocation": ALLOCATION,
    "held": pl.Boolean,
}
RESERVATIONS = pl.Schema(_COLUMNS)
"""One row for each promise: ``made`` at that second, ``over`` when it was kept, replaced or given up; the ``start``
and ``finish`` it promised, null where nobody could tell; and where, empty where that was not settled. Where it is
``held``, the allocation tells how many processors of each machine were kept empty from ``made`` on, not where the job
was to run. Runs of older versions have no such column: they don't tell what was held."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One simulated run of a trace; arrays have an element for each of its rows, seconds count from its origin."""

    engine: str
    """Which engine, e.g. ``counts`` or ``counts-python``."""
    seconds: float
    """How long the engine itself took, without `compiling`."""
    start: Whole
    """When each job first started; -1 for one that was refused."""
    finish: Whole
    """When each job ended for good; -1 likewise."""
    compiling: float = 0.0
    """Seconds before that in which the engine was compiled, or read back compiled."""
    core_because: tuple[str, ...] = ()
    """What only the core knows of this run, in the words of `jobcast.simulate.hosts.expressing` and of
    `jobcast.simulate.placed`; empty where the core wasn't the last resort."""
    submit: Whole | None = None
    """When each job was submitted, -1 for one that follows another in vain; None for as the trace has it."""
    killed: Flags | None = None
    """Which jobs were ended before they were done; None where none can be."""
    preemptions: Whole | None = None
    """How often each job was suspended or requeued; None where none can be."""
    backfilled: Flags | None = None
    """Which jobs started before one that came before them in the order; None where the engine doesn't tell."""
    refused: Mapping[int, str] = field(default_factory=dict)
    """Row of each job that was turned away or could never run, and why: a `jobcast.decision.Cause`."""
    queue: pl.Series | None = None
    """The queue that each job was in; None for as the trace has it, where the policy knows no queues."""
    other_queue: int = 0
    """How many jobs named a queue that the policy doesn't have, and were put into its default one."""
    allocations: pl.Series | None = None
    """Of type `ALLOCATION`; None where only processors are counted."""
    suspended: pl.Series | None = None
    """Of type `SUSPENDED`; None where the engine doesn't tell."""
    machines: Mapping[str, int] = field(default_factory=dict)
    """Each machine's processors; empty where only processors are counted."""
    reservations: pl.DataFrame | None = None
    """In `RESERVATIONS`; None where the engine doesn't keep them."""

    @property
    def jobs_per_second(self) -> float:
        """Return how many jobs the engine scheduled in a second."""
        return len(self.start) / max(self.seconds, 1e-9)
