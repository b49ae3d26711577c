"""Resource requirements of LSF, such as ``select[mem>4000] rusage[mem=4GB/task] span[hosts=1]``.

Grammar: "Resource requirement strings" in Administering IBM Spectrum LSF, and bsub(1), option -R.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from jobcast.units import Bytes, parse_memory

if TYPE_CHECKING:  # pulls in Polars, which a hook that reads one requirement does without
    from jobcast.systems.base import Site


class Per(StrEnum):
    """What an amount is asked for once each."""

    HOST = "host"
    TASK = "task"
    JOB = "job"


@dataclass(frozen=True, kw_only=True, slots=True)
class Amount:
    """So much of a resource for each host, each task, or the whole job."""

    value: int
    """Bytes of memory, or a number of graphics cards; above 0."""
    per: Per
    """What it is asked for once each."""

    def of_job(self, tasks: int, hosts: int) -> int:
        """Return the amount for a job of `tasks` on `hosts`."""
        if self.per is Per.JOB:
            return self.value
        return self.value * (tasks if self.per is Per.TASK else hosts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement:
    """What a resource requirement says about memory, graphics cards and the spread over hosts."""

    memory: Amount | None = None
    """In bytes; None where nothing, or zero, is asked for."""
    gpus: Amount | None = None
    """Graphics cards; None where none are asked for."""
    span_hosts: int | None = None
    """The N of ``span[hosts=N]``; LSF itself knows only 1. None where it is not given."""
    tasks_per_host: int | None = None
    """The N of ``span[ptile=N]``; None where it is not given."""

    def hosts_for(self, tasks: int) -> int:
        """Return on how many hosts `tasks` will run, as far as the requirement tells; 1 where it doesn't."""
        if self.span_hosts:
            return self.span_hosts
        return ceil(tasks / self.tasks_per_host) if self.tasks_per_host else 1

    def memory_of_job(self, tasks: int | None, hosts: int | None = None) -> Bytes | None:
        """Return the memory that the whole job asks for.

        `hosts` is the number of hosts on which it ran, where known; a job without `tasks` has one.
        """
        if self.memory is None:
            return None
        return Bytes(self.memory.of_job(tasks or 1, hosts or self.hosts_for(tasks or 1)))

    def gpus_of_job(self, tasks: int | None, hosts: int | None = None) -> int | None:
        """Return the graphics cards that the whole job asks for."""
        if self.gpus is None:
            return None
        return self.gpus.of_job(tasks or 1, hosts or self.hosts_for(tasks or 1))


_NOTHING = Requirement()
GPU_NAMES = frozenset({"ngpus_physical", "ngpus", "ngpus_shared", "ngpus_excl_t", "ngpus_excl_p"})
"""What rusage may call graphics cards."""


class Asked(NamedTuple):
    """What one job asked for by its resource requirement; None where it did not."""

    memory: Bytes | None
    """For the whole job."""
    gpus: int | None
    span_hosts: int | None


@lru_cache(maxsize=16_384)
def asked_for(own: str, effective: str, tasks: int | None, hosts: int | None, site: "Site") -> Asked:
    """Return what a job of `tasks`, which ran on `hosts`, asked for.

    `own` is what its user wrote; where that is silent, `effective` counts, in which LSF has put the
    defaults of queue and application. Few texts are common to most jobs: they are remembered.
    """
    first = parse_requirement(own, site.memory_unit, per_task=site.memory_per_task)
    second = parse_requirement(effective, site.memory_unit, per_task=site.memory_per_task)
    return Asked(
        first.memory_of_job(tasks, hosts) or second.memory_of_job(tasks, hosts),
        first.gpus_of_job(tasks, hosts) or second.gpus_of_job(tasks, hosts),
        first.span_hosts or second.span_hosts,
    )


@lru_cache(maxsize=16_384)
def parse_requirement(text: str, memory_unit: str = "M", *, per_task: bool = False) -> Requirement:
    """Read a resource requirement; what is not understood in it counts as not asked for.

    `memory_unit` is LSF_UNIT_FOR_LIMITS. An amount without ``/host``, ``/task`` or ``/job`` is meant
    per host, or per task where the site has set RESOURCE_RESERVE_PER_TASK (`per_task`).
    Of alternatives (``||``) the first counts, for LSF tries it first.
    """
    default = Per.TASK if per_task else Per.HOST
    text = text.strip()
    while text.startswith("{") and (closing := closed_at(text, 0)) > 0:
        text = text[1:closing].strip()
    terms = [_TERM.fullmatch(term) for term in split(text, "+")]
    if all(terms):
        return _compound([(int(term[1]), term[2]) for term in terms if term], memory_unit, default)
    return _simple(text, memory_unit, default)


