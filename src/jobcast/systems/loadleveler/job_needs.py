"""What a step wants of its machines: requirements and preferences."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from jobcast.machine import Machine
from jobcast.schedule.expression import Binary, Constant, Expression, Name, Unary, names
from jobcast.systems.loadleveler.machines import in_pool, with_feature
from jobcast.systems.loadleveler.names import unknown_name
from jobcast.systems.loadleveler.trees import joined, read_tree
from jobcast.units import MIB

_MEMORY = Binary("/", Name("memory"), Constant(MIB))
_MEANINGS: dict[str, Expression] = {
    "Adapter": Name("adapter"),
    "Arch": Name("arch"),
    "Connectivity": Name("connectivity"),
    "Disk": Name("disk"),
    "Feature": Name("feature"),
    "LargePageMemory": Binary("/", Name("large_page_memory"), Constant(MIB)),
    "LL_Version": Name("ll_version"),
    "Machine": Name("machine"),
    "Memory": _MEMORY,
    "OpSys": Name("opsys"),
    "Pool": Name("pool"),
    "SMT": Name("smt"),
    "TotalMemory": _MEMORY,
}
_OURS = {name.lower(): meaning for name, meaning in _MEANINGS.items()}
_GROUPS = {"pool": in_pool, "feature": with_feature}
_LIST = re.compile(r"\b(\w+)\s*(==|!=)\s*\{([^{}]*)\}")
_COMPARISONS = frozenset(("<", "<=", ">", ">=", "==", "!="))
_MOST_LISTED = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """What machines are asked for."""

    tree: Expression
    """In the names of machines."""
    untold: frozenset[str]
    """Names that no machine tells; what is asked of them is taken as fulfilled."""


def read_needs(text: str, machines: Collection[Machine], keyword: str) -> Needs:
    """Read requirements or preferences. Raises RefusedError or ExpressionError with the position."""
    listed: dict[str, Expression] = {}

    def put_aside(match: re.Match[str]) -> str:
        key = f"listed_{len(listed)}"
        values = re.findall(r'"[^"]*"|[^\s,"]+', match[3])[:_MOST_LISTED] or ['""']
        equal = [Binary("==", Name(match[1]), Constant(_value(each))) for each in values]
        tree = joined("||", equal)
        listed[key] = tree if match[2] == "==" else Unary("!", tree)
        return key

    tree = read_tree(_LIST.sub(put_aside, text))
    told = frozenset({"machine"}).union(*(each.facts.keys() | each.resources.keys() for each in machines))
    reading = _Reading(listed=listed, told=told)
    for name in sorted(names(tree) | frozenset().union(*map(names, listed.values()))):
        if name.lower() not in _OURS and name not in listed:
            raise unknown_name(text, name, tuple(_MEANINGS), keyword)
    return Needs(tree=reading.meaning(tree), untold=frozenset(reading.untold))


def _value(text: str) -> str | int:
    bare = text.strip('"')
    return int(bare) if bare.isdecimal() and bare.isascii() and len(bare) < 19 and text[0] != '"' else bare


@dataclass(kw_only=True, slots=True)
class _Reading:
    listed: dict[str, Expression]
    told: frozenset[str]
    untold: set[str] = field(default_factory=set)

    def meaning(self, tree: Expression) -> Expression:
        """Return a tree in the names of machines."""
        match tree:
            case Name(name):
                return (
                    self.meaning(self.listed[name])
                    if name in self.listed
                    else self._told(_OURS[name.lower()], name)
                )
            case Unary(sign, operand):
                return Unary(sign, self.meaning(operand))
            case Binary(sign, left, right) if sign in _COMPARISONS:
                return self._comparison(sign, left, right)
            case Binary(sign, left, right):
                return Binary(sign, self.meaning(left), self.meaning(right))
            case _:
                return tree

    def _comparison(self, sign: str, left: Expression, right: Expression) -> Expression:
        if isinstance(left, Constant) and isinstance(right, Name) and sign in {"==", "!="}:
            left, right = right, left
        group = _GROUPS.get(left.name.lower()) if isinstance(left, Name) else None
        if group and isinstance(right, Constant) and sign in {"==", "!="}:
            name = group(str(right.value))
            if name not in self.told:
                return Constant(sign == "!=")
            return Name(name) if sign == "==" else Unary("!", Name(name))
        asked = {name for name in names(left) | names(right) if not self._is_told(name)}
        self.untold.update(asked)
        return Constant(True) if asked else Binary(sign, self.meaning(left), self.meaning(right))

    def _told(self, meaning: Expression, name: str) -> Expression:
        if self._is_told(name):
            return meaning
        self.untold.add(name)
        return Constant(True)

    def _is_told(self, name: str) -> bool:
        return name in self.listed or names(_OURS[name.lower()]) <= self.told
