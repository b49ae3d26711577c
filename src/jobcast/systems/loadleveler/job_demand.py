"""What a step asks for: tasks, what each of them takes, and which machines will do."""

from collections.abc import Collection, Mapping

from jobcast.language import say
from jobcast.machine import CPUS, Cluster
from jobcast.schedule.expression import Expression
from jobcast.schedule.job import Demand
from jobcast.systems.loadleveler.job_binding import task_affinity
from jobcast.systems.loadleveler.job_layout import read_tasks
from jobcast.systems.loadleveler.job_needs import read_needs
from jobcast.systems.loadleveler.job_step import JobStep
from jobcast.systems.loadleveler.resources import NO_AMOUNTS, VIRTUAL_MEMORY, only, requested, theirs
from jobcast.systems.loadleveler.site import Site
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import whole_from
from jobcast.units import KIB


def read_demand(step: JobStep, site: Site, queue: str) -> Demand:
    """Return what a step of a queue asks for."""
    tasks = read_tasks(step)
    cluster, counts = site.configuration.cluster, site.counted.resources
    rules = site.rules.of_class(queue)
    own = _asked(step, "resources", counts)
    asked = own if step.says("resources") else only(rules.resources, counts)
    of_step = _asked(step, "step_resources", counts)
    per_machine = only(step.read("node_resources", requested, rules.node_resources), counts)
    floating = {name: amount * tasks.number for name, amount in asked.items() if name in cluster.floating}
    for name, amount in of_step.items():
        floating[name] = floating.get(name, 0) + amount
    return Demand(
        tasks=tasks.number,
        per_task={name: amount for name, amount in asked.items() if name not in cluster.floating}
        | _cpus(step, own, counts)
        | dict.fromkeys(site.counted.places, 1),
        per_machine=per_machine,
        floating=floating,
        layout=tasks.layout,
        needs=_wanted(step, "requirements", cluster),
        prefers=_wanted(step, "preferences", cluster),
    )


def _asked(step: JobStep, key: str, counts: Collection[str]) -> dict[str, int]:
    """Return the resources of a keyword that count; others are reported."""
    everything = step.read(key, requested, NO_AMOUNTS)
    for name in everything:
        if name not in counts:
            step.correct(key, say("loadleveler.not_scheduled", name=theirs(name)))
    least = step.read("image_size", whole_from(1), 0) * KIB
    if 0 < everything.get(VIRTUAL_MEMORY, 0) < least:
        step.refuse(key, RefusedError(say("loadleveler.below_image")))
    return only(everything, counts)


def _cpus(step: JobStep, asked: Mapping[str, int], counts: Collection[str]) -> dict[str, int]:
    """Return the CPUs that each task is bound to, where it asks for none and they count."""
    bound = step.read("task_affinity", task_affinity, None)
    return {CPUS: bound.per_task} if bound and CPUS in counts and CPUS not in asked else {}


def _wanted(step: JobStep, key: str, cluster: Cluster) -> Expression | None:
    found = step.read(key, lambda text: read_needs(text, cluster.machines, key), None)
    if found is None:
        return None
    if found.untold:
        step.correct(key, say("loadleveler.untold", names=", ".join(sorted(found.untold))))
    return found.tree
