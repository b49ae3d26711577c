"""Nodes as machines: what jobs consume of them, which partitions they belong to, which go first."""

from collections import defaultdict
from collections.abc import Sequence

from jobcast.language import say
from jobcast.machine import CPUS, MEMORY, Fact, Machine
from jobcast.schedule.expression import Binary, Constant, Expression, Name, Unary
from jobcast.systems.slurm.policy.amounts import count, words
from jobcast.systems.slurm.policy.node import Node
from jobcast.systems.slurm.policy.partitions import Partition
from jobcast.systems.slurm.policy.selection import Selection
from jobcast.systems.slurm.policy.sheet import Sheet

FEATURE = "feature."
"""Before the name of a feature among the facts of a machine."""
_MOST_IDLE = 1 << 20
"""More CPUs than a node has: weights come before idle CPUs."""


def machines_of(
    nodes: Sequence[Node], partitions: Sequence[Partition], selection: Selection
) -> tuple[Machine, ...]:
    """Return the machines that take jobs."""
    belongs: dict[str, set[str]] = defaultdict(set)
    for partition in partitions:
        for name in partition.nodes:
            belongs[name].add(partition.name)
    return tuple(_machine(node, frozenset(belongs[node.name]), selection) for node in nodes if node.up)


def _machine(node: Node, groups: frozenset[str], selection: Selection) -> Machine:
    """Return one machine; where memory isn't consumed it is a fact, so that jobs may still ask for enough."""
    facts: dict[str, Fact] = {f"{FEATURE}{feature}": True for feature in sorted(node.features)}
    if node.weight != 1:
        facts["weight"] = node.weight
    if not selection.memory:
        facts[MEMORY] = node.memory
    return Machine(
        name=node.name,
        resources={
            CPUS: node.cpus,
            **({MEMORY: node.memory} if selection.memory else {}),
            **{name: amount for name, amount in node.generic.items() if amount},
        },
        groups=groups,
        facts=facts,
    )


def machine_order(machines: Sequence[Machine], selection: Selection) -> Expression | None:
    """Return what machines are sorted by: the lightest first, then the idlest where CR_LLN is set."""
    weighed = len({machine.facts.get("weight") for machine in machines}) > 1
    lightest = Unary("-", Name("weight")) if weighed else None
    if not selection.least_loaded:
        return lightest
    idle = Name("free_cpus")
    return Binary("-", idle, Binary("*", Name("weight"), Constant(_MOST_IDLE))) if weighed else idle


def licences(sheet: Sheet) -> dict[str, int]:
    """Return what ``Licenses`` names as floating resources."""
    return sheet.value(sheet.settings.get("licenses"), counted, {}, wanted=say("slurm_policy.wants_licences"))


def counted(text: str) -> dict[str, int]:
    """Read ``matlab:10,fluent@server:4``; 1 where it tells none. Raises ValueError where a number is none."""
    found: dict[str, int] = {}
    for word in words(text):
        name, sign, amount = word.replace("=", ":").partition(":")
        found[name] = found.get(name, 0) + (count(amount) if sign else 1)
    return found
