"""Slurm at the moment of submission: what job_submit.lua and cli_filter.lua tell, and how they are answered.

Sources: job_submit_plugins and cli_filter_plugins of Slurm's documentation; sbatch(1); every field was seen with
Slurm 22.05. The script within slurmctld is not told the line that was typed, which accounting calls SubmitLine:
the command is put together from the script's name and its arguments, or from what ``--wrap`` wraps.

A request is of the whole job. Memory is said as the job says it, by node or by core. Where it is silent, it is set for
each node if nodes are given or there is one core; else for each core, since nobody knows over how many nodes the
cores will spread.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil
from typing import cast
from urllib.parse import parse_qsl

from jobcast.advice import Advice, Change, Subject
from jobcast.job import Request, Submission
from jobcast.systems.hooks.base import Expressed, HookCall, HookReply, HookSite, NotAsked, Understood
from jobcast.systems.hooks.saying import Said, expressed, lowers_nothing, one_line
from jobcast.units import MIB, Bytes, Seconds, parse_duration, parse_memory, to_mib

_MOST_FIELDS = 4096
_MOST_COUNT = 2**31
_MINUTE = 60
_WRAP = "#!/bin/sh\n# This script was created by sbatch --wrap.\n"
_GPUS = re.compile(r"(?:^|,)(?:gres[:/])?gpu(?::[^:,=]+)?[:=](\d{1,6})(?=$|[,(])|^(?:[^:,=]+:)?(\d{1,6})$")


class _Per(StrEnum):
    """What an amount of memory is set for once each; Slurm takes one of them at a time."""

    NODE = "memory_per_node"
    CORE = "memory_per_cpu"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Native:
    """How the memory of a job can be said."""

    per: _Per | None
    """As the job says it, or else as it spreads; None where it asks for all of a node, or by graphics card."""
    parts: int
    """Over so many nodes or cores the request is spread."""
    unlimited: bool = False
    """Whether the job asks for no limit of its run time, which no amount can say."""


class SlurmHook:
    """The hook of both scripts."""

    name = "slurm"

    def read(self, call: HookCall, site: HookSite) -> Understood | NotAsked:  # noqa: ARG002 - Slurm writes units
        """Read a form; what is no number where one is due counts as left open."""
        try:
            pairs = parse_qsl(call.body.decode("ascii"), errors="replace", max_num_fields=_MOST_FIELDS)
        except ValueError:
            return NotAsked(reason="unreadable")
        form = dict(pairs)
        if not form:
            return NotAsked(reason="unreadable")
        cores, nodes = _cores(form), _count(form, "nodes")
        request = Request(
            cores=cores,
            memory=_memory(form, cores, nodes),
            run_limit=_run_limit(form),
            gpus=_gpus(form, nodes or 1),
            interactive=form.get("interactive") == "true",
        )
        asked = Submission(
            at=call.at,
            user=form.get("user"),
            project=form.get("project"),
            queue=form.get("queue"),
            name=form.get("name"),
            command=_command(form),
            cwd=form.get("cwd"),
            description=form.get("description"),
            request=request,
        )
        return Understood(submission=asked, native=_native(form, cores, nodes))

    def express(self, understood: Understood, advice: Advice, *, memory_limit: bool) -> Expressed:  # noqa: ARG002
        """Say the changes in MB and minutes; Slurm's memory is request and limit at once.

        Amounts become what Slurm will read: parts of whole MB.
        """
        native = cast("_Native", understood.native)
        said = expressed(advice, lambda change: _said(change, native))
        return replace(said, settings=(*said.settings, ("admin_comment", _comment(said.advice))))

    def reply(self, understood: Understood, expressed: Expressed, told: tuple[str, ...]) -> HookReply:  # noqa: ARG002
        """Answer with a line for each setting and for each thing to say."""
        sets = [f"set {name}={one_line(value)}" for name, value in expressed.settings]
        return _lines(*sets, *(f"say {one_line(one)}" for one in told))

    def refuse(self, understood: Understood, why: str) -> HookReply:  # noqa: ARG002 - as all
        """Answer with the rule that forbids it."""
        return _lines(f"refuse {one_line(why)}")

    def silence(self, call: HookCall) -> HookReply:  # noqa: ARG002 - as all
        """Answer with nothing."""
        return _lines()


def _lines(*lines: str) -> HookReply:
    return HookReply(body="".join(f"{line}\n" for line in (*lines, "end")).encode("utf-8", "replace"))


def _said(change: Change, native: _Native) -> Said | None:
    """Say one change in Slurm's words; None where that can't be."""
    if change.subject is Subject.RUN_LIMIT:
        if native.unlimited:
            return None
        minutes = ceil(change.after / _MINUTE)
        return replace(change, after=Seconds(minutes * _MINUTE)), {"time_limit": str(minutes)}
    if native.per is None:
        return None
    each = ceil(to_mib(int(change.after)) / native.parts)
    after = Bytes(each * native.parts * MIB)
    if lowers_nothing(change, after):
        return None
    return replace(change, after=after), {native.per: str(each)}


def _comment(advice: Advice) -> str:
    """Return what AdminComment keeps: the advice's name, and what was set for the whole job."""
    parts = [f"jobcast: {advice.id}"]
    if (memory := advice.made(Subject.MEMORY)) is not None:
        parts.append(f"memory={to_mib(int(memory))}M")
    if (limit := advice.made(Subject.RUN_LIMIT)) is not None:
        parts.append(f"run_limit={limit:.0f}s")
    return " ".join(parts)


