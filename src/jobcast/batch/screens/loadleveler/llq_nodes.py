"""The part of ``llq -l`` on the machines and tasks of a parallel step, as recorded outputs have it."""

from collections.abc import Iterator

from jobcast.batch.record import Step
from jobcast.batch.screens.loadleveler import llq
from jobcast.printable import printable

RULE = "-" * 80


def nodes(step: Step) -> list[str]:
    """Return where a parallel step runs, or ran, task by task."""
    return [
        RULE,
        *_headed("Node", 0),
        *_node(step),
        "",
        *_headed("Master Task", 3),
        *_master(step),
        "",
        *_tasks(step),
    ]


def _headed(title: str, indent: int) -> list[str]:
    return [" " * indent + title, " " * indent + "-" * len(title), ""]


def _node(step: Step) -> Iterator[str]:
    demand, keywords = step.submitted.job.demand, step.submitted.notes.keywords
    most = demand.layout.machines_max or max(demand.tasks, demand.layout.machines_min)
    yield from _row("Name", "")
    yield from _row("Requirements", keywords.get("requirements", ""))
    yield from _row("Preferences", keywords.get("preferences", ""))
    yield from _row("Node minimum", str(demand.layout.machines_min))
    yield from _row("Node maximum", str(most))
    yield from _row("Node actual", str(len(step.allocation)) if step.allocation else "")
    hosts = [f"{share.machine}::" for share in step.allocation]
    yield from _row("Allocated Hosts", "".join(hosts[:1]))
    for host in hosts[1:]:
        yield f"{'':19}+ {printable(host)}"


def _row(name: str, value: str) -> Iterator[str]:
    yield f"   {name:<16}: {printable(value)}".rstrip()


def _master(step: Step) -> Iterator[str]:
    program = step.submitted.program
    yield from _task_row("Executable", step.submitted.notes.command or "".join(program.arguments[:1]))
    yield from _task_row("Exec Args", " ".join(llq.arguments(step)))
    if step.allocation:
        yield from _task_row("Num Task Inst", "1")
        yield from _task_row("Task Instance", f"{step.allocation[0].machine}:-1:,")


def _tasks(step: Step) -> Iterator[str]:
    yield from _headed("Task", 3)
    yield from _task_row("Num Task Inst", str(step.submitted.job.demand.tasks))
    hosts = [share.machine for share in step.allocation for _ in range(share.tasks)]
    for number, host in enumerate(hosts):
        yield from _task_row("Task Instance", f"{host}:{number}:,")


def _task_row(name: str, value: str) -> Iterator[str]:
    yield f"      {name:<13}: {printable(value)}".rstrip()
