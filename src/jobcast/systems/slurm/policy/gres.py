"""gres.conf: which types the generic resources of nodes have. How many there are, slurm.conf alone tells."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace

from jobcast.language import say
from jobcast.systems.slurm.policy.amounts import count, hosts, resource
from jobcast.systems.slurm.policy.keywords import GRES_WORDS, judge
from jobcast.systems.slurm.policy.node import Node
from jobcast.systems.slurm.policy.sheet import Record, Sheet

_READ = ("Name", "Type", "Count", "File", "MultipleFiles", "AutoDetect")


def add_types(sheet: Sheet, nodes: dict[str, Node]) -> None:
    """Take the types from gres.conf for nodes whose ``Gres`` names none, and say where both files differ."""
    told: dict[str, Counter[str]] = defaultdict(Counter)
    types: dict[str, Counter[str]] = defaultdict(Counter)
    lines: dict[tuple[str, str], Record] = {}
    for record in sheet.records("nodename", "name", "autodetect"):
        if not record.head.file.endswith("gres.conf"):
            continue
        judge(sheet, record, _READ, GRES_WORDS)
        called, typed, amount = _resource(sheet, record)
        for node in _whose(sheet, record, nodes) if called else ():
            told[node][called] += amount
            types[node][typed] += amount
            lines[node, called] = record
    for (node, called), line in lines.items():
        if told[node][called] != nodes[node].generic.get(called, 0):
            sheet.verdicts.corrected(line.head, say("slurm_policy.gres_differs", node=node))
        elif not any(name.startswith(f"{called}:") for name in nodes[node].generic):
            named = {typed: n for typed, n in types[node].items() if typed.startswith(f"{called}:")}
            nodes[node] = replace(nodes[node], generic={**nodes[node].generic, **named})


def _resource(sheet: Sheet, record: Record) -> tuple[str, str, int]:
    """Return what a line is about, that with its type, and how many; an empty name where it tells none."""
    fields = {**record.fields, record.head.key: record.head}
    for statement in fields.values():
        if statement.key in {"name", "type"}:
            sheet.verdicts.understood(statement)
    if "autodetect" in fields:
        sheet.verdicts.ignored(fields["autodetect"], say("slurm_ignored.autodetect"))
    files = fields.get("file", fields.get("multiplefiles"))
    wanted = say("slurm_policy.wants_hosts")
    listed = [""] if files is None else sheet.value(files, hosts, [""], wanted=wanted)
    amount = sheet.value(fields.get("count"), count, len(listed), wanted=say("slurm_policy.wants_count"))
    called = resource(fields["name"].value) if "name" in fields else ""
    return called, f"{called}:{fields['type'].value}" if "type" in fields else called, amount


def _whose(sheet: Sheet, record: Record, nodes: Mapping[str, Node]) -> list[str]:
    """Return the nodes that a line is about: all that have such resources where it names none."""
    if record.head.key != "nodename":
        return [name for name, node in nodes.items() if node.generic]
    named = sheet.value(record.head, hosts, [], wanted=say("slurm_policy.wants_hosts"))
    return [name for name in named if name in nodes]
