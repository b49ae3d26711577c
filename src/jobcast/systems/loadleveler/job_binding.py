"""To what the tasks of a step are bound: ``task_affinity = core(n)``, ``rset``, ``parallel_threads``."""

import re

from jobcast.language import say
from jobcast.machine import CPUS
from jobcast.program import Affinity, Unit
from jobcast.schedule.job import Demand
from jobcast.systems.loadleveler.job_step import JobStep
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import one_of, shown, whole_from

_TASK = re.compile(r"(core|cpu)\s*(?:\(\s*([0-9]{1,6})\s*\))?", re.IGNORECASE)
_NONE = "rset_none"
_RSETS = ("rset_mcm_affinity", "rset_consumable_cpus", _NONE)


def task_affinity(text: str) -> Affinity:
    """Read ``core(n)`` or ``cpu(n)``."""
    match = _TASK.fullmatch(text.strip())
    if match is None or match[2] == "0":
        raise RefusedError(say("loadleveler.bad_affinity", value=shown(text)))
    return Affinity(unit=Unit(match[1].lower()), per_task=int(match[2] or 1))


def read_affinity(step: JobStep, demand: Demand) -> Affinity | None:
    """Return to what each task is bound; by ``rset`` alone to as many CPUs as it asks for. None for nothing."""
    rset = step.read("rset", one_of(*_RSETS), _NONE)
    if (own := step.read("task_affinity", task_affinity, None)) is not None:
        return own
    return None if rset == _NONE else Affinity(unit=Unit.CPU, per_task=demand.per_task.get(CPUS, 1))


def read_threads(step: JobStep) -> dict[str, str]:
    """Return what tells OpenMP how many threads a task has."""
    threads = step.read("parallel_threads", whole_from(1, 10**6), 0)
    return {"OMP_NUM_THREADS": str(threads)} if threads else {}
