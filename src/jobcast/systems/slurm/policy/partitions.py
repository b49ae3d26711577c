"""Partitions: ``PartitionName`` lines, as queues and as what a submission is measured by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from jobcast.language import say
from jobcast.systems.slurm.policy.amounts import (
    MINUTE,
    count,
    count_or_none,
    hosts,
    memory,
    run_time,
    truth,
    words,
)
from jobcast.systems.slurm.policy.keywords import PARTITION_REFUSED, PARTITION_WORDS, judge
from jobcast.systems.slurm.policy.sheet import Record, Sheet
from jobcast.units import Bytes

T = TypeVar("T")

OF_PARTITIONS = (
    *("AllowGroups", "Default", "DefaultTime", "DefMemPerCPU", "DefMemPerNode", "GraceTime", "LLN"),
    *("MaxCPUsPerNode", "MaxMemPerCPU", "MaxMemPerNode", "MaxNodes", "MaxTime", "MinNodes", "Nodes"),
    *("OverSubscribe", "OverTimeLimit", "PreemptMode", "Priority", "PriorityJobFactor"),
    *("PriorityTier", "RootOnly", "Shared", "State"),
)
"""What is read of partitions."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Partition:
    """A partition as the files describe it."""

    name: str
    """Its own."""
    nodes: tuple[str, ...]
    """Of which nodes; a node may belong to several."""
    is_default: bool
    """For jobs that name none."""
    state: str
    """``up``, ``down``, ``drain`` or ``inactive``."""
    tier: int
    """Partitions of a higher one go first, and may preempt."""
    factor: int
    """What it adds to the priority of its jobs."""
    time_default: int | None
    """Seconds, for jobs that ask for none; None for no end."""
    time_max: int | None
    """Seconds; None for no end."""
    over_time: int | None
    """Seconds beyond the limit before a job is killed; None for never."""
    nodes_min: int
    """Jobs that ask for fewer get as many."""
    nodes_max: int | None
    """Jobs that ask for more are refused; None for no limit."""
    cpus_per_node: int | None
    """CPUs of one node that its jobs may have together; None for all."""
    memory_per_cpu: Bytes | None
    """For jobs that ask for none; None where nothing is said."""
    memory_per_node: Bytes | None
    """For jobs that ask for none; None where nothing is said."""
    most_per_cpu: Bytes | None
    """A job that asks for more memory gets more CPUs; None for no limit."""
    most_per_node: Bytes | None
    """A job that asks for more memory is refused; None for no limit."""
    users: frozenset[str]
    """Groups, or root; empty for everybody."""
    exclusive: bool
    """Its jobs have their nodes for themselves."""
    preempt_mode: str
    """In small letters; empty for that of the cluster."""


def read_partitions(sheet: Sheet, nodes: list[str], sets: Mapping[str, list[str]]) -> list[Partition]:
    """Return all partitions, in their order; lines of the same name make one, the later ones adding what they say."""
    found: dict[str, Partition] = {}
    for record in sheet.records("partitionname"):
        judge(sheet, record, OF_PARTITIONS, PARTITION_WORDS, PARTITION_REFUSED)
        sheet.verdicts.understood(record.head)
        _say_no(sheet, record)
        partition = _partition(sheet, record, nodes, sets)
        if record.is_default:
            continue
        if partition.name in found:
            sheet.verdicts.corrected(record.head, say("slurm_policy.partition_again"))
        found[partition.name] = partition
    return list(found.values())


def _say_no(sheet: Sheet, record: Record) -> None:
    """Refuse what is understood and can't be done."""
    reasons = {"gracetime": say("slurm_policy.grace_time"), "lln": say("slurm_policy.lln_by_partition")}
    for key, reason in reasons.items():
        told = record.fields.get(key)
        if told is not None and told.value.lower() not in {"0", "no"}:
            sheet.verdicts.refused(told, reason)
        elif told is not None:
            sheet.verdicts.understood(told)


class _Fields:
    """Reads the keywords of one partition, with the cluster's own where it has none."""

    def __init__(self, sheet: Sheet, record: Record) -> None:
        self._sheet = sheet
        self._record = record

    def number(self, key: str, default: int) -> int:
        wanted = say("slurm_policy.wants_count")
        return self._sheet.value(self._record.fields.get(key), count, default, wanted=wanted)

    def limit(self, key: str) -> int | None:
        wanted = say("slurm_policy.wants_count")
        return self._sheet.value(self._record.fields.get(key), count_or_none, None, wanted=wanted)

    def time(self, key: str, default: int | None) -> int | None:
        """Return a run limit; of 0, at which no job would run, that is told, and the default counts."""
        told = self._record.fields.get(key)
        limit = self._sheet.value(told, run_time, default, wanted=say("slurm_policy.wants_time"))
        if limit != 0:
            return limit
        if told is not None:
            self._sheet.verdicts.refused(told, say("slurm_policy.no_time"))
        return default

    def time_at_most(self, key: str, longest: int | None) -> int | None:
        """Return a run limit that is no longer than another, which counts where it isn't said or is longer."""
        limit = self.time(key, longest)
        if longest is None or (limit is not None and limit <= longest):
            return limit
        self._sheet.verdicts.corrected(self._record.fields[key], say("slurm_policy.above_longest"))
        return longest

    def yes(self, key: str) -> bool:
        wanted = say("slurm_policy.wants_truth")
        return self._sheet.value(self._record.fields.get(key), truth, False, wanted=wanted)

    def text(self, *keys: str) -> str:
        for key in keys:
            if key in self._record.fields:
                self._sheet.verdicts.understood(self._record.fields[key])
                return self._record.fields[key].value
        return ""

    def memory(self, key: str) -> Bytes | None:
        """Return an amount of memory, 0 and UNLIMITED standing for none."""
        statement = self._record.fields.get(key, self._sheet.settings.get(key))
        wanted = say("slurm_policy.wants_count")
        return self._sheet.value(statement, memory_or_none, None, wanted=wanted)


