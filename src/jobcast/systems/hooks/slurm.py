"""Slurm at the moment of submission: what job_submit.lua and cli_filter.lua tell, and how they are answered.

Sources: job_submit_plugins and cli_filter_plugins of Slurm's documentation; sbatch(1); every field was seen with
Slurm 22.05. The script within slurmctld is not told the line that was typed, which accounting calls SubmitLine:
the command is put together from the script's name and its arguments, or from what ``--wrap`` wraps.

A request is of the whole job. Where nodes are given, or one core, memory is set for each node; else for each core,
since nobody knows over how many nodes the cores will spread.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from urllib.parse import parse_qsl

from jobcast.advice import Advice, Subject
from jobcast.job import Request, Submission
from jobcast.systems.hooks.base import Expressed, HookCall, HookReply, HookSite, NotAsked, Understood
from jobcast.units import Bytes, Seconds, parse_duration, parse_memory, to_mib

_MOST_FIELDS = 4096
_MOST_COUNT = 2**31
_MINUTE = 60
_WRAP = "#!/bin/sh\n# This script was created by sbatch --wrap.\n"
_GPUS = re.compile(r"(?:^|,)(?:gres[:/])?gpu(?::[^:,=]+)?[:=](\d{1,6})(?=$|[,(])|^(?:[^:,=]+:)?(\d{1,6})$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Spread:
    """Over how much a request is spread."""

    nodes: int | None
    """None where the job doesn't say."""
    cores: int


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
        spread = _Spread(nodes=_count(form, "nodes"), cores=_cores(form))
        request = Request(
            cores=spread.cores,
            memory=_memory(form, spread),
            run_limit=_run_limit(form),
            gpus=_gpus(form, spread),
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
        return Understood(submission=asked, native=spread)

    def express(self, understood: Understood, advice: Advice, *, memory_limit: bool) -> Expressed:  # noqa: ARG002
        """Say the changes in MB and minutes; Slurm's memory is request and limit at once."""
        spread = understood.native
        if not isinstance(spread, _Spread):
            raise TypeError("not understood by this hook")
        settings, comment = [], f"jobcast: {advice.id}"
        if (memory := advice.made(Subject.MEMORY)) is not None:
            settings.append(_spread(to_mib(int(memory)), spread))
            comment += f" memory={to_mib(int(memory))}M"
        if (limit := advice.made(Subject.RUN_LIMIT)) is not None:
            settings.append(("time_limit", str(ceil(limit / _MINUTE))))
            comment += f" run_limit={ceil(limit / _MINUTE) * _MINUTE}s"
        return Expressed(advice=advice, settings=(*settings, ("admin_comment", comment)))

    def reply(self, understood: Understood, expressed: Expressed, told: tuple[str, ...]) -> HookReply:  # noqa: ARG002
        """Answer with a line for each setting and for each thing to say."""
        sets = [f"set {name}={_line(value)}" for name, value in expressed.settings]
        return _lines(*sets, *(f"say {_line(one)}" for one in told))

    def refuse(self, understood: Understood, why: str) -> HookReply:  # noqa: ARG002 - as all
        """Answer with the rule that forbids it."""
        return _lines(f"refuse {_line(why)}")

    def silence(self, call: HookCall) -> HookReply:  # noqa: ARG002 - as all
        """Answer with nothing."""
        return _lines()


def _lines(*lines: str) -> HookReply:
    return HookReply(body="".join(f"{line}\n" for line in (*lines, "end")).encode())


def _line(text: str) -> str:
    """Return a text in which no line can begin."""
    return _CONTROL.sub(" ", text)


def _spread(total_mib: int, spread: _Spread) -> tuple[str, str]:
    if spread.nodes is None and spread.cores > 1:
        return "memory_per_cpu", str(ceil(total_mib / spread.cores))
    return "memory_per_node", str(ceil(total_mib / (spread.nodes or 1)))


def _count(form: Mapping[str, str], name: str) -> int | None:
    text = form.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 11 and 0 < int(text) < _MOST_COUNT else None


def _cores(form: Mapping[str, str]) -> int:
    """Return the cores of the whole job, as accounting's ReqCPUS counts them."""
    by_task = (_count(form, "tasks") or _count(form, "nodes") or 1) * (_count(form, "cores_per_task") or 1)
    return max(by_task, _count(form, "cores") or 1)


def _memory(form: Mapping[str, str], spread: _Spread) -> Bytes | None:
    """Return what the whole job asks for; ``--mem=0``, all of a node, is no amount."""
    per_node = _amount(form, "memory_per_node")
    per_core = _amount(form, "memory_per_cpu")
    if per_node:
        return Bytes(per_node * (spread.nodes or 1))
    return Bytes(per_core * spread.cores) if per_core else None


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


def _gpus(form: Mapping[str, str], spread: _Spread) -> int | None:
    """Read ``gres:gpu:2``, ``gres/gpu:a100=2``, ``gpu:4`` or ``a100:2``."""
    for name, times in (("gpus_per_job", 1), ("gpus_per_node", spread.nodes or 1)):
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
