"""How many tasks a step has, and how they are spread: node, tasks_per_node, total_tasks, blocking, task_geometry.

"Task assignment considerations" in Using and Administering LoadLeveler tells which of them go together.
"""

import re
from dataclasses import dataclass

from jobcast.language import say
from jobcast.schedule.job import Layout
from jobcast.systems.loadleveler.job_step import JobStep
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import one_of, shown, whole, whole_from

_MOST_MACHINES, _MOST_TASKS = 10**5, 10**6
_GROUP = re.compile(r"\s*\(([0-9,\s]+)\)\s*,?")
_TYPES = ("serial", "parallel", "mpich", "pvm3", "bluegene")
_ONE_TASK: tuple[int, ...] = (1,)
_APART = (
    ("task_geometry", ("node", "tasks_per_node", "total_tasks", "blocking", "min_processors")),
    ("blocking", ("node", "tasks_per_node", "min_processors")),
    ("total_tasks", ("tasks_per_node",)),
    ("min_processors", ("node", "tasks_per_node", "total_tasks")),
)
"""Keywords that can't stand together in a step."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tasks:
    """Into what a step is divided."""

    number: int
    """At least 1."""
    layout: Layout
    """How they are spread."""


def read_tasks(step: JobStep) -> Tasks:
    """Return into what a step is divided; one that isn't parallel has one task, whatever else it says."""
    kind = step.read("job_type", one_of(*_TYPES), "serial")
    exclusive = (
        step.read("node_usage", one_of("shared", "not_shared", "slice_not_shared"), "shared") != "shared"
    )
    if kind == "bluegene":
        step.refuse("job_type", RefusedError(say("loadleveler_made.blue_gene")))
    if kind == "serial":
        return Tasks(number=1, layout=Layout(machines_max=1, exclusive=exclusive))
    for key, others in _APART:
        for other in others:
            if step.says(key) and step.says(other):
                step.refuse(key, RefusedError(say("loadleveler.apart", name=key, other=other)))
    if step.says("task_geometry"):
        geometry = step.read("task_geometry", _geometry, _ONE_TASK)
        layout = Layout(
            machines_min=len(geometry), machines_max=len(geometry), geometry=geometry, exclusive=exclusive
        )
        return Tasks(number=sum(geometry), layout=layout)
    if step.says("min_processors") or step.says("max_processors"):
        return Tasks(number=_processors(step), layout=Layout(exclusive=exclusive))
    if step.says("blocking"):
        return Tasks(number=_blocked(step), layout=Layout(exclusive=exclusive))
    return _by_node(step, exclusive=exclusive)


def _by_node(step: JobStep, *, exclusive: bool) -> Tasks:
    """Return the tasks of ``node`` with ``tasks_per_node`` or ``total_tasks``, which spreads evenly; else one each."""
    least, most = step.read("node", _range, (1, 1))
    if most != least and step.says("total_tasks"):
        step.refuse("node", RefusedError(say("loadleveler.one_number")))
    elif most != least:
        step.correct("node", say("loadleveler.the_least", least=least))
    each = step.read("tasks_per_node", whole_from(1, _MOST_TASKS), 1)
    total = step.read("total_tasks", whole_from(1, _MOST_TASKS), least * each)
    if total < least:
        step.refuse("total_tasks", RefusedError(say("loadleveler.too_few_tasks", tasks=total, nodes=least)))
    every, more = divmod(total, least)
    layout = Layout(
        machines_min=least,
        machines_max=least,
        tasks_per_machine=None if more else every,
        geometry=tuple(every + (place < more) for place in range(least)) if more else (),
        exclusive=exclusive,
    )
    return Tasks(number=total, layout=layout)


def _processors(step: JobStep) -> int:
    least = step.read("min_processors", whole_from(1, _MOST_TASKS), 1)
    most = step.read("max_processors", whole_from(1, _MOST_TASKS), least)
    if most < least:
        step.refuse("max_processors", RefusedError(say("loadleveler.least_above", least=least, most=most)))
    elif most > least:
        step.correct("max_processors", say("loadleveler.the_least", least=least))
    return least


def _blocked(step: JobStep) -> int:
    """Return the tasks of a step that says ``blocking``, whose blocks are taken to fill machines as they come."""
    size = step.read("blocking", _block, 0)
    total = step.read("total_tasks", whole_from(1, _MOST_TASKS), 0)
    if not total:
        step.refuse("blocking", RefusedError(say("loadleveler.wants_total")))
    elif size:
        step.correct("blocking", say("loadleveler.no_blocks"))
    return max(total, 1)


def _block(text: str) -> int:
    """Read tasks of a block; 0 for ``unlimited``."""
    return 0 if text.strip().lower() == "unlimited" else whole_from(1, _MOST_TASKS)(text)


def _range(text: str) -> tuple[int, int]:
    """Read ``n`` or ``least,most``, either of which may be missing."""
    least, comma, most = (part.strip() for part in text.partition(","))
    first = whole(least) if least or not comma else 1
    last = whole(most) if most else first
    if not 1 <= first <= last <= _MOST_MACHINES:
        raise RefusedError(
            say("loadleveler.least_above", least=shown(least or "1"), most=shown(most or least))
        )
    return first, last


def _geometry(text: str) -> tuple[int, ...]:
    """Read ``{(0,1)(2)}``: tasks from 0, each once; returns how many each machine has."""
    inner = text.strip().removeprefix("{").removesuffix("}")
    groups = [re.findall(r"[0-9]{1,7}", group) for group in _GROUP.findall(inner)]
    tasks = sorted(int(task) for group in groups for task in group)
    if _GROUP.sub("", inner).strip() or not tasks or tasks != list(range(len(tasks))) or not all(groups):
        raise RefusedError(say("loadleveler.bad_geometry", value=shown(text)))
    return tuple(len(group) for group in groups)
