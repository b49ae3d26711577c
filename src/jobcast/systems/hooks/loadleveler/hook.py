"""The hook of LoadLeveler: a submit filter sends a job command file, and hands on the one that it gets back.

The answer begins with a line ``jobcast/1 VERB LINES BYTES``, where VERB is ``pass`` (the file stays as it is),
``submit`` or ``refuse``. So many lines for whoever submits follow, and behind them the file, of so many bytes; only
``submit`` has one.

- The command of a job is what LoadLeveler's records show: ``executable`` with its ``arguments``, else the path of the
  job command file, which then is the script.
- Of a file of several steps the first one is advised, and changed as far as those after it, which inherit what it
  says, stay as they were. What a site requires holds for each.
- A step that names no ``resources`` gets those of its class (``default_resources``), and loses them when memory is
  set for it: rules with ``memory = false`` keep classes from that.
- LoadLeveler enforces the memory that is asked for, so there is no limit beside it that could follow.
- Variables such as ``$(user)`` stay as they are written, and what is written but not understood stays too.

Not run against a real LoadLeveler: its manuals and job command files of real sites are what this rests on.
"""

import math
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from jobcast.advice import Advice, Change, Subject
from jobcast.job import Request, Submission
from jobcast.systems.hooks.base import Expressed, HookCall, HookReply, HookSite, NotAsked, Understood
from jobcast.systems.hooks.loadleveler.amounts import MEMORY, clock, memory_of, request_of, time_of
from jobcast.systems.hooks.loadleveler.jobfile import Step, read_steps, rewritten
from jobcast.systems.hooks.saying import Said, expressed, id_of, lowers_nothing, one_line
from jobcast.units import MIB, Bytes, Seconds, to_mib

