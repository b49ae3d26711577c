"""Readings of machines and containers: the pressure as the trace tells it, with gaps and marks of bad readings."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from jobcast.demo.colocation.machines import Containers
from jobcast.demo.colocation.names import machine_names, named
from jobcast.demo.colocation.plan import Floats, Plan, Stream
from jobcast.demo.colocation.pressure import STEP, Pressure

_AT_ONCE = 600_000
"""Readings made in one go."""
_GAP, _MARKED = 0.02, 0.001
"""Shares of readings that lack what the processor's counters tell, and that hold -1 or 101 for use."""


def machine_usage(plan: Plan, pressure: Pressure) -> Iterator[pl.DataFrame]:
    """Yield the table by machines, each in order of time."""
    rng = plan.rng(Stream.USAGE)
    names = machine_names(plan.machines)
    steps = pressure.share.shape[1]
    at_once = max(1, _AT_ONCE // steps)
    for first in range(0, plan.machines, at_once):
        share = pressure.share[first : first + at_once].astype(np.float64)
        rows = share.size
        flat = share.ravel()
        memory = (72 + rng.normal(0, 6, len(share)))[:, None] + 14 * share
        yield pl.DataFrame(
            {
                "machine_id": names.gather(np.repeat(np.arange(first, first + len(share)), steps)),
                "time_stamp": np.tile(np.arange(steps) * STEP, len(share)),
                "cpu_util_percent": _percent(12 + 62 * flat + rng.normal(0, 4, rows), rng),
                "mem_util_percent": _percent(memory.ravel() + rng.normal(0, 2, rows), rng),
                "mem_gps": _counter(2 + 14 * flat, 0.15, rng),
                "mkpi": _counter(1 + 3 * flat**2, 0.2, rng),
                "net_in": _rounded(20 + 40 * flat + rng.normal(0, 3, rows)),
                "net_out": _rounded(15 + 35 * flat + rng.normal(0, 3, rows)),
                "disk_io_percent": _percent(3 + 14 * flat + rng.exponential(2, rows), rng),
            }
        )


def container_usage(plan: Plan, pressure: Pressure, containers: Containers) -> Iterator[pl.DataFrame]:
    """Yield the table by containers, each in order of time."""
    rng = plan.rng(Stream.USAGE).spawn(1)[0]
    names = machine_names(plan.machines)
    container = named("c", np.arange(1, len(containers.machine) + 1))
    steps = pressure.share.shape[1]
    at_once = max(1, _AT_ONCE // steps)
    for first in range(0, len(containers.machine), at_once):
        machine = containers.machine[first : first + at_once]
        share = pressure.share[machine].astype(np.float64)
        rows = share.size
        flat = share.ravel()
        used = (share * containers.lean[first : first + at_once, None]).ravel()
        memory = np.repeat(60 + rng.normal(0, 12, len(machine)), steps)
        yield pl.DataFrame(
            {
                "container_id": container.gather(np.repeat(np.arange(first, first + len(machine)), steps)),
                "machine_id": names.gather(np.repeat(machine, steps)),
                "time_stamp": np.tile(np.arange(steps) * STEP, len(machine)),
                "cpu_util_percent": _percent(85 * used + rng.normal(0, 3, rows), rng),
                "mem_util_percent": _percent(memory + 20 * used + rng.normal(0, 2, rows), rng),
                "cpi": _counter(0.8 + 1.4 * flat**2, 0.1, rng),
                "mem_gps": _counter(0.2 + 2.2 * used, 0.2, rng),
                "mpki": _counter(0.5 + 2 * flat**2, 0.25, rng),
                "net_in": _rounded(0.2 + used * 2 + rng.exponential(0.2, rows)),
                "net_out": _rounded(0.1 + used * 1.5 + rng.exponential(0.2, rows)),
                "disk_io_percent": _percent(2 + 8 * used + rng.exponential(2, rows), rng),
            }
        )


def _percent(value: Floats, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return whole per cents, a few of them marked as not measured rightly."""
    whole = np.clip(value, 0, 100).round().astype(np.int64)
    marked = rng.integers(len(whole), size=rng.binomial(len(whole), _MARKED))
    whole[marked] = rng.choice([-1, 101], len(marked))
    return whole


def _counter(value: Floats, sigma: float, rng: np.random.Generator) -> pl.Series:
    """Return what a counter of the processor tells, with gaps."""
    told = _rounded(value * np.exp(rng.normal(0, sigma, len(value))))
    told[rng.integers(len(told), size=rng.binomial(len(told), _GAP))] = np.nan
    return pl.Series(told, nan_to_null=True)


def _rounded(value: Floats) -> Floats:
    return np.maximum(value, 0).round(2)
