"""Asks for memory in a resource requirement of LSF: one number changes, everything else stays as it was written.

What can't be changed for certain is left alone: compound requirements, memory in phases, and alternatives that
ask for memory each.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from jobcast.systems.hooks.base import HookSite
from jobcast.systems.hooks.lsf.places import AskedMemory, asked_memory, choices, pieces, too_deep
from jobcast.systems.lsf.resources import Per, Requirement, parse_requirement, sections
from jobcast.units import GIB, Bytes, parse_memory

LONGEST = 4000
"""Characters of a requirement; the relatives of LSF hold 4,096."""
_PLAIN = re.compile(r"[ -~]*")
_REFUSED = re.compile(r"[\"\\$`#]")
"""What the file of changes, or a shell that reads it, would take for something else."""
_LARGEST = 2**31
"""LSF keeps such numbers in 32 bits."""
_MOST_ADDED = GIB
"""Where rounding up to the unit of the site adds more for each host or task, that would be another request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a job should ask for."""

    memory: Bytes
    """At least so much, of the whole job."""
    tasks: int
    """Of the whole job."""
    site: HookSite
    """Says what numbers without unit and scope mean."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewritten:
    """A requirement that asks for memory."""

    text: str
    """As LSF reads it."""
    memory: Bytes
    """What it asks for, of the whole job: what was wished for, rounded up."""


def is_readable(text: str) -> bool:
    """Tell whether a requirement is one that people write, so that nobody waits for it to be read."""
    return len(text) <= LONGEST and not too_deep(text)


def understood(text: str, site: HookSite) -> Requirement:
    """Return what a requirement asks for at this site."""
    return parse_requirement(text, site.memory_unit, per_task=site.memory_per_task)


def rewrite(text: str, wish: Wish) -> Rewritten | None:
    """Return `text` with the memory that is wished for; None where that can't be said for certain.

    What was written is read again, and must mean what was meant and nothing else.
    """
    if not is_readable(text) or not _PLAIN.fullmatch(text) or _REFUSED.search(text) or not _balanced(text):
        return None
    before = understood(text, wish.site)
    plan = _plan(text, before, wish)
    if plan is None:
        return None
    for edit in reversed(plan.edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    after = understood(text, wish.site)
    if after.memory_of_job(wish.tasks) != plan.amount.memory or replace(after, memory=None) != replace(
        before, memory=None
    ):
        return None
    return Rewritten(text=text, memory=plan.amount.memory)


_MARKS = re.compile(r"'[^']*'|['\[\](){}]")
_CLOSING = {"]": "[", ")": "(", "}": "{"}


def _balanced(text: str) -> bool:
    """Tell whether each bracket and each quote is closed."""
    opened: list[str] = []
    for match in _MARKS.finditer(text):
        mark = match[0]
        if mark == "'" or (mark in _CLOSING and (not opened or opened.pop() != _CLOSING[mark])):
            return False
        if mark in _CLOSING.values():
            opened.append(mark)
    return not opened


@dataclass(frozen=True, kw_only=True, slots=True)
class _Amount:
    """What is to be asked for."""

    number: int
    """In the unit of the site, for each host, each task, or the job."""
    memory: Bytes
    """Of the whole job."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Edit:
    """A piece of the requirement that becomes another."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Plan:
    """How a requirement is changed."""

    amount: _Amount
    """What it will ask for."""
    edits: tuple[_Edit, ...]
    """In the order of the text; they don't overlap."""


def _plan(text: str, before: Requirement, wish: Wish) -> _Plan | None:
    """Return what to change; None where that is not certain."""
    found = pieces(text)
    if found is None or not all(_alike(understood(piece, wish.site), before) for _, piece in found):
        return None
    asked = [one for piece in found for one in asked_memory(*piece)]
    if asked:
        return _change(asked[0], before, wish) if len(asked) == len(found) == 1 else None
    amount = _amount(before, _default(wish), wish)
    if amount is None:
        return None
    edits = tuple(edit for piece in found for edit in _added(*piece, amount.number))
    return _Plan(amount=amount, edits=edits)


def _alike(one: Requirement, other: Requirement) -> bool:
    """Tell whether a job spreads alike over hosts under two requirements."""
    return (one.span_hosts, one.tasks_per_host) == (other.span_hosts, other.tasks_per_host)


def _default(wish: Wish) -> Per:
    return Per.TASK if wish.site.memory_per_task else Per.HOST


_WRITTEN = re.compile(r"(\s*)([0-9.]+\s*[A-Za-z]*)\s*(?:/\s*(host|task|job)\s*)?")


def _change(asked: AskedMemory, before: Requirement, wish: Wish) -> _Plan | None:
    """Replace the amount, and keep what it is counted for; not where it has phases, or isn't understood."""
    match = _WRITTEN.fullmatch(asked.value)
    if match is None or not asked.alone:
        return None
    amount = _amount(before, Per(match[3]) if match[3] else _default(wish), wish)
    if amount is None:
        return None
    start = asked.start + match.start(2)
    end = asked.start + match.end(2)
    return _Plan(amount=amount, edits=(_Edit(start=start, end=end, text=str(amount.number)),))


def _added(at: int, piece: str, amount: int) -> Iterator[_Edit]:
    """Ask for memory where a simple requirement asks for none.

    A comma ends what a duration behind it is about, so that memory in front of others is held throughout.
    """
    usage = next(((start, content) for name, start, content in sections(piece) if name == "rusage"), None)
    if usage is None:
        end = at + len(piece)
        yield _Edit(start=end, end=end, text=f"{' ' if piece else ''}rusage[mem={amount}]")
        return
    start, content = usage
    for place, choice in choices(content):
        first = at + start + place + len(choice) - len(choice.lstrip())
        yield _Edit(start=first, end=first, text=f"mem={amount}{',' if choice.strip() else ''}")


def _amount(requirement: Requirement, per: Per, wish: Wish) -> _Amount | None:
    """Return what to write, rounded up; None where LSF can't hold it, or rounding adds too much.

    With ``span[ptile]`` hosts may get unequal shares: the amount is that of a full one.
    """
    times = {Per.JOB: 1, Per.TASK: wish.tasks, Per.HOST: requirement.hosts_for(wish.tasks)}[per]
    share, parts = 1, times
    if per is Per.HOST and times > 1 and requirement.tasks_per_host and not requirement.span_hosts:
        share, parts = requirement.tasks_per_host, wish.tasks
    unit = parse_memory("1", unit=wish.site.memory_unit)
    number = -(-wish.memory * share // (parts * unit))
    added = number * unit - wish.memory * share / parts
    if number >= _LARGEST or added >= _MOST_ADDED:
        return None
    return _Amount(number=number, memory=Bytes(number * unit * times))
