"""What a step's processes may take of its machine: ENFORCE_RESOURCE_USAGE, _POLICY and _MEMORY."""

from jobcast.machine import CPUS, MEMORY
from jobcast.program import Enforcement
from jobcast.schedule.job import BatchJob, Demand
from jobcast.systems.loadleveler.live import LiveRules
from jobcast.systems.loadleveler.resources import VIRTUAL_MEMORY


def enforcement_of(job: BatchJob, live: LiveRules) -> Enforcement:
    """Return what the processes of a step may take of its first machine: what it asked for of what is enforced."""

    def enforced(resource: str) -> int | None:
        """Return the amount of a resource; None where it isn't enforced, or the step asks for none of it."""
        return _on_first_machine(job.demand, resource) or None if resource in live.enforced else None

    return Enforcement(
        policy=live.policy,
        cpus=enforced(CPUS),
        memory=(memory := enforced(MEMORY)),
        virtual_memory=enforced(VIRTUAL_MEMORY),
        kill_over_memory=live.kill_over_memory and memory is not None,
    )


def _on_first_machine(demand: Demand, resource: str) -> int:
    return demand.per_task.get(resource, 0) * _tasks(demand) + demand.per_machine.get(resource, 0)


def _tasks(demand: Demand) -> int:
    """Return how many tasks the first machine has; where that is left open, the most that it can have."""
    layout = demand.layout
    if layout.geometry:
        return layout.geometry[0]
    return layout.tasks_per_machine or demand.tasks - (layout.machines_min - 1)
