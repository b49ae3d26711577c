"""What Slurm's commands print, read: lines that aren't as they should be are passed over."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from jobcast.act.executors.base import Consumed, MachineNews
from jobcast.act.executors.slurm_commands import USED
from jobcast.machine import Fact  # noqa: TC001 - an annotation of a variable
from jobcast.units import parse_duration, parse_memory

_UP = frozenset({"ALLOCATED", "COMPLETING", "DRAINING", "IDLE", "MIXED", "RESERVED", "PLANNED", "BLOCKED"})
_LINE = re.compile(r"(\d+) +([A-Z_]+) +(\d+) +(\S+) +(\S+) +(\d+) +(.*)")
_LONGEST_REPORT = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Queued:
    """One job, as slurmctld tells of it."""

    job: str
    """Its number."""
    state: str
    """``RUNNING``, ``COMPLETED``, ..."""
    status: int
    """Wait status of its batch script."""
    start: float | None
    """Second of the epoch; None where it has none, a planned one before it runs."""
    end: float | None
    """Second of the epoch; None likewise."""
    reason: str = ""
    """Why it waits, or ended."""
    restarts: int = 0
    """How often others have had it run again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """How a shepherd says that an attempt ended: see `jobcast.act.executors.base.Ended`."""

    how: str
    exit_code: int
    began: float | None = None
    at: float = 0.0
    why: Mapping[str, str] = field(default_factory=dict)
    """See `jobcast.act.executors.reasons`."""
    exits: Mapping[str, int] = field(default_factory=dict)
    consumed: Consumed = field(default_factory=Consumed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What the shepherd has told of itself: the job's owner may have written it, and tells of nobody else."""

    began: float | None = None
    """Second of the epoch at which the program began; None for not yet, as far as is known."""
    consumed: Consumed | None = None
    """What it has taken until now; None where nothing is told."""
    ended: Told | None = None
    """None before its end."""


def read_queue(text: str) -> dict[str, Queued]:
    """Return jobs by their number."""
    matches = filter(None, (_LINE.fullmatch(line.rstrip()) for line in text.splitlines()))
    return {
        job: Queued(
            job=job,
            state=state,
            status=int(status),
            start=_moment(start),
            end=_moment(end),
            restarts=int(restarts),
            reason=reason,
        )
        for job, state, status, start, end, restarts, reason in (match.groups() for match in matches)
    }


def read_comments(text: str) -> dict[str, str]:
    """Return comments by the number of their job."""
    lines = (line.partition(" ") for line in text.splitlines())
    return {job: comment for job, _, comment in lines if job.isdigit()}


def is_marked(comment: str, mark: str) -> bool:
    """Tell whether a comment begins with a mark."""
    return comment.split()[:2] == mark.split()


def is_of_another(comment: str, mark: str) -> bool:
    """Tell whether a comment begins with a mark, but not with this one: whose job had that number before wrote it."""
    words = comment.split()
    return not is_marked(comment, mark) and words[:1] == mark.split()[:1]


def read_report(comment: str, mark: str) -> Report:
    """Return what stands in a job's comment behind its mark; nothing where that isn't a report."""
    words = comment.split()
    if is_of_another(comment, mark) or len(words) != 3 or len(words[2]) > _LONGEST_REPORT:
        return Report()
    try:
        plain = zlib.decompressobj().decompress(base64.urlsafe_b64decode(words[2]), _LONGEST_REPORT)
        return msgspec.json.decode(plain, type=Report)
    except (ValueError, binascii.Error, zlib.error, msgspec.MsgspecError):
        return Report()


def read_used(text: str) -> dict[str, list[dict[str, str]]]:
    """Return lines of sacct by the number of their job: its own line first, then its steps'."""
    found: dict[str, list[dict[str, str]]] = {}
    for line in text.splitlines():
        values = line.split("|")
        if len(values) == len(USED):
            row = dict(zip(USED, values, strict=True))
            found.setdefault(row["JobIDRaw"].partition(".")[0], []).append(row)
    return found


def consumed(rows: Iterable[Mapping[str, str]], told: Consumed) -> Consumed:
    """Return what a job took by the lines of its steps, and by what its shepherd told where these are silent.

    Accounting goes before what the job's owner may have written. Its CPU time holds the shepherd's; memory is that
    of the largest task, or of all that the shepherd saw together on its machine where that is more.
    Source: sacct(1), MaxRSS, AveRSS, MaxVMSize, UserCPU, SystemCPU.
    """
    steps = [row for row in rows if "." in row["JobIDRaw"]]
    if not steps:
        return told
    peaks = {name: max(_bytes(row[name]) for row in steps) for name in ("MaxRSS", "AveRSS", "MaxVMSize")}
    return Consumed(
        user_cpu=sum(_seconds(row["UserCPU"]) for row in steps) or told.user_cpu or 0.0,
        system_cpu=sum(_seconds(row["SystemCPU"]) for row in steps) or told.system_cpu or 0.0,
        memory_peak=max(peaks["MaxRSS"], told.memory_peak or 0) or None,
        memory_mean=told.memory_mean or peaks["AveRSS"] or None,
        virtual_peak=max(peaks["MaxVMSize"], told.virtual_peak or 0) or None,
        starter_cpu=told.starter_cpu,
        processes_peak=told.processes_peak,
    )


def accounted(rows: Iterable[Mapping[str, str]]) -> Queued | None:
    """Return how a job ended by its own lines of sacct, one for each time it ran; None where it isn't over."""
    runs = [row for row in rows if "." not in row["JobIDRaw"]]
    if not runs or (end := _moment(runs[-1]["End"])) is None:
        return None
    code, _, signal = runs[-1]["ExitCode"].partition(":")
    return Queued(
        job=runs[-1]["JobIDRaw"],
        state=runs[-1]["State"].partition(" ")[0],
        status=int(code or 0) << 8 | int(signal or 0),
        start=_moment(runs[-1]["Start"]),
        end=end,
        restarts=len(runs) - 1,
    )


def read_machines(text: str) -> dict[str, MachineNews]:
    """Return what sinfo tells of machines: whether they can run jobs, their load, and free memory in bytes."""
    found = {}
    for line in text.splitlines():
        name, state, load, free = [*line.strip().split("|"), "", "", ""][:4]
        facts: dict[str, Fact] = {}
        if _is_number(load):
            facts["load"] = float(load)
        if _is_number(free):
            facts["free_memory"] = int(free) << 20
        found[name] = MachineNews(machine=name, up=state.upper() in _UP, facts=facts)
    return found


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", text) is not None


def _moment(text: str) -> float | None:
    return float(text) if text.isdigit() else None


def _seconds(text: str) -> float:
    try:
        return float(parse_duration(text))
    except ValueError:
        return 0.0


def _bytes(text: str) -> int:
    try:
        return int(parse_memory(text))
    except ValueError:
        return 0
