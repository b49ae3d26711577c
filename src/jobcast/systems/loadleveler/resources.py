"""Consumable resources: ``ConsumableCpus(4) ConsumableMemory(2 gb) licence(1)``.

"Consumable resources and AIX Workload Manager" in Using and Administering LoadLeveler: units are b w kb kw ... eb ew,
w is a word of four bytes, each step is 1024; amounts of memory are whole megabytes, rounded up, megabytes if bare.
"""

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

from jobcast.language import say
from jobcast.machine import CPUS, MEMORY
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.values import shown
from jobcast.units import MIB

VIRTUAL_MEMORY = "virtual_memory"
"""In bytes."""
LARGE_PAGE_MEMORY = "large_page_memory"
"""In bytes."""
COLLECTIVE_GROUPS = "collective_groups"
STARTERS = "starters"
"""Tasks that a machine may run at once, where CPUs count by themselves."""
ALL = "all"
"""Said of a machine: as much as it has."""
_THEIRS = {
    CPUS: "ConsumableCpus",
    MEMORY: "ConsumableMemory",
    VIRTUAL_MEMORY: "ConsumableVirtualMemory",
    LARGE_PAGE_MEMORY: "ConsumableLargePageMemory",
    COLLECTIVE_GROUPS: "CollectiveGroups",
}
PREDEFINED: Mapping[str, str] = MappingProxyType({name.lower(): own for own, name in _THEIRS.items()})
"""Name in small letters to ours."""
IN_BYTES = frozenset({MEMORY, VIRTUAL_MEMORY, LARGE_PAGE_MEMORY})
_OURS = frozenset({*PREDEFINED.values(), STARTERS})
_NAME = re.compile(r"[A-Za-z_][\w.]{0,254}")
_ENTRY = re.compile(r"[\s,]*([^\s,()]+)\s*(?:\(([^()]*)\))?[\s,]*")
_AMOUNT = re.compile(r"([0-9]{1,18})\s*([kmgtpe]?[bw])?", re.IGNORECASE)
_STEPS = " kmgtpe"
_TOO_MUCH = 1 << 63

Counts = Mapping[str, int | str]
"""Our name of a resource to its amount, memory in bytes; `ALL` where a machine gives as much as it has."""
NO_AMOUNTS: Mapping[str, int] = MappingProxyType({})
NO_COUNTS: Counts = MappingProxyType({})


def ours(name: str) -> str:
    """Return our name of a resource; a site's own stays, unless it is one of ours, which means something else."""
    own = PREDEFINED.get(name.lower(), name)
    return own if own is not name or own not in _OURS else f"own_{own}"


def theirs(resource: str) -> str:
    """Return LoadLeveler's name of one of our resources."""
    return _THEIRS.get(resource, resource.removeprefix("own_"))


def scheduled(text: str) -> tuple[str, ...]:
    """Read SCHEDULE_BY_RESOURCES: our names; one bad name voids all."""
    found: list[str] = []
    for name in text.replace(",", " ").split():
        if _NAME.fullmatch(name) is None or ours(name) in found:
            raise RefusedError(say("loadleveler.voids_scheduling", name=shown(name)))
        found.append(ours(name))
    return tuple(found)


def floating(text: str) -> dict[str, int]:
    """Read FLOATING_RESOURCES: name to count; one bad entry, and a predefined name is one, voids all."""
    found: dict[str, int] = {}
    for name, count in _entries(text):
        if name.lower() in PREDEFINED or name in found or not re.fullmatch(r"[0-9]{1,12}", count or ""):
            raise RefusedError(say("loadleveler.voids_floating", name=shown(name)))
        found[ours(name)] = int(count or 0)
    return found


def requested(text: str) -> dict[str, int]:
    """Read ``resources`` of a job or class: our names to amounts; CPUs and memory must be above 0."""
    found: dict[str, int] = {}
    for name, count in _entries(text):
        own = ours(name)
        if own in found:
            raise RefusedError(say("loadleveler.resource_twice", name=shown(name)))
        found[own] = amount(own, count or "")
        if not found[own] and own in PREDEFINED.values():
            raise RefusedError(say("loadleveler.bad_count", name=shown(name), count=shown(count or "")))
    return found


def offered(text: str) -> dict[str, int | str]:
    """Read ``resources`` of a machine; a bare name, or ``all``, is as much as it has."""
    found: dict[str, int | str] = {}
    for name, count in _entries(text):
        if ours(name) in found:
            raise RefusedError(say("loadleveler.resource_twice", name=shown(name)))
        everything = (count or ALL).lower() == ALL and name.lower() in PREDEFINED
        found[ours(name)] = ALL if everything else amount(ours(name), count or "")
    return found


def amount(resource: str, count: str) -> int:
    """Read a count, with a unit only where it is of memory, which is rounded up to megabytes."""
    match = _AMOUNT.fullmatch(count.strip())
    if match is None or (match[2] and resource not in IN_BYTES):
        raise RefusedError(say("loadleveler.bad_count", name=theirs(resource), count=shown(count)))
    if resource not in IN_BYTES:
        return int(match[1])
    value = bytes_of(count, unit="mb")
    if value is None:
        raise RefusedError(say("loadleveler.bad_count", name=theirs(resource), count=shown(count)))
    return -(-value // MIB) * MIB


def bytes_of(text: str, unit: str = "b") -> int | None:
    """Read an amount of memory, in that unit where it has none; None where it is none, or one too large to be meant."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return None
    unit = (match[2] or unit).lower()
    factor = 1024 ** max(_STEPS.find(unit[0]), 0) if len(unit) == 2 else 1
    value = int(match[1]) * factor * (4 if unit[-1] == "w" else 1)
    return value if value < _TOO_MUCH else None


def _entries(text: str) -> list[tuple[str, str | None]]:
    """Return names with what stands in brackets behind them; None where nothing does."""
    found, position = [], 0
    while position < len(text):
        match = _ENTRY.match(text, position)
        if match is None or _NAME.fullmatch(match[1]) is None:
            raise RefusedError(say("loadleveler.bad_resources", value=shown(text[position:])))
        found.append((match[1], None if match[2] is None else match[2].strip()))
        position = match.end()
    return found


def only(amounts: Mapping[str, int], names: Collection[str]) -> dict[str, int]:
    """Return those of some resources that count, as far as they are above 0."""
    return {name: value for name, value in amounts.items() if name in names and value}
