"""``select[...]`` and ``order[...]`` of a resource requirement, as expressions over machines.

Source: "Selection string" and "Order string" in Administering IBM Spectrum LSF. Memory is counted in the unit of the
site there. A load index that nobody told of a machine keeps no job from it; a feature that a machine lacks does.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from jobcast.language import say
from jobcast.schedule.expression import (
    Binary,
    Constant,
    Expression,
    ExpressionError,
    Name,
    Unary,
    names,
    parse,
    rename,
)
from jobcast.systems.lsf.bsub.fault import BsubError
from jobcast.systems.lsf.resources import split
from jobcast.units import parse_memory

LOAD = frozenset({"ut", "pg", "io", "ls", "it", "swp", "tmp", "status", "maxswp", "maxtmp"})
"""Indices that the scheduler doesn't work out itself; somebody may tell them."""
_FALLING = frozenset(
    {"mem", "swp", "tmp", "it", "maxmem", "maxswp", "maxtmp", "ncpus", "cpuf", "slots", "maxslots"}
)
"""Indices of which more is better; of others less is."""
_TEXTS = frozenset({"type", "model", "host", "hname", "hostname", "ostype", "rel"})
"""Resources whose values are texts, which may stand without quotes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """What LSF's names mean at a site."""

    memory_unit: str = "M"
    """Of memory in expressions."""
    processors: str = "cpus"
    """The fact or resource of a machine that tells its processors."""

    def meanings(self) -> dict[str, Expression]:
        """Return what stands for LSF's names."""
        unit = Constant(int(parse_memory("1", unit=self.memory_unit)))
        return {
            "mem": Binary("/", Name("free_memory"), unit),
            "maxmem": Binary("/", Name("memory"), unit),
            "slots": Name("free_cpus"),
            "maxslots": Name("cpus"),
            "ncpus": Name(self.processors),
            "cpuf": Name("speed"),
            "r15s": Name("load"),
            "r1m": Name("load"),
            "r15m": Name("load"),
            "host": Name("machine"),
            "hname": Name("machine"),
            "hostname": Name("machine"),
        }


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of a requirement, and where it stands."""

    whole: str
    """The requirement."""
    at: int
    """Where the piece begins."""
    text: str
    """The piece."""

    def fault(self, position: int, cure: str) -> BsubError:
        """Return the error about what stands at a position of the piece."""
        return BsubError(self.whole, self.at + position, cure)


_DEFINED = re.compile(r"\bdefined(\s*\(\s*)([A-Za-z_]\w*)(\s*\))")
_AMOUNT = re.compile(r"(?<![\w.])[0-9]+(?:\.[0-9]+)?[KMGTP](?:i?B)?(?!\w)", re.IGNORECASE)


@dataclass(slots=True)
class _Stand:
    """Names that stand in for what the grammar lacks, each as long as what it replaces, so that places stay."""

    unit: int
    """Bytes that 1 means."""
    meanings: dict[str, Expression] = field(default_factory=dict)

    def known(self, match: re.Match[str]) -> str:
        """Stand in for ``defined(name)``: whether it is known, which what equals itself is."""
        name = Name(match[2])
        return self._name(match[0], Binary("==", name, name))

    def memory(self, match: re.Match[str]) -> str:
        """Stand in for an amount with its unit, such as ``4GB``."""
        return self._name(match[0], Constant(parse_memory(match[0]) / self.unit))

    def _name(self, replaced: str, meaning: Expression) -> str:
        name = f"_{len(self.meanings):0{len(replaced) - 1}d}"
        if len(name) != len(replaced):
            return replaced
        self.meanings[name] = meaning
        return name


def selection(place: Place, site: Names) -> Expression | None:
    """Read a selection string; None where it is empty. Raises BsubError with the place of what can't be read."""
    if not place.text.strip():
        return None
    stand = _Stand(int(parse_memory("1", unit=site.memory_unit)))
    text = place.text.replace("'", '"')
    text = _AMOUNT.sub(stand.memory, _DEFINED.sub(stand.known, text))
    tree = _parsed(place, text, parse)
    return rename(_settled(tree), {**_amounts_only(stand.meanings, site), **site.meanings()})


def _amounts_only(stands: Mapping[str, Expression], site: Names) -> dict[str, Expression]:
    """Give what stands in its final meaning; names within are LSF's too."""
    return {name: rename(tree, site.meanings()) for name, tree in stands.items()}


def _parsed(place: Place, text: str, read: Callable[[str], Expression], at: int = 0) -> Expression:
    try:
        return read(text)
    except ExpressionError as error:
        raise place.fault(at + error.position, error.hint) from None


_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})


def _settled(tree: Expression) -> Expression:
    """Return the tree with texts as texts, and with what nobody told settled."""
    match tree:
        case Unary(sign, operand):
            inner = _settled(operand)
            return Unary(sign, _certain(inner) if sign == "!" else inner)
        case Binary(("==" | "!=") as sign, Name(), Name("any" | "local")):
            return Constant(sign == "==")
        case Binary(("==" | "!=") as sign, Name(left), Name(right)) if left in _TEXTS:
            return Binary(sign, Name(left), Constant(right))
        case Binary(sign, left, right):
            both = Binary(sign, _settled(left), _settled(right))
            return _unless_unknown(both) if sign in _COMPARISONS else both
        case _:
            return tree


def _certain(tree: Expression) -> Expression:
    """Return what is false, rather than unknown, where a name in the expression has no value."""
    return Binary("&&", tree, Constant(value=True))


def _unless_unknown(tree: Expression) -> Expression:
    """Return what is fulfilled too where a load index in the comparison has not been told."""
    for name in sorted(names(tree) & LOAD):
        told = Binary("==", Name(name), Name(name))
        tree = Binary("||", tree, Unary("!", _certain(told)))
    return tree


_FIRST = 1 << 30
"""What the first index of an order counts against the second: more than memory in MB, or any load, reaches."""


def preference(place: Place, site: Names) -> Expression | None:
    """Read an order string, best machines highest; None where it is empty.

    ``-`` before an index turns its order round. The first two indices count.
    """
    wanted: list[Expression] = []
    at = 0
    for part in split(place.text, ":"):
        if part.strip():
            wanted.append(_liking(place, part, at, site))
        at += len(part) + 1
    if not wanted:
        return None
    return reduce(lambda one, other: Binary("+", Binary("*", one, Constant(_FIRST)), other), wanted[:2])


def _liking(place: Place, part: str, at: int, site: Names) -> Expression:
    bare = part.strip().removeprefix("!")
    turned = bare.startswith("-")
    start = at + part.index(bare) + turned
    tree = _parsed(place, bare[turned:], parse, start)
    if isinstance(tree, Constant):
        raise place.fault(start, say("lsf_bsub.wanted_index"))
    falling = isinstance(tree, Name) and tree.name in _FALLING
    tree = rename(tree, site.meanings())
    return tree if falling is not turned else Unary("-", tree)
