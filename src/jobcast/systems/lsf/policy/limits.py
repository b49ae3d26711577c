"""Limit sections of lsb.resources: how much of something whose jobs may use at once."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from itertools import count as count_from

from jobcast.language import say
from jobcast.machine import CPUS, MEMORY, Machine
from jobcast.schedule.policy import Limit
from jobcast.systems.lsf.policy.book import Book
from jobcast.systems.lsf.policy.form import Form
from jobcast.systems.lsf.policy.names import picked
from jobcast.systems.lsf.policy.processors import PerProcessor
from jobcast.systems.lsf.policy.values import count, factor
from jobcast.units import parse_memory

_CONSUMERS = (
    ("user", "USERS", "PER_USER"),
    ("queue", "QUEUES", "PER_QUEUE"),
    ("machine", "HOSTS", "PER_HOST"),
    ("project", "PROJECTS", "PER_PROJECT"),
)
_RESOURCE = re.compile(r"\[?\s*([^\s,\[\]]+)\s*,\s*([0-9]+)\s*\]?")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Consumers:
    per: tuple[str, ...]
    only: Mapping[str, frozenset[str]]
    but: Mapping[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitSite:
    """What limits need to know of their cluster."""

    users: Mapping[str, frozenset[str]]
    """User groups."""
    hosts: Mapping[str, frozenset[str]]
    """Host groups."""
    machines: Sequence[Machine]
    """All of them."""
    memory_unit: str
    """Of amounts of memory without one."""


def resource_limits(book: Book, site: LimitSite) -> tuple[Limit, ...]:
    """Return the limits of all Limit sections; one that can't be kept as it stands is left out as a whole."""
    found: list[Limit] = []
    for at, form in enumerate(book.forms("lsb.resources", "Limit"), start=1):
        name = form.text("NAME") or say("lsf_policy.nth_limit", number=at)
        form.title = name
        consumers = _consumers(form, site)
        if consumers is not None:
            found += _amounts(form, name, consumers, site)
    return tuple(found)


def told_apart(limits: Iterable[Limit]) -> tuple[Limit, ...]:
    """Return limits of which no two have the same name: the later ones get a number."""
    found: dict[str, Limit] = {}
    for limit in limits:
        numbered = (f"{limit.name} ({number})" for number in count_from(2))
        name = next(name for name in chain([limit.name], numbered) if name not in found)
        found[name] = replace(limit, name=name)
    return tuple(found.values())


def _consumers(form: Form, site: LimitSite) -> _Consumers | None:
    """Return whose jobs count, and what they are counted by; None where that can't be told."""
    per: list[str] = []
    only: dict[str, frozenset[str]] = {}
    but: dict[str, frozenset[str]] = {}
    groups = {"user": site.users, "machine": site.hosts}
    for consumer, together, each in _CONSUMERS:
        for keyword in (together, each):
            text = form.text(keyword)
            if text is None:
                continue
            names = picked(text.split(), groups.get(consumer, {}))
            if keyword == each:
                per.append(consumer)
            if names.named:
                only[consumer] = names.named
            elif names.but:
                but[consumer] = names.but
    hosts = only.get("machine", frozenset())
    if (hosts or "machine" in but) and "machine" not in per:
        # What hosts may bear together is not counted; of one host that is what it may bear.
        if len(hosts) != 1:
            form.discard(say("lsf_policy.hosts_together"))
            return None
        per.append("machine")
    return _Consumers(per=tuple(dict.fromkeys(per)), only=only, but=but)


def _amounts(form: Form, name: str, consumers: _Consumers, site: LimitSite) -> Iterator[Limit]:
    for keyword, counts in (("JOBS", "jobs"), ("SLOTS", CPUS)):
        amount = form.value(count, keyword)
        if amount is not None:
            yield _limit(f"{keyword} {name}", counts, amount, consumers)
    memory = form.value(lambda text: int(_megabytes(text, site.memory_unit)), "MEM")
    if memory is not None:
        yield _limit(f"MEM {name}", MEMORY, memory, consumers)
    for keyword in ("RESOURCE", "LICENSE"):
        for resource, amount in (form.value(_resources, keyword) or {}).items():
            yield _limit(f"{resource} {name}", resource, amount, consumers)
    yield from _by_processor(form, name, consumers, site)


def _limit(name: str, counts: str, amount: int, consumers: _Consumers) -> Limit:
    return Limit(
        name=name, amount=amount, counts=counts, per=consumers.per, only=consumers.only, but=consumers.but
    )


def _by_processor(form: Form, name: str, consumers: _Consumers, site: LimitSite) -> Sequence[Limit]:
    slots = form.value(factor, "SLOTS_PER_PROCESSOR")
    if slots is None:
        return ()
    if "machine" not in consumers.per:
        form.refuse(say("lsf_policy.needs_per_host"), "SLOTS_PER_PROCESSOR")
        return ()
    if not site.machines:
        form.refuse(say("lsf_policy.needs_machines"), "SLOTS_PER_PROCESSOR")
        return ()
    return PerProcessor(
        name=f"SLOTS_PER_PROCESSOR {name}",
        slots=slots,
        per=consumers.per,
        only=consumers.only,
        but=consumers.but,
    ).limits(site.machines)


def _megabytes(text: str, unit: str) -> int:
    if "%" in text:
        raise ValueError(say("lsf_policy.no_percent", value=text))
    try:
        return int(parse_memory(text, unit=unit))
    except ValueError:
        raise ValueError(say("lsf_policy.no_memory", value=text)) from None


def _resources(text: str) -> dict[str, int]:
    """Read ``[name, n] [other, m]``, or ``name, n``."""
    found = {match[1]: int(match[2]) for match in _RESOURCE.finditer(text)}
    if not found or _RESOURCE.sub("", text).strip(" ,[]"):
        raise ValueError(say("lsf_policy.no_resources", value=text))
    return found