_LARGEST = 2**31
"""Megabytes and seconds beyond that are kept nowhere."""
_NOTE = ""
"""Name of the setting that is a comment of the file, not a keyword."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Native:
    """A job command file."""

    call: HookCall
    """What was sent."""
    steps: Sequence[Step]
    """At least one."""
    submissions: Sequence[Submission]
    """What each of them asks for."""


class LoadLevelerHook:
    """LoadLeveler at the moment of submission."""

    name = "loadleveler"

    def read(self, call: HookCall, site: HookSite) -> Understood | NotAsked:  # noqa: ARG002 - as the contract has it
        """Read a job command file; the fields of the call are ``user``, ``cwd`` and ``command``, its path."""
        try:
            steps = read_steps(call.body)
        except ValueError:
            return NotAsked(reason="unreadable")
        if not steps:
            return NotAsked(reason="no_job")
        native = _Native(call=call, steps=steps, submissions=[_submission(step.said, call) for step in steps])
        first, *others = native.submissions
        return Understood(
            submission=first, others=tuple(dict.fromkeys(others)), steps=len(steps), native=native
        )

    def express(self, understood: Understood, advice: Advice, *, memory_limit: bool) -> Expressed:  # noqa: ARG002
        """Write the changes that are made into the first step; their amounts become what LoadLeveler will read."""
        native = cast("_Native", understood.native)
        said = expressed(advice, lambda change: _said(change, native))
        return (
            replace(said, settings=(*said.settings, (_NOTE, _note(said.advice)))) if said.settings else said
        )

    def reply(self, understood: Understood, expressed: Expressed, told: tuple[str, ...]) -> HookReply:
        """Answer with the file as it is to be submitted; with none where it stays."""
        native = cast("_Native", understood.native)
        settings = dict(expressed.settings)
        if not settings:
            return _answer("pass", told)
        note = settings.pop(_NOTE, "")
        return _answer("submit", told, rewritten(native.call.body, native.steps[0], settings, note))

    def refuse(self, understood: Understood, why: str) -> HookReply:  # noqa: ARG002 - as the contract has it
        """Answer that the submission is refused."""
        return _answer("refuse", (why,))

    def silence(self, call: HookCall) -> HookReply:  # noqa: ARG002 - as the contract has it
        """Answer that the file stays, and nothing is said."""
        return _answer("pass", ())


def _submission(said: Mapping[str, str], call: HookCall) -> Submission:
    cwd = said.get("initialdir") or call.fields.get("cwd") or None
    return Submission(
        at=call.at,
        user=call.fields.get("user") or None,
        group=said.get("group") or None,
        project=said.get("account_no") or None,
        queue=said.get("class") or None,
        name=said.get("job_name") or None,
        command=_command(said, call.fields, cwd),
        cwd=cwd,
        description=said.get("comment") or None,
        request=request_of(said),
    )


def _command(said: Mapping[str, str], fields: Mapping[str, str], cwd: str | None) -> str | None:
    """Return the program with its arguments, else the script, which is the file itself."""
    if program := said.get("executable"):
        return f"{_path(program, cwd)} {said.get('arguments', '')}".rstrip()
    script = fields.get("command")
    return _path(script, fields.get("cwd")) if script else None


def _path(path: str, folder: str | None) -> str:
    """Return a path from the root on, where it is known where it begins; what begins with a variable stays."""
    return path if not folder or path.startswith("$") else posixpath.normpath(posixpath.join(folder, path))


def _said(change: Change, native: _Native) -> Said | None:
    """Say one change in LoadLeveler's words; None where that can't be.

    The two changes are said by different keywords: what holds for each holds for both.
    """
    said = _memory(change, native) if change.subject is Subject.MEMORY else _run_limit(change, native)
    return said if said is not None and _holds(native, said) else None


def _holds(native: _Native, said: Said) -> bool:
    """Tell whether the changed file asks for what is said in its first step, and says all else as it did."""
    change, settings = said
    body = rewritten(native.call.body, native.steps[0], settings, "jobcast")
    try:
        after = [_submission(step.said, native.call) for step in read_steps(body)]
    except ValueError:  # one line more than are read
        return False
    first, *others = native.submissions
    return after == [replace(first, request=_changed(first.request, change)), *others]


def _changed(request: Request, change: Change) -> Request:
    """Return the request as it will be."""
    if change.subject is Subject.MEMORY:
        return replace(request, memory=Bytes(int(change.after)))
    return replace(request, run_limit=Seconds(float(change.after)))


def _memory(change: Change, native: _Native) -> Said | None:
    step = native.steps[0]
    asked = memory_of(step.said)
    if asked.parts is None or (asked.written and asked.amount is None):
        return None
    megabytes = math.ceil(change.after / asked.parts / MIB)
    after = Bytes(megabytes * MIB * asked.parts)
    before = _written(asked.keyword, native)
    if before is None or megabytes >= _LARGEST or lowers_nothing(change, after):
        return None
    word = f"ConsumableMemory({megabytes} mb)"
    value = MEMORY.sub(word, before) if asked.written else f"{before} {word}".lstrip()
    return replace(change, after=after), {asked.keyword: value}


def _run_limit(change: Change, native: _Native) -> Said | None:
    """Set the hard limit; a soft one keeps its distance from it."""
    asked, hard = time_of(native.steps[0].said), math.ceil(change.after)
    before = _written("wall_clock_limit", native)
    if before is None or (before and asked.hard is None) or hard >= _LARGEST or lowers_nothing(change, hard):
        return None
    value = clock(hard)
    if "," in before:
        soft = None if asked.hard is None or asked.soft is None else hard - (asked.hard - asked.soft)
        if soft is None or not 0 < soft <= hard:
            return None
        value = f"{value},{clock(soft)}"
    return replace(change, after=Seconds(hard)), {"wall_clock_limit": value}


def _written(keyword: str, native: _Native) -> str | None:
    """Return what the first step says about a keyword, as it stands in the file.

    None where it says it twice, or over several lines, of which nobody knows how LoadLeveler joins them.
    """
    statements = native.steps[0].statements(keyword)
    text = "".join(native.call.body[slice(*one.span)].decode("latin-1") for one in statements)
    return None if len(statements) > 1 or "\n" in text else text


def _note(advice: Advice) -> str:
    """Name the advice in a comment: the keyword ``comment`` is the user's."""
    memory, run_limit = advice.made(Subject.MEMORY), advice.made(Subject.RUN_LIMIT)
    words = [f"jobcast={name}" if (name := id_of(advice)) else "jobcast"]
    words += [f"memory={to_mib(int(memory))}MB"] if memory else []
    words += [f"run_limit={math.ceil(run_limit)}s"] if run_limit else []
    return " ".join(words)


def _answer(verb: str, told: Sequence[str], file: bytes = b"") -> HookReply:
    """Put what is told, a line each whatever it holds, before the file."""
    lines = [one_line(text) for text in told]
    head = "".join(f"{line}\n" for line in (f"jobcast/1 {verb} {len(lines)} {len(file)}", *lines))
    return HookReply(body=head.encode("utf-8", "replace") + file, media_type="application/octet-stream")