def _native(form: Mapping[str, str], cores: int, nodes: int | None) -> _Native:
    """Return how the job says its request, or how it is best said for one that is silent."""
    per, parts = _per(form, cores, nodes)
    limit = form.get("time_limit") or form.get("time_limit_text") or ""
    return _Native(per=per, parts=parts, unlimited=limit.lower() in _UNLIMITED)


_UNLIMITED = {"unlimited", "infinite", "-1", "0"}
"""As sbatch takes a time limit that is none."""


def _per(form: Mapping[str, str], cores: int, nodes: int | None) -> tuple[_Per | None, int]:
    per_node, per_core = (form.get(name) or form.get(f"{name}_text") for name in _Per)
    if form.get("memory_per_gpu") or (per_node and not _amount(form, _Per.NODE)):
        return None, 1
    if (per_core and not per_node) or (not per_node and not nodes and cores > 1):
        return _Per.CORE, cores
    return _Per.NODE, nodes or 1


def _count(form: Mapping[str, str], name: str) -> int | None:
    text = form.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 11 and 0 < int(text) < _MOST_COUNT else None


def _cores(form: Mapping[str, str]) -> int:
    """Return the cores of the whole job, as accounting's ReqCPUS counts them."""
    by_task = (_count(form, "tasks") or _count(form, "nodes") or 1) * (_count(form, "cores_per_task") or 1)
    return max(by_task, _count(form, "cores") or 1)


def _memory(form: Mapping[str, str], cores: int, nodes: int | None) -> Bytes | None:
    """Return what the whole job asks for; ``--mem=0``, all of a node, is no amount."""
    per_node, per_core = (_amount(form, per) for per in _Per)
    if per_node:
        return Bytes(per_node * (nodes or 1))
    return Bytes(per_core * cores) if per_core else None


def _amount(form: Mapping[str, str], name: str) -> int | None:
    """Read bytes from a number of MB, or from what was typed on a command line."""
    try:
        return parse_memory(form.get(name) or form.get(f"{name}_text") or "", unit="M") or None
    except ValueError:
        return None


def _run_limit(form: Mapping[str, str]) -> Seconds | None:
    """Read minutes, or what was typed: ``90``, ``90:00``, ``1:30:00``, ``1-12``."""
    text = form.get("time_limit") or form.get("time_limit_text") or ""
    try:
        limit = float(text) * _MINUTE if text.isdecimal() else parse_duration(text)
    except (ValueError, OverflowError):
        return None
    return Seconds(limit) if 0 < limit < _MOST_COUNT * _MINUTE else None


def _gpus(form: Mapping[str, str], nodes: int) -> int | None:
    """Read ``gres:gpu:2``, ``gres/gpu:a100=2``, ``gpu:4`` or ``a100:2``."""
    for name, times in (("gpus_per_job", 1), ("gpus_per_node", nodes)):
        if found := _GPUS.search(form.get(name, "")):
            return int(found[1] or found[2]) * times
    return None


def _command(form: Mapping[str, str]) -> str | None:
    """Put the command together; None for a script that came through a pipe."""
    words: list[str] = []
    while (word := form.get(f"argument{len(words)}")) is not None:
        words.append(word)
    if words:
        return " ".join([words[0].rpartition("/")[2] or words[0], *words[1:]])
    script = form.get("script", "")
    return script.removeprefix(_WRAP).strip() or None if script.startswith(_WRAP) else None
