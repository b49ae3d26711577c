"""What a step asks for: LoadLeveler counts resources per task or per node, others per job."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from jobcast.job import Request
from jobcast.units import Bytes, Seconds, parse_duration, parse_memory

_LONGEST = 4096
"""Characters of a value that is looked into."""
_WORD = 4
"""Bytes of a word (``kw``, ``mw``, ``gw``)."""
MEMORY = re.compile(r"(?<![\w.])ConsumableMemory\s*\(([^()]*)\)", re.IGNORECASE)
_NAME = "consumablememory"
_CPUS = re.compile(r"(?<![\w.])ConsumableCpus\s*\(\s*([0-9]{1,6})\s*\)", re.IGNORECASE)
_AFFINITY = re.compile(r"(?:core|cpu)\s*(?:\(\s*([0-9]{1,6})\s*\))?", re.IGNORECASE)
_MEMORY_WORDS = re.compile(r"([0-9]+\s*[KMGTP]?)W", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """Into what a step is divided."""

    tasks: int | None
    """Of the whole step; None where LoadLeveler chooses."""
    nodes: int | None
    """Of the whole step; None where LoadLeveler chooses."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedMemory:
    """Where a step asks for memory, or could."""

    keyword: str
    """``resources``, which counts per task, or ``node_resources``."""
    parts: int | None
    """Tasks or nodes."""
    amount: Bytes | None
    """Of one part; None where none is asked for, or what is written can't be understood."""
    written: bool
    """Whether anything is."""

    @property
    def of_job(self) -> Bytes | None:
        """Return what the whole step asks for."""
        return None if self.amount is None or self.parts is None else Bytes(self.amount * self.parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedTime:
    """A limit of run time: ``hard`` or ``hard,soft``."""

    hard: Seconds | None
    """At which the step is killed; None where it is unlimited or can't be understood."""
    soft: Seconds | None
    """At which it gets a signal."""


def layout_of(said: Mapping[str, str]) -> Layout:
    """Return into what a step is divided; without ``job_type`` it is serial, whatever else it says."""
    if said.get("job_type", "serial").lower() == "serial":
        return Layout(tasks=1, nodes=1)
    if geometry := said.get("task_geometry"):
        groups = re.findall(r"\(([0-9,\s]+)\)", geometry[:_LONGEST])
        tasks = sum(len(group.split(",")) for group in groups)
        return Layout(tasks=tasks or None, nodes=len(groups) or None)
    open_ended = said.keys() & {"blocking", "min_processors", "max_processors"}
    nodes = _whole(said["node"]) if "node" in said else None if open_ended else 1
    if "total_tasks" in said:
        return Layout(tasks=_whole(said["total_tasks"]), nodes=nodes)
    per_node = _whole(said.get("tasks_per_node", "1"))
    return Layout(tasks=nodes * per_node if nodes and per_node else None, nodes=nodes)


def _whole(text: str) -> int | None:
    """Return a number above 0, also where it stands for both ends of a range."""
    match = re.fullmatch(r"([0-9]{1,6})(?:\s*,\s*\1)?", text.strip())
    return (int(match[1]) or None) if match else None


def memory_of(said: Mapping[str, str]) -> AskedMemory:
    """Return what memory a step asks for; per task, where it does not ask for some per node alone."""
    layout = layout_of(said)
    per_task, per_node = said.get("resources", ""), said.get("node_resources", "")
    by_node = _names_memory(per_node) and not _names_memory(per_task)
    everything = f"{per_task} {per_node}"
    words = MEMORY.findall(everything) if len(everything) <= _LONGEST else []
    understood = len(words) == 1 and everything.lower().count(_NAME) == 1
    return AskedMemory(
        keyword="node_resources" if by_node else "resources",
        parts=layout.nodes if by_node else layout.tasks,
        amount=_memory(words[0]) if understood else None,
        written=_names_memory(everything),
    )


def _names_memory(resources: str) -> bool:
    return len(resources) > _LONGEST or _NAME in resources.lower()


def _memory(text: str) -> Bytes | None:
    """Read an amount; without a unit it is counted in megabytes, and nothing is no amount."""
    words = _MEMORY_WORDS.fullmatch(text.strip())
    try:
        amount = parse_memory(words[1], unit="B") * _WORD if words else parse_memory(text, unit="M")
    except ValueError:
        return None
    return Bytes(amount) or None


def time_of(said: Mapping[str, str]) -> AskedTime:
    """Return the limit that a step sets."""
    hard, _, soft = said.get("wall_clock_limit", "")[:_LONGEST].partition(",")
    return AskedTime(hard=_time(hard), soft=_time(soft))


def _time(text: str) -> Seconds | None:
    if not re.fullmatch(r"[0-9:.]{1,20}", text.strip()):
        return None
    try:
        return parse_duration(text) or None
    except ValueError:
        return None


def request_of(said: Mapping[str, str]) -> Request:
    """Return what the whole step asks for."""
    layout = layout_of(said)
    return Request(
        cores=_cores(said, layout.tasks),
        memory=memory_of(said).of_job,
        run_limit=time_of(said).hard,
        interactive=False,
        span_hosts=1 if layout.nodes == 1 else None,
    )


def _cores(said: Mapping[str, str], tasks: int | None) -> int | None:
    """Return the cores of all tasks: those asked for, else those that tasks are bound to, else one for each."""
    cpus = _CPUS.search(said.get("resources", "")[:_LONGEST])
    bound = _AFFINITY.fullmatch(said.get("task_affinity", "").strip()[:_LONGEST])
    threads = _whole(said.get("parallel_threads", ""))
    of_task = int(cpus[1]) if cpus else int(bound[1] or 1) if bound else threads or 1
    return tasks * of_task or None if tasks else None


def clock(seconds: float) -> str:
    """Write a limit as LoadLeveler reads it, which knows no days."""
    whole = math.ceil(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