_TERM = re.compile(r"\s*(\d+)\s*\*\s*\{(.*)\}\s*", re.DOTALL)
"""One term of a compound requirement: ``4*{select[...] rusage[...]}``."""


def _compound(terms: list[tuple[int, str]], memory_unit: str, default: Per) -> Requirement:
    """Add up ``1*{...} + 4*{...}``: the number before each brace counts its tasks."""
    memory = gpus = 0
    for tasks, text in terms:
        part = _simple(text, memory_unit, default)
        memory += part.memory_of_job(tasks) or 0
        gpus += part.gpus_of_job(tasks) or 0
    return Requirement(
        memory=Amount(value=memory, per=Per.JOB) if memory else None,
        gpus=Amount(value=gpus, per=Per.JOB) if gpus else None,
    )


def _simple(text: str, memory_unit: str, default: Per) -> Requirement:
    """Read sections one after the other; a section given twice, as by two -R, adds to the first."""
    requirement = _NOTHING
    for name, _, content in sections(text):
        if name == "rusage":
            requirement = _with_usage(requirement, content, memory_unit, default)
        elif name == "span":
            requirement = _with_span(requirement, content)
    return requirement


def _with_usage(requirement: Requirement, content: str, memory_unit: str, default: Per) -> Requirement:
    for name, value in usage(content):
        if name == "mem":
            amount = read_amount(value, memory_unit, default)
            if amount and (requirement.memory is None or amount.value > requirement.memory.value):
                requirement = replace(requirement, memory=amount)
        elif name in GPU_NAMES:
            requirement = replace(requirement, gpus=read_amount(value, "B", default) or requirement.gpus)
    return requirement


def _with_span(requirement: Requirement, content: str) -> Requirement:
    match = re.fullmatch(r"\s*(hosts|ptile)\s*=\s*(\d+)\s*", content)
    if match is None or int(match[2]) == 0:
        return requirement
    if match[1] == "hosts":
        return replace(requirement, span_hosts=int(match[2]))
    return replace(requirement, tasks_per_host=int(match[2]))


def sections(text: str) -> Iterator[tuple[str, int, str]]:
    """Give name, place and content of each ``name[content]``, whatever else stands between them."""
    end = 0
    while match := _SECTION.search(text, end):
        opening = match.end() - 1
        end = closed_at(text, opening) + 1
        if end == 0:
            return
        yield match[1], opening + 1, text[opening + 1 : end - 1]


_SECTION = re.compile(r"(?<![a-z])([a-z]++)\s*+\[")


def usage(content: str) -> Iterator[tuple[str, str]]:
    """Give each resource of an rusage section with its amount; of alternatives only those of the first."""
    first = next(split(content, "||")).strip()
    while first.startswith("(") and closed_at(first, 0) == len(first) - 1:
        first = first[1:-1].strip()
    for part in split(first.replace(":", ","), ","):
        name, equals, value = part.partition("=")
        if equals:
            yield name.strip(), value.strip()


def read_amount(value: str, unit: str, default: Per) -> Amount | None:
    """Read ``4000``, ``12.5GB/task`` or ``(400 100)``, the amounts of phases, of which the largest counts."""
    number, _, per = value.partition("/")
    try:
        phases = [round(parse_memory(phase, unit=unit)) for phase in number.strip("() ").split()]
        scope = Per(per.strip()) if per else default
    except ValueError:
        return None
    largest = max(phases, default=0)
    return Amount(value=largest, per=scope) if largest else None


_PAIRS = {"[": "]", "(": ")", "{": "}"}


def closed_at(text: str, opening: int) -> int:
    """Return where the bracket at `opening` is closed, or -1; brackets within quotes don't count."""
    awaited: list[str] = []
    for match in _MARKS.finditer(text, opening):
        mark = match[0]
        if mark in _PAIRS:
            awaited.append(_PAIRS[mark])
        elif awaited and mark == awaited[-1]:
            awaited.pop()
            if not awaited:
                return match.start()
    return -1


_MARKS = re.compile(r"\"[^\"]*\"|'[^']*'|[\[\](){}]")


def split(text: str, separator: str) -> Iterator[str]:
    """Split at each `separator` that stands in no bracket; there is always at least one part."""
    start = depth = 0
    for match in re.finditer(f"{_MARKS.pattern}|{re.escape(separator)}", text):
        if match[0] == separator and depth == 0:
            yield text[start : match.start()]
            start = match.end()
        else:
            depth += (match[0] in _PAIRS) - (match[0] in _PAIRS.values())
    yield text[start:]
