"""Who decides what starts in a partition: this manager alone, or whoever else is seen there.

A manager that has a partition keeps a held job in it, which never starts: the marker that all managers look for. It
outlives slurmctld, and goes when the manager closes with nothing left to run.
"""

import os
import re
import socket
from dataclasses import dataclass, replace
from pathlib import Path

from jobcast.act.executors.base import ExecutorError
from jobcast.act.executors.slurm_asking import RefusedError, ask
from jobcast.act.executors.slurm_commands import SECONDS, cancel
from jobcast.act.executors.slurm_script import plain
from jobcast.language import say
from jobcast.systems.base import Command
from jobcast.systems.slurm.hostlist import expand

_NAME = "jobcast-manager"
_FIELD = re.compile(r"(\w+)=(\S*)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Authority:
    """Who holds authority over a partition."""

    partition: str
    marker: str
    """Number of the held job by which this manager says that it does."""
    longest: str = "UNLIMITED"
    """Its MaxTime, as sbatch reads it."""
    nodes: tuple[str, ...] = ()
    """Machines of the partition."""
    foreign: tuple[str, ...] = ()
    """Jobs in it that aren't ours: Slurm's own scheduler decides about them."""
    shared: tuple[str, ...] = ()
    """Other partitions that have machines in common with it, and may start jobs there."""

    def seen(self, others: frozenset[str]) -> "Authority":
        """Return it with the jobs that were seen there and aren't ours."""
        return replace(self, foreign=tuple(sorted(others - {self.marker}, key=int)))

    def said(self) -> str:
        """Return it as a sentence."""
        if self.foreign:
            return say("slurm_executor.foreign", partition=self.partition, jobs=", ".join(self.foreign[:10]))
        if self.shared:
            return say("slurm_executor.shared", partition=self.partition, others=", ".join(self.shared))
        return say("slurm_executor.alone", partition=self.partition)


async def take(partition: str, name: str, folder: Path) -> Authority:
    """Take a partition for the manager of that name, or find that it has it.

    Raises ExecutorError where it isn't there, another manager has it, or Slurm can't be reached.
    """
    try:
        table = await ask(_command("scontrol", "show", "partition", "--oneliner"))
        sheets = [dict(_FIELD.findall(line)) for line in table.splitlines() if line]
        if all(sheet.get("PartitionName") != partition for sheet in sheets):
            raise ExecutorError(say("slurm_executor.no_partition", partition=partition))
        marker = await _mark(partition, name, folder)
    except RefusedError as error:
        raise ExecutorError(say("slurm_executor.not_taken", partition=partition, why=error)) from error
    return replace(_survey(partition, sheets), marker=marker)


def _survey(partition: str, sheets: list[dict[str, str]]) -> Authority:
    nodes = {sheet.get("PartitionName", ""): expand(sheet.get("Nodes", "")) for sheet in sheets}
    down = {sheet["PartitionName"] for sheet in sheets if sheet.get("State") in {"DOWN", "DRAIN", "INACTIVE"}}
    ours = nodes.pop(partition)
    shared = [name for name, others in nodes.items() if name not in down and set(others) & set(ours)]
    longest = next(
        sheet.get("MaxTime", "UNLIMITED") for sheet in sheets if sheet.get("PartitionName") == partition
    )
    return Authority(partition=partition, marker="", longest=longest, nodes=tuple(ours), shared=tuple(shared))


async def _mark(partition: str, name: str, folder: Path) -> str:
    """Return the number of our marker, made where there is none."""
    if (marker := _ours(await _markers(partition), name, partition)) is not None:
        return marker
    comment = f"jobcast manager={plain(name)} {plain(socket.gethostname())}:{plain(str(folder))}"
    submission = _command(
        *(
            "sbatch",
            "--parsable",
            "--hold",
            "--no-requeue",
            "--export=NIL",
            "--chdir=/",
            "--output=/dev/null",
        ),
        *("--ntasks=1", f"--partition={partition}", f"--job-name={_NAME}", f"--comment={comment}"),
    )
    mine = (await ask(submission, b"#!/bin/sh\n")).partition(";")[0].strip()
    try:
        # Of two that came at the same time, the one with the smaller number has it.
        _ours(await _markers(partition), name, partition)
    except ExecutorError:
        await ask(cancel(mine))
        raise
    return mine


async def _markers(partition: str) -> list[tuple[str, list[str]]]:
    """Return the markers of managers that run as we or as root: number, and words of the comment; oldest first."""
    told = await ask(
        _command("squeue", "--noheader", "--states=PENDING", f"--partition={partition}", f"--name={_NAME}",
                 f"--user={','.join({'0', str(os.geteuid())})}", "--format=%A %k")
    )  # fmt: skip
    lines = (line.split() for line in told.splitlines())
    return sorted(
        ((words[0], words[1:]) for words in lines if words and words[0].isdigit()),
        key=lambda each: int(each[0]),
    )


def _ours(markers: list[tuple[str, list[str]]], name: str, partition: str) -> str | None:
    """Return the number of the first marker where that is ours. Raises ExecutorError where it is another's."""
    if not markers:
        return None
    marker, words = markers[0]
    if words[:2] == ["jobcast", f"manager={plain(name)}"]:
        return marker
    raise ExecutorError(
        say("slurm_executor.held", partition=partition, where=" ".join(words[2:3]) or "?", job=marker)
    )


def _command(*arguments: str) -> Command:
    return Command(arguments=arguments, timeout_seconds=SECONDS)
