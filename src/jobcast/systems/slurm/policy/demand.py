"""What a submission asks for, as tasks and what each of them takes."""

import re
from collections import Counter
from dataclasses import replace
from functools import reduce

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.machine import CPUS, MEMORY
from jobcast.schedule.expression import Binary, Constant, Expression, Name
from jobcast.schedule.job import Demand, Layout
from jobcast.systems.slurm.policy.amounts import hosts
from jobcast.systems.slurm.policy.asked import Asked
from jobcast.systems.slurm.policy.machines import FEATURE, counted
from jobcast.units import format_memory

_FEATURE = re.compile(r"[\w.-]+")


def demand(asked: Asked) -> Demand:
    """Return the tasks of a job, what they take, and how they may be spread."""
    tasks, layout = _tasks(asked)
    per_task: Counter[str] = Counter({CPUS: _cpus(asked, tasks)})
    per_node: Counter[str] = Counter(asked.generic())
    per_node.update(asked.gpus("gpus-per-node"))
    per_task.update(asked.gpus("gpus-per-task"))
    for name, number in asked.gpus("gpus").items():
        if number % tasks:
            per_node[name] += -(-number // layout.machines_min)
        else:
            per_task[name] += number // tasks
    memory = _memory(asked, per_task[CPUS])
    fit = 0
    if asked.site.selection.memory:
        per_task.update(memory["task"])
        per_node.update(memory["node"])
    else:
        fit = max(memory["task"].get(MEMORY, 0), memory["node"].get(MEMORY, 0))
    return Demand(
        tasks=tasks,
        per_task=_some(per_task),
        per_machine=_some(per_node),
        floating=asked.value("licenses", counted) or {},
        layout=_alone(asked, layout, memory),
        needs=_needs(asked, fit),
        groups=frozenset(asked.value("nodelist", hosts) or ()),
    )


def _some(amounts: Counter[str]) -> dict[str, int]:
    return {name: amount for name, amount in amounts.items() if amount}


def _tasks(asked: Asked) -> tuple[int, Layout]:
    least, most = asked.nodes()
    on_each = asked.number("ntasks-per-node")
    tasks = asked.number("ntasks") or least * (on_each or 1)
    least = min(least, tasks)
    return tasks, Layout(machines_min=least, machines_max=most, tasks_per_machine=on_each)


def _cpus(asked: Asked, tasks: int) -> int:
    """Return the CPUs of each task: whole cores where a task has its cores for itself."""
    cpus = asked.number("cpus-per-task") or 1
    per_cpu, most = asked.memory("mem-per-cpu"), asked.partition.most_per_cpu
    if per_cpu and most and per_cpu > most:
        cpus *= -(-per_cpu // most)
    selection, nodes = asked.site.selection, asked.site.nodes
    threads = max((nodes[name].threads for name in asked.partition.nodes), default=1)
    if selection.whole_cores and (tasks == 1 or cpus > 1 or selection.one_task_per_core):
        return -(-cpus // threads) * threads
    return cpus


def _memory(asked: Asked, cpus: int) -> dict[str, dict[str, int]]:
    """Return the memory of each task and of each node, that of the partition where none is asked for."""
    per_node, per_cpu = asked.memory("mem"), asked.memory("mem-per-cpu")
    if per_node is not None and per_cpu is not None:
        raise ConfigError(say("slurm_submission.two_memories"))
    if per_node is None and per_cpu is None:
        per_node, per_cpu = asked.partition.memory_per_node, asked.partition.memory_per_cpu
    most = asked.partition.most_per_node
    if per_node and most and per_node > most:
        raise ConfigError(
            say("slurm_submission.too_much", amount=format_memory(per_node), most=format_memory(most))
        )
    if per_node is not None:
        return {"task": {}, "node": {MEMORY: per_node}}
    of_cpu = min(per_cpu or 0, asked.partition.most_per_cpu or per_cpu or 0)
    return {"task": {MEMORY: of_cpu * cpus}, "node": {}}


def _alone(asked: Asked, layout: Layout, memory: dict[str, dict[str, int]]) -> Layout:
    """Let a job have its nodes for itself where it asks for that, must, or asks for all their memory."""
    all_memory = not any(amount for part in memory.values() for amount in part.values())
    alone = (
        ("exclusive" in asked.options and asked.options["exclusive"] in {"", "exclusive"})
        or asked.partition.exclusive
        or asked.site.selection.whole_nodes
        or (asked.site.selection.memory and all_memory)
    )
    return replace(layout, exclusive=alone)


def _needs(asked: Asked, memory: int) -> Expression | None:
    """Return what a node must fulfil: features, and as much memory as is asked for where memory isn't handed out."""
    needs = [] if not memory else [Binary(">=", Name(MEMORY), Constant(memory))]
    features = asked.value("constraint", _features)
    wanted = [*([] if features is None else [features]), *needs]
    return reduce(lambda left, right: Binary("&&", left, right), wanted) if wanted else None


def _features(text: str) -> Expression:
    """Read ``intel&ib`` or ``intel|amd``. Raises ValueError for counts and brackets, which can't be done."""
    alternatives = []
    for part in text.split("|"):
        names = [name.strip() for name in re.split("[&,]", part)]
        if not all(map(_FEATURE.fullmatch, names)):
            raise ValueError(text)
        every: list[Expression] = [Name(f"{FEATURE}{name}") for name in names]
        alternatives.append(reduce(lambda left, right: Binary("&&", left, right), every))
    return reduce(lambda left, right: Binary("||", left, right), alternatives)
