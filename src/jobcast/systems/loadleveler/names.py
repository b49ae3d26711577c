"""Expressions of LoadLeveler, in the names of `jobcast.schedule.policy`.

SYSPRIO, MACHPRIO, START_CLASS, and the requirements and preferences of jobs. Names have no case.
"""

import re
from collections.abc import Collection, Mapping

from jobcast.language import say
from jobcast.machine import CPUS
from jobcast.schedule.expression import Binary, Constant, Expression, Name, names, rename
from jobcast.spelling import likeliest
from jobcast.systems.loadleveler.statement import RefusedError
from jobcast.systems.loadleveler.trees import joined, read_tree
from jobcast.units import MIB

USER_SYSPRIO, GROUP_SYSPRIO = "usersysprio", "groupsysprio"

_SYSPRIO: dict[str, Expression] = {
    "ClassSysprio": Name("queue_priority"),
    "GroupSysprio": Name("group_stanza_priority"),
    "UserSysprio": Name("user_stanza_priority"),
    "GroupQueuedJobs": Name("group_queued"),
    "GroupRunningJobs": Name("group_running"),
    "GroupTotalJobs": Name("group_total"),
    "UserQueuedJobs": Name("user_queued"),
    "UserRunningJobs": Name("user_running"),
    "UserTotalJobs": Name("user_total"),
    "UserPrio": Name("user_priority"),
    "QDate": Name("queued_at"),
    "GroupTotalShares": Name("group_total_shares"),
    "GroupUsedShares": Name("group_used_shares"),
    "GroupHasShares": Name("group_has_shares"),
    "UserTotalShares": Name("user_total_shares"),
    "UserUsedShares": Name("user_used_shares"),
    "UserHasShares": Name("user_has_shares"),
    "JobIsBlueGene": Constant(0),
}


def _megabytes(name: str) -> Expression:
    return Binary("/", Name(name), Constant(MIB))


_MACHPRIO: dict[str, Expression] = {
    "LoadAvg": Name("load"),
    "Cpus": Name(CPUS),
    "Memory": _megabytes("memory"),
    "Speed": Name("speed"),
    "MasterMachPriority": Name("priority"),
    "ConsumableCpus": Name("free_cpus"),
    "ConsumableMemory": _megabytes("free_memory"),
    "ConsumableVirtualMemory": _megabytes("free_virtual_memory"),
    "ConsumableLargePageMemory": _megabytes("free_large_page_memory"),
}
LIVE: dict[str, Expression] = {
    "VirtualMemory": Name("virtual_memory_free"),
    "Disk": Name("disk"),
    "CustomMetric": Name("custom_metric"),
    "Connectivity": Name("connectivity"),
    "FreeRealMemory": Name("free_real_memory"),
    "PagesFreed": Name("pages_freed"),
    "PagesScanned": Name("pages_scanned"),
}
"""What only a machine that runs can tell."""
_CONTROL = frozenset((
    "Arch", "CurrentTime", "Disk", "EnteredCurrentState", "KeyboardIdle", "LoadAvg", "Machine", "Memory", "OpSys",
    "State", "tm4_year", "tm_hour", "tm_isdst", "tm_mday", "tm_min", "tm_mon", "tm_sec", "tm_wday", "tm_yday",
    "tm_year", "UserPrio", "VirtualMemory",
))  # fmt: skip


def job_order(text: str, shifts: Mapping[str, int]) -> Expression | None:
    """Read SYSPRIO; None where it is the same for all jobs.

    `shifts` are what `USER_SYSPRIO` and `GROUP_SYSPRIO` are for those without a stanza: the policy knows 0 for them.
    """
    meanings = {name.lower(): meaning for name, meaning in _SYSPRIO.items()}
    for name, shift in shifts.items():
        if shift:
            meanings[name] = Binary("+", meanings[name], Constant(shift))
    tree = _meant(text, meanings, tuple(_SYSPRIO), "SYSPRIO")
    return tree if names(tree) else None


def machine_order(text: str) -> tuple[Expression, frozenset[str]]:
    """Read MACHPRIO; also return the names in it that only a live system knows."""
    known = {**_MACHPRIO, **LIVE}
    tree = _meant(text, {name.lower(): meaning for name, meaning in known.items()}, tuple(known), "MACHPRIO")
    live = {meaning.name: name for name, meaning in LIVE.items() if isinstance(meaning, Name)}
    return tree, frozenset(live[name] for name in names(tree) & live.keys())


def control(text: str, keyword: str) -> Expression:
    """Read START, SUSPEND, CONTINUE, VACATE or KILL. Raises RefusedError or ExpressionError."""
    return _meant(text, {name.lower(): Name(name) for name in _CONTROL}, tuple(sorted(_CONTROL)), keyword)


def start_class(text: str, classes: Collection[str]) -> Expression:
    """Read START_CLASS: names are classes, ``allclasses`` all of them together."""
    every = joined("+", [Name(name) for name in sorted(classes)] or [Constant(0)])
    tree = read_tree(text)
    for name in sorted(names(tree)):
        if name not in classes and name.lower() != "allclasses":
            raise unknown_name(text, name, tuple(classes), "START_CLASS")
    return rename(tree, {name: every for name in names(tree) if name.lower() == "allclasses"})


def _meant(text: str, meanings: Mapping[str, Expression], known: Collection[str], keyword: str) -> Expression:
    """Read an expression and put what its names mean in their places."""
    tree = read_tree(text)
    for name in sorted(names(tree)):
        if name.lower() not in meanings:
            raise unknown_name(text, name, known, keyword)
    return rename(tree, {name: meanings[name.lower()] for name in names(tree)})


def unknown_name(text: str, name: str, known: Collection[str], keyword: str) -> RefusedError:
    """Return the complaint of a name that an expression doesn't know, with its place."""
    match = re.search(rf"\b{re.escape(name)}", text)
    column = (match.start() if match else 0) + 1
    question = likeliest(name, known)
    return RefusedError(
        say("loadleveler.unknown_name", name=name, column=column, keyword=keyword), hint=question
    )
