"""The nodes of a cluster: ``NodeName``, ``DownNodes`` and ``NodeSet``."""

from dataclasses import replace

from jobcast.language import say
from jobcast.systems.slurm.policy.amounts import count, generic, hosts, memory, words
from jobcast.systems.slurm.policy.gres import add_types
from jobcast.systems.slurm.policy.keywords import NODE_WORDS, OF_NODES, judge
from jobcast.systems.slurm.policy.node import Node
from jobcast.systems.slurm.policy.sheet import Record, Sheet
from jobcast.systems.slurm.policy.statements import Statement
from jobcast.units import Bytes

_GONE = ("down", "drain", "fail", "future")
"""How the states begin in which a node takes no jobs."""


def read_nodes(sheet: Sheet) -> list[Node]:
    """Return all nodes, in their order; one that is named twice counts as first written."""
    found: dict[str, Node] = {}
    for record in sheet.records("nodename"):
        if record.head.file.endswith("gres.conf"):
            continue
        judge(sheet, record, OF_NODES, NODE_WORDS)
        pattern = _node(sheet, record)
        for name in _names(sheet, record.head):
            if name in found:
                sheet.verdicts.corrected(record.head, say("slurm_policy.node_again", node=name))
            found.setdefault(name, replace(pattern, name=name))
    _take_down(sheet, found)
    add_types(sheet, found)
    return list(found.values())


def _names(sheet: Sheet, head: Statement) -> list[str]:
    if head.value.upper() == "DEFAULT":
        sheet.verdicts.understood(head)
        return []
    return sheet.value(head, hosts, [], wanted=say("slurm_policy.wants_hosts"))


def _node(sheet: Sheet, record: Record) -> Node:
    number = say("slurm_policy.wants_count")

    def number_of(key: str, default: int) -> int:
        return sheet.value(record.fields.get(key), count, default, wanted=number)

    cores, threads = number_of("corespersocket", 1) or 1, number_of("threadspercore", 1) or 1
    boards = number_of("boards", 1) or 1
    sockets = number_of("sockets", 0) or boards * (number_of("socketsperboard", 0) or 1)
    cpus = number_of("cpus", 0) or number_of("procs", 0) or sockets * cores * threads
    per_core = threads if cpus > sockets * cores else 1
    whole = sheet.value(record.fields.get("realmemory"), memory, Bytes(1 << 20), wanted=number)
    kept = sheet.value(record.fields.get("memspeclimit"), memory, Bytes(0), wanted=number)
    state = record.fields.get("state")
    features = record.fields.get("features", record.fields.get("feature"))
    if state is not None:
        sheet.verdicts.understood(state)
    return Node(
        name="",
        cpus=max(cpus - number_of("corespeccount", 0) * per_core, 1),
        threads=per_core,
        memory=Bytes(whole - kept if kept < whole else whole),
        generic=sheet.value(record.fields.get("gres"), generic, {}, wanted=say("slurm_policy.wants_gres")),
        features=frozenset(sheet.value(features, words, [], wanted="")),
        weight=number_of("weight", 1),
        up=not (state is not None and state.value.lower().startswith(_GONE)),
    )


def _take_down(sheet: Sheet, nodes: dict[str, Node]) -> None:
    for record in sheet.records("downnodes"):
        judge(sheet, record, ("State",), NODE_WORDS)
        state = record.fields.get("state")
        if state is not None:
            sheet.verdicts.understood(state)
        if state is None or state.value.lower().startswith(_GONE):
            for name in _names(sheet, record.head):
                if name in nodes:
                    nodes[name] = replace(nodes[name], up=False)
        else:
            sheet.verdicts.understood(record.head)


def read_sets(sheet: Sheet, nodes: list[Node]) -> dict[str, list[str]]:
    """Return what each ``NodeSet`` stands for: the nodes that it names, and those that have its feature."""
    found = {}
    for record in sheet.records("nodeset"):
        judge(sheet, record, ("Nodes", "Feature"), {})
        sheet.verdicts.understood(record.head)
        named = sheet.value(record.fields.get("nodes"), hosts, [], wanted=say("slurm_policy.wants_hosts"))
        features = set(sheet.value(record.fields.get("feature"), words, [], wanted=""))
        featured = [node.name for node in nodes if features & node.features]
        found[record.head.value] = list(dict.fromkeys([*named, *featured]))
    return found
