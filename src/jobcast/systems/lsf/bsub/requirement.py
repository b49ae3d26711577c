"""A resource requirement as the scheduler needs it: where a job may run, what it takes there, how it spreads.

Grammar: "Resource requirement strings" in Administering IBM Spectrum LSF. `jobcast.systems.lsf.resources` reads
what counts for the history; here nothing that bears on placement is passed over: it is read, or refused with its place.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jobcast.language import say
from jobcast.machine import GPUS, MEMORY
from jobcast.schedule.expression import Binary, Expression
from jobcast.schedule.job import Layout
from jobcast.systems.lsf.bsub.fault import BsubError
from jobcast.systems.lsf.bsub.select import LOAD, Names, Place, preference, selection
from jobcast.systems.lsf.resources import (
    GPU_NAMES,
    Amount,
    Per,
    closed_at,
    read_amount,
    sections,
    split,
    usage,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What a requirement means at a site."""

    names: Names = field(default_factory=Names)
    """What names mean in expressions, and the unit of memory."""
    per_task: bool = False
    """Whether amounts are meant per task rather than per host (RESOURCE_RESERVE_PER_TASK)."""
    methods: Mapping[str, Per] = field(default_factory=dict)
    """Resources of which that is settled by themselves (ReservationUsage)."""
    floating: frozenset[str] = frozenset()
    """Resources of the whole cluster; asked for once per job unless something else is settled."""

    def default(self, name: str) -> Per:
        """Return what an amount of a resource is asked for once each."""
        usual = Per.JOB if name in self.floating else Per.HOST
        return self.methods.get(name, Per.TASK if self.per_task else usual)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a requirement asks for."""

    needs: Expression | None = None
    """What a machine must fulfil; None where any will do."""
    prefers: Expression | None = None
    """Better machines higher; None where the job is indifferent."""
    amounts: Mapping[str, Amount] = field(default_factory=dict)
    """Resource, as the core names it, to amount."""
    layout: Layout | None = None
    """How tasks may be spread; None where that isn't said."""
    passed_over: tuple[str, ...] = ()
    """What was read and has no bearing here, e.g. ``affinity``."""

    def above(self, other: "Wanted") -> "Wanted":
        """Return this requirement completed by one of less weight: that of the queue under that of the job."""
        needs = [tree for tree in (self.needs, other.needs) if tree is not None]
        return Wanted(
            needs=Binary("&&", *needs) if len(needs) == 2 else needs[0] if needs else None,
            prefers=self.prefers or other.prefers,
            amounts={**other.amounts, **self.amounts},
            layout=self.layout or other.layout,
            passed_over=tuple(dict.fromkeys((*self.passed_over, *other.passed_over))),
        )


_REFUSED = frozenset({"same", "cu"})
_PASSED_OVER = frozenset({"affinity", "stripe"})
_WITHOUT_COUNT = LOAD | {"duration", "decay", "increase", "r15s", "r1m", "r15m", "cpu"}
"""Words in rusage that nothing is counted for; what is asked for is taken for the whole run."""


def read_requirement(text: str, rules: Rules) -> Wanted:
    """Read a requirement; of alternatives the first counts, which LSF tries first.

    Raises BsubError for what can't be read, or bears on placement and can't be done.
    """
    start, end = _first_choice(text)
    found = Wanted()
    bare_until = None
    after = start
    for name, place, content in sections(text[start:end]):
        at = start + place
        if bare_until is None:
            bare_until = text.rindex(name, start, at)
        after = at + len(content) + 1
        found = _section(found, name, Place(text, at, content), rules)
    if bare_until is None:
        bare_until = after = end
    stray = re.search(r"[\[\]{}]", text[after:end])
    if stray:
        raise BsubError(text, after + stray.start(), say("lsf_bsub.wanted_closing"))
    bare = selection(Place(text, start, text[start:bare_until]), rules.names)
    return found.above(Wanted(needs=bare))


def _first_choice(text: str) -> tuple[int, int]:
    """Return where the first alternative begins and ends, without the braces around it."""
    start, end = 0, len(next(split(text, "||"))) if "{" in text else len(text)
    while text[start:end].strip().startswith("{"):
        opening = text.index("{", start)
        closing = closed_at(text, opening)
        if closing < 0:
            raise BsubError(text, opening, say("lsf_bsub.wanted_closing"))
        start, end = opening + 1, closing
    compound = re.search(r"[0-9]+\s*\*\s*\{", text[start:end])
    if compound:
        raise BsubError(text, start + compound.start(), say("lsf_bsub.compound"))
    return start, end


def _section(found: Wanted, name: str, place: Place, rules: Rules) -> Wanted:
    if name == "select":
        return found.above(Wanted(needs=selection(place, rules.names)))
    if name == "order":
        return replace(found, prefers=preference(place, rules.names))
    if name == "rusage":
        return _with_amounts(found, place, rules)
    if name == "span":
        return replace(found, layout=_layout(place) or found.layout)
    if name in _REFUSED and place.text.strip():
        raise BsubError(place.whole, place.at, say("lsf_bsub.refused_section", section=name))
    if name in _PASSED_OVER | _REFUSED:
        return replace(found, passed_over=(*found.passed_over, name))
    raise BsubError(place.whole, place.at, say("lsf_bsub.unknown_section", section=name))


def _with_amounts(found: Wanted, place: Place, rules: Rules) -> Wanted:
    """Add what an rusage section asks for; of a resource named twice the larger amount counts."""
    amounts = dict(found.amounts)
    passed_over = list(found.passed_over)
    for name, value in usage(place.text):
        if name in _WITHOUT_COUNT:
            passed_over.append(name)
            continue
        amount = read_amount(value, rules.names.memory_unit if name == "mem" else "B", rules.default(name))
        if amount is None and not re.fullmatch(r"[0.() ]*0[0.() ]*[A-Za-z]*(?:/\w+)?", value):
            where = re.search(rf"{re.escape(name)}\s*=\s*", place.text)
            raise place.fault(where.end() if where else 0, say("lsf_bsub.wanted_amount"))
        called = MEMORY if name == "mem" else GPUS if name in GPU_NAMES else name
        if amount is not None and (called not in amounts or amount.value > amounts[called].value):
            amounts[called] = amount
    return replace(found, amounts=amounts, passed_over=tuple(dict.fromkeys(passed_over)))


_SPAN = re.compile(r"\s*(hosts|ptile)\s*=\s*(-?[0-9]{1,6})\s*")


def _layout(place: Place) -> Layout | None:
    if not place.text.strip():
        return None
    match = _SPAN.fullmatch(place.text)
    if match is None or (match[1] == "hosts" and match[2] not in {"1", "-1"}) or match[2] == "0":
        raise place.fault(0, say("lsf_bsub.wanted_span"))
    number = int(match[2])
    if match[1] == "hosts":
        return Layout(machines_max=1) if number == 1 else Layout()
    if number < 1:
        raise place.fault(0, say("lsf_bsub.wanted_span"))
    return Layout(tasks_per_machine=number)