def memory_or_none(text: str) -> Bytes | None:
    """Read an amount of memory in MiB; None for 0 and ``UNLIMITED``."""
    return None if count_or_none(text) in {0, None} else memory(text)


def _partition(sheet: Sheet, record: Record, nodes: list[str], sets: Mapping[str, list[str]]) -> Partition:
    fields = _Fields(sheet, record)
    both = fields.number("priority", 1)
    longest = fields.time("maxtime", None)
    return Partition(
        name=record.head.value,
        nodes=_nodes(sheet, record, nodes, sets),
        is_default=fields.yes("default"),
        state=_state(sheet, record),
        tier=both if "priority" in record.fields else fields.number("prioritytier", 1),
        factor=both if "priority" in record.fields else fields.number("priorityjobfactor", 1),
        time_default=fields.time_at_most("defaulttime", longest),
        time_max=longest,
        over_time=_over_time(sheet, record),
        nodes_min=_submission_only(sheet, record, "minnodes", fields.number("minnodes", 0)),
        nodes_max=fields.limit("maxnodes"),
        cpus_per_node=fields.limit("maxcpuspernode"),
        memory_per_cpu=fields.memory("defmempercpu"),
        memory_per_node=_submission_only(sheet, record, "defmempernode", fields.memory("defmempernode")),
        most_per_cpu=_submission_only(sheet, record, "maxmempercpu", fields.memory("maxmempercpu")),
        most_per_node=_submission_only(sheet, record, "maxmempernode", fields.memory("maxmempernode")),
        users=_users(fields),
        exclusive=_exclusive(sheet, record),
        preempt_mode=_preempt_mode(sheet, record),
    )


def _nodes(sheet: Sheet, record: Record, nodes: list[str], sets: Mapping[str, list[str]]) -> tuple[str, ...]:
    told = record.fields.get("nodes")
    if told is not None and told.value.upper() == "ALL":
        sheet.verdicts.understood(told)
        return tuple(nodes)
    there = frozenset(nodes)
    named = sheet.value(told, hosts, [], wanted=say("slurm_policy.wants_hosts"))
    meant = [node for name in named for node in sets.get(name, [name])]
    absent = [name for name in meant if name not in there]
    if told is not None and absent:
        sheet.verdicts.corrected(told, say("slurm_policy.no_node", node=absent[0]))
    return tuple(name for name in dict.fromkeys(meant) if name in there)


def _state(sheet: Sheet, record: Record) -> str:
    told = record.fields.get("state")
    if told is None:
        return "up"
    state = told.value.lower()
    if state not in {"up", "down", "drain", "inactive"}:
        sheet.verdicts.bad_value(told, "UP, DOWN, DRAIN, INACTIVE")
        return "up"
    if state == "drain":
        sheet.verdicts.corrected(told, say("slurm_policy.drained"))
    elif state == "inactive":
        sheet.verdicts.corrected(told, say("slurm_policy.inactive"))
    else:
        sheet.verdicts.understood(told)
    return state


def _over_time(sheet: Sheet, record: Record) -> int | None:
    """Return how long a job may run beyond its limit; a number counts minutes, as everywhere."""
    told = record.fields.get("overtimelimit", sheet.settings.get("overtimelimit"))
    minutes: int | None = sheet.value(told, count_or_none, 0, wanted=say("slurm_policy.wants_count"))
    return None if minutes is None else minutes * MINUTE


def _submission_only(sheet: Sheet, record: Record, key: str, value: T) -> T:
    """Remark that a keyword only bears on jobs that come with sbatch's options."""
    told = record.fields.get(key, sheet.settings.get(key))
    if told is not None and value:
        sheet.verdicts.corrected(told, say("slurm_policy.submission_only"))
    return value


def _users(fields: _Fields) -> frozenset[str]:
    groups = fields.text("allowgroups")
    allowed = frozenset() if groups.upper() == "ALL" else frozenset(words(groups))
    return frozenset({"root"}) if fields.yes("rootonly") else allowed


def _exclusive(sheet: Sheet, record: Record) -> bool:
    told = record.fields.get("oversubscribe", record.fields.get("shared"))
    if told is None:
        return False
    mode, _, jobs = told.value.lower().partition(":")
    if mode not in {"no", "yes", "force", "exclusive"}:
        sheet.verdicts.bad_value(told, "NO, EXCLUSIVE, YES, FORCE")
    elif mode in {"yes", "force"} and jobs != "1":
        sheet.verdicts.refused(told, say("slurm_policy.no_sharing"))
    else:
        sheet.verdicts.understood(told)
    return mode == "exclusive"


def _preempt_mode(sheet: Sheet, record: Record) -> str:
    told = record.fields.get("preemptmode")
    if told is None:
        return ""
    mode = next((word.lower() for word in words(told.value) if word.lower() != "gang"), "")
    if mode not in PREEMPT_MODES:
        sheet.verdicts.bad_value(told, ", ".join(sorted(PREEMPT_MODES)).upper())
        return ""
    sheet.verdicts.understood(told)
    return mode


PREEMPT_MODES = frozenset({"off", "suspend", "requeue", "cancel"})
"""What may happen to jobs of a partition."""
