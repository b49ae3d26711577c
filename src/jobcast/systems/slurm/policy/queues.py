"""Partitions as queues."""

from collections.abc import Sequence

from jobcast.machine import MEMORY
from jobcast.schedule.policy import Queue
from jobcast.systems.slurm.policy.partitions import Partition
from jobcast.systems.slurm.policy.priority import TIER
from jobcast.systems.slurm.policy.scheduler import Planning
from jobcast.systems.slurm.policy.selection import Selection


def queues_of(
    partitions: Sequence[Partition], selection: Selection, planning: Planning, *, factors_told: bool
) -> dict[str, Queue]:
    """Return one queue for each partition, by name."""
    return {
        partition.name: Queue(
            name=partition.name,
            priority=partition.tier * TIER + partition.factor if factors_told else partition.tier,
            open=partition.state in {"up", "drain"},
            run_limit=later(partition.time_default, partition.over_time),
            run_limit_max=later(partition.time_max, partition.over_time),
            estimate=partition.time_default if partition.over_time != 0 else None,
            default_resources=_defaults(partition, selection),
            max_machines=partition.nodes_max,
            machines=frozenset({partition.name}),
            users=partition.users,
            exclusive=partition.exclusive or selection.whole_nodes,
            max_planned=planning.planned_in_partition,
        )
        for partition in partitions
    }


def later(limit: int | None, over: int | None) -> int | None:
    """Return when a job is killed that may run so long over its limit; None for never."""
    return None if limit is None or over is None else limit + over


def _defaults(partition: Partition, selection: Selection) -> dict[str, int]:
    if not selection.memory or partition.memory_per_cpu is None:
        return {}
    return {MEMORY: partition.memory_per_cpu}
