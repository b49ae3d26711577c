"""The machines of the cluster, in racks, and the containers of online services on them."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from jobcast.demo.colocation.names import machine_names, named
from jobcast.demo.colocation.plan import Floats, Plan, Rows, Stream

RACK = 10
"""Machines in one rack."""
CORES = 96
CONTAINERS = (5, 9)
"""Fewest and most on one machine."""
_A_SERVICE = 30
"""Containers that one service has, in the mean."""


def racks_of(machines: int) -> Rows:
    """Return the rack of each machine, from 0."""
    return np.arange(machines) // RACK


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Containers:
    """What runs beside the batch jobs, in order of their machines."""

    machine: Rows
    """(containers,): where each is."""
    lean: Floats
    """(containers,): how much of what it may have a container uses beside the others of its machine; 1 in the mean."""
    request: Rows
    """(containers,): hundredths of a core."""
    memory: Floats
    """(containers,): per cent of a machine's memory."""
    service: Rows
    """(containers,): which service it belongs to."""


def draw_containers(plan: Plan) -> Containers:
    """Return the containers of all machines."""
    rng = plan.rng(Stream.MACHINES)
    low, high = CONTAINERS
    machine = np.repeat(np.arange(plan.machines), rng.integers(low, high + 1, plan.machines))
    count = len(machine)
    lean = np.exp(rng.normal(0, 0.25, count))
    mean = np.bincount(machine, lean) / np.bincount(machine)
    return Containers(
        machine=machine,
        lean=lean / mean[machine],
        request=rng.choice([400, 400, 800, 800, 1600], count),
        memory=rng.choice([1.56, 1.56, 3.13, 6.25], count),
        service=rng.integers(1, max(2, count // _A_SERVICE), count),
    )


def machine_meta(plan: Plan) -> pl.DataFrame:
    """Return the table: one row for each machine."""
    rack = racks_of(plan.machines)
    return pl.DataFrame(
        {
            "machine_id": machine_names(plan.machines),
            "time_stamp": np.zeros(plan.machines, np.int64),
            "failure_domain_1": rack // 4 + 1,
            "failure_domain_2": pl.Series(rack + 1).cast(pl.String),
            "cpu_num": np.full(plan.machines, CORES),
            "mem_size": np.full(plan.machines, 100.0),
            "status": pl.repeat("USING", plan.machines, eager=True),
        }
    )


def container_meta(plan: Plan, containers: Containers) -> pl.DataFrame:
    """Return the table: one row for each container."""
    count = len(containers.machine)
    return pl.DataFrame(
        {
            "container_id": named("c", np.arange(1, count + 1)),
            "machine_id": machine_names(plan.machines).gather(containers.machine),
            "time_stamp": np.zeros(count, np.int64),
            "app_du": named("app", containers.service),
            "status": pl.repeat("started", count, eager=True),
            "cpu_request": containers.request,
            "cpu_limit": containers.request,
            "mem_size": containers.memory,
        }
    )
