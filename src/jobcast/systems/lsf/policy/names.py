"""Names of hosts and users in LSF's lists: groups, ``all``, ``~except``, ``host[1-10]``, ``host*``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

_MOST = 100_000
"""Hosts of one short form; beyond that it is taken for a slip."""


def expanded(name: str) -> list[str]:
    """Write out ``host[1-3,7]a``; numbers keep their leading zeros; what is too large or none stays as it is."""
    match = re.search(r"\[([0-9,:\-]+)\]", name)
    if match is None:
        return [name]
    numbers: list[str] = []
    for part in match[1].split(","):
        ends = re.fullmatch(r"([0-9]{1,6})(?:[-:]([0-9]{1,6}))?", part)
        if ends is None:
            return [name]
        last = int(ends[2] or ends[1])
        if not 0 <= last - int(ends[1]) <= _MOST or len(numbers) > _MOST:
            return [name]
        width = len(ends[1]) if ends[1].startswith("0") else 0
        numbers += [str(number).zfill(width) for number in range(int(ends[1]), last + 1)]
    rest = expanded(name[match.end() :])
    if len(numbers) * len(rest) > _MOST:
        return [name]
    return [name[: match.start()] + number + other for number in numbers for other in rest]


_DEEPEST = 20
"""Groups within groups."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picked:
    """Whom a list names."""

    named: frozenset[str]
    """Names and members of groups; empty where everybody is meant."""
    but: frozenset[str]
    """Those who are excepted."""
    everybody: bool
    """Whether ``all`` stands in it."""


def picked(words: Iterable[str], groups: Mapping[str, frozenset[str]]) -> Picked:
    """Understand a list of names; groups stand for their members, and for themselves as well."""
    named: set[str] = set()
    but: set[str] = set()
    everybody = False
    for word in words:
        target = but if word.startswith("~") else named
        name = word.removeprefix("~").removesuffix("@")
        if name.lower() in {"all", "default"} and target is named:
            everybody = True
        else:
            for one in expanded(name):
                target |= {one} | groups.get(one, frozenset())
    return Picked(
        named=frozenset() if everybody else frozenset(named - but), but=frozenset(but), everybody=everybody
    )


def members(written: Mapping[str, Sequence[str]], everybody: Sequence[str] = ()) -> dict[str, frozenset[str]]:
    """Write out groups that may contain groups; `everybody` is what ``all`` and patterns choose among."""
    return {name: frozenset(_members(name, written, everybody, frozenset())) for name in written}


def _members(
    name: str, written: Mapping[str, Sequence[str]], everybody: Sequence[str], above: frozenset[str]
) -> set[str]:
    found: set[str] = set()
    but: set[str] = set()
    for word in written[name]:
        target = but if word.startswith("~") else found
        for one in expanded(word.removeprefix("~")):
            if one in written:
                # Groups that contain each other end here; nobody nests them deeper than that otherwise.
                if one != name and one not in above and len(above) < _DEEPEST:
                    target |= _members(one, written, everybody, above | {name})
            elif one == "all":
                target |= set(everybody)
            elif "*" in one:
                target |= {each for each in everybody if fnmatchcase(each, one)}
            else:
                target.add(one)
    return found - but
