"""slurm.conf and gres.conf, read into one policy, one cluster, and what submissions are measured by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.machine import CPUS, Cluster
from jobcast.schedule.policy import Limit, Policy
from jobcast.systems.dialect import Configuration
from jobcast.systems.slurm.policy.amounts import count
from jobcast.systems.slurm.policy.keywords import IGNORED, REFUSED
from jobcast.systems.slurm.policy.machines import licences, machine_order, machines_of
from jobcast.systems.slurm.policy.node import Node
from jobcast.systems.slurm.policy.nodes import read_nodes, read_sets
from jobcast.systems.slurm.policy.partitions import Partition, read_partitions
from jobcast.systems.slurm.policy.preemption import read_preemption
from jobcast.systems.slurm.policy.priority import Ranking, read_ranking
from jobcast.systems.slurm.policy.queues import queues_of
from jobcast.systems.slurm.policy.scheduler import read_planning
from jobcast.systems.slurm.policy.selection import Selection, read_selection
from jobcast.systems.slurm.policy.sheet import Sheet
from jobcast.systems.slurm.policy.statements import Reader

SLURM_CONF, GRES_CONF = "slurm.conf", "gres.conf"
READ = (
    *("DefMemPerCPU", "DefMemPerNode", "DownNodes", "EnforcePartLimits", "Include", "JobRequeue"),
    *("Licenses", "MaxArraySize", "MaxMemPerCPU", "MaxMemPerNode", "NodeName", "NodeSet"),
    *("OverTimeLimit", "PartitionName", "PreemptExemptTime", "PreemptMode", "PreemptType"),
    *("PriorityCalcPeriod", "PriorityDecayHalfLife", "PriorityFavorSmall", "PriorityFlags"),
    *("PriorityMaxAge", "PriorityType", "PriorityWeightAge", "PriorityWeightFairshare"),
    *("PriorityWeightJobSize", "PriorityWeightPartition", "PriorityWeightTRES", "SchedulerParameters"),
    *("SchedulerType", "SelectType", "SelectTypeParameters"),
)
"""What is read at the top of slurm.conf."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A cluster as its files describe it."""

    configuration: Configuration
    """Policy, machines, and the report of keywords."""
    partitions: Mapping[str, Partition]
    """By name."""
    nodes: Mapping[str, Node]
    """By name, those that are down too."""
    selection: Selection
    """What jobs consume."""
    array_size: int
    """Highest index of an array's element, plus 1."""


def read_site(texts: Mapping[str, str]) -> Site:
    """Read slurm.conf, and gres.conf where it is given.

    `texts` are the files' contents by name or path; other files are read where slurm.conf includes them.
    Raises ConfigError when there is no slurm.conf among them.
    """
    sheet = _sheet(texts)
    nodes = read_nodes(sheet)
    partitions = read_partitions(sheet, [node.name for node in nodes], read_sets(sheet, nodes))
    selection = read_selection(sheet)
    machines = machines_of(nodes, partitions, selection)
    ranking = read_ranking(sheet, partitions, machines)
    policy = _policy(sheet, partitions, selection, ranking)
    policy = replace(policy, machine_order=machine_order(machines, selection))
    wanted = say("slurm_policy.wants_count")
    array_size = sheet.value(sheet.settings.get("maxarraysize"), count, 1001, wanted=wanted)
    cluster = Cluster(machines=machines, floating=licences(sheet))
    _enforced(sheet)
    _judge_the_rest(sheet)
    return Site(
        configuration=Configuration(policy=policy, cluster=cluster, keywords=sheet.keywords()),
        partitions={partition.name: partition for partition in partitions},
        nodes={node.name: node for node in nodes},
        selection=selection,
        array_size=array_size,
    )


def _sheet(texts: Mapping[str, str]) -> Sheet:
    names = {PurePosixPath(name).name for name in texts}
    if SLURM_CONF not in names:
        raise ConfigError(say("slurm_policy.no_file"), hint=say("slurm_policy.no_file_cure"))
    reader = Reader(texts)
    statements = [*reader.read(SLURM_CONF), *(reader.read(GRES_CONF) if GRES_CONF in names else ())]
    return Sheet(statements, included=reader.included)


def _policy(sheet: Sheet, partitions: Sequence[Partition], selection: Selection, ranking: Ranking) -> Policy:
    planning = read_planning(sheet, len(partitions))
    first = next((partition.name for partition in partitions if partition.is_default), "")
    return Policy(
        name=SLURM_CONF,
        queues=queues_of(partitions, selection, planning, factors_told=ranking.factors_told),
        default_queue=first,
        order=ranking.order,
        recalculate=ranking.recalculate,
        blocked=planning.blocked,
        depth=planning.depth,
        depth_per_user=planning.per_user or None,
        window=planning.window,
        busy_first=planning.busy_first,
        preemption=read_preemption(sheet, partitions),
        limits=tuple(
            Limit(
                name=f"MaxCPUsPerNode of partition {partition.name}",
                amount=partition.cpus_per_node,
                counts=CPUS,
                per=("machine",),
                only={"queue": frozenset({partition.name})},
            )
            for partition in partitions
            if partition.cpus_per_node is not None
        ),
        fair_share=ranking.fair_share,
    )


def _enforced(sheet: Sheet) -> None:
    told = sheet.settings.get("enforcepartlimits")
    if told is None:
        return
    if told.value.lower() in {"no", "any"}:
        sheet.verdicts.corrected(told, say("slurm_policy.enforced"))
    elif told.value.lower() in {"yes", "all"}:
        sheet.verdicts.understood(told)
    else:
        sheet.verdicts.bad_value(told, "NO, ANY, ALL")


def _judge_the_rest(sheet: Sheet) -> None:
    """Say why each setting at the top that isn't read has no bearing, or that it is unknown."""
    ignored = {name.lower(): reason for name, reason in IGNORED.items()}
    refused = {name.lower(): reason for name, reason in REFUSED.items()}
    read = {name.lower() for name in READ}
    for key, statement in sheet.settings.items():
        if key in ignored:
            sheet.verdicts.ignored(statement, ignored[key].say())
        elif key in refused:
            sheet.verdicts.refused(statement, refused[key].say())
        elif key in read:
            sheet.verdicts.understood(statement)
        else:
            sheet.verdicts.unknown(statement, [*READ, *IGNORED, *REFUSED])
    for record in sheet.records("frontendname"):
        for statement in (record.head, *record.fields.values()):
            sheet.verdicts.refused(statement, say("slurm_policy.front_ends"))
