"""The hook of LSF: an esub sends what bsub told it, and gets lines that say what to change.

::

    set LSB_SUB_RES_REQ="rusage[mem=4410]"     a line for LSB_SUB_MODIFY_FILE
    say jobcast: memory set to 4.31 GiB ...    a line for whoever submits
    refuse ...                                 the same, and the submission is refused
    end                                        without this line the answer is not used
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from jobcast.advice import Advice, Change, Subject
from jobcast.job import Request, Submission
from jobcast.systems.hooks.base import Expressed, HookCall, HookReply, HookSite, NotAsked, Understood
from jobcast.systems.hooks.lsf.parameters import read_parameters
from jobcast.systems.hooks.lsf.requirement import Wish, is_readable, rewrite, understood
from jobcast.systems.hooks.saying import Said, expressed, id_of, lowers_nothing, one_line
from jobcast.systems.lsf.bsub.command import on_one_line
from jobcast.units import Bytes, Seconds, parse_memory, to_mib

_REQUIREMENT = "LSB_SUB_RES_REQ"
_MEMORY_LIMIT = "LSB_SUB_RLIMIT_RSS"
_RUN_LIMIT = "LSB_SUB_RLIMIT_RUN"
_DESCRIPTION = "LSB_SUB_JOB_DESCRIPTION"
_LARGEST = 2**31
"""LSF keeps limits in 32 bits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Native:
    """What LSF was told about a submission."""

    parameters: Mapping[str, str]
    """By the names that LSF gives them."""
    tasks: int
    """Of the whole job."""
    site: HookSite
    """Where it is submitted."""


class LsfHook:
    """LSF and its relatives at the moment of submission."""

    name = "lsf"

    def read(self, call: HookCall, site: HookSite) -> Understood | NotAsked:
        """Read a parameter file; the fields of the call are ``user``, ``cwd`` and ``home``."""
        told = read_parameters(call.body)
        if told is None or not is_readable(told.get(_REQUIREMENT, "")):
            return NotAsked(reason="unreadable")
        if told.keys() & {"LSB_SUB_MODIFY", "LSB_SUB_MODIFY_ONCE"}:
            return NotAsked(reason="modification")
        if told.get("LSB_SUB_RESTART") == "Y":
            return NotAsked(reason="restart")
        tasks = _whole(told.get("LSB_SUB_NUM_PROCESSORS", "")) or 1
        return Understood(
            submission=Submission(
                at=call.at,
                user=call.fields.get("user") or None,
                group=told.get("LSB_SUB_USER_GROUP") or None,
                project=told.get("LSB_SUB_PROJECT_NAME") or None,
                queue=told.get("LSB_SUB_QUEUE") or None,
                name=_name(told.get("LSB_SUB_JOB_NAME", "")),
                command=on_one_line(told.get("LSB_SUB_COMMAND_LINE", "")) or None,
                cwd=_directory(call.fields.get("cwd", ""), call.fields.get("home", "")),
                description=told.get(_DESCRIPTION) or None,
                request=_request(told, tasks, site),
            ),
            native=_Native(parameters=told, tasks=tasks, site=site),
        )

    def express(self, understood: Understood, advice: Advice, *, memory_limit: bool) -> Expressed:
        """Write the changes that are made; their amounts become what LSF will read, rounded up to its unit.

        With `memory_limit` a job that has no ``-M`` gets one: a limit that its user set stays.
        """
        native = cast("_Native", understood.native)
        said = expressed(advice, lambda change: _said(change, native))
        settings = dict(said.settings)
        if memory_limit:
            settings |= _limit(said.advice.made(Subject.MEMORY), native)
        if settings and not native.parameters.get(_DESCRIPTION):
            settings |= _description(said.advice)
        return replace(said, settings=tuple(settings.items()))

    def reply(self, understood: Understood, expressed: Expressed, told: tuple[str, ...]) -> HookReply:  # noqa: ARG002
        """Answer with lines to set and to say."""
        return _lines(
            *(f"set {name}={_quoted(value)}" for name, value in expressed.settings), *_about("say", told)
        )

    def refuse(self, understood: Understood, why: str) -> HookReply:  # noqa: ARG002 - as the contract has it
        """Answer that the submission is refused."""
        return _lines(*_about("refuse", (why,)))

    def silence(self, call: HookCall) -> HookReply:  # noqa: ARG002 - as the contract has it
        """Answer with nothing to set or say."""
        return _lines()


def _request(told: Mapping[str, str], tasks: int, site: HookSite) -> Request:
    asked = understood(told.get(_REQUIREMENT, ""), site)
    run_limit = _whole(told.get(_RUN_LIMIT, ""))
    return Request(
        cores=tasks,
        memory=asked.memory_of_job(tasks),
        run_limit=Seconds(run_limit) if run_limit else None,
        gpus=asked.gpus_of_job(tasks),
        interactive="Y" in (told.get("LSB_SUB_INTERACTIVE"), told.get("LSB_SUB_PTY")),
        span_hosts=asked.span_hosts,
    )


def _whole(text: str) -> int | None:
    """Return a whole number above 0; None for anything else, such as SUB_RESET."""
    return int(text) or None if re.fullmatch(r"[0-9]{1,10}", text) else None


_ARRAY = re.compile(r"([^%]+)\[[^\[%]*\](?:%[0-9]+)?")


def _name(text: str) -> str | None:
    """Return a job's name; of an array ``sim[1-90]%5`` without what follows the name."""
    match = _ARRAY.fullmatch(text)
    return (match[1] if match else text) or None


def _directory(cwd: str, home: str) -> str | None:
    """Return the directory as bjobs shows it: below the home of its user as ``$HOME/...``."""
    home = home.rstrip("/")
    if home and (cwd == home or cwd.startswith(home + "/")):
        return "$HOME" + cwd.removeprefix(home)
    return cwd or None


def _said(change: Change, native: _Native) -> Said | None:
    """Say one change in LSF's words; None where that can't be."""
    return _memory(change, native) if change.subject is Subject.MEMORY else _run_limit(change, native)


def _memory(change: Change, native: _Native) -> Said | None:
    wish = Wish(memory=Bytes(int(change.after)), tasks=native.tasks, site=native.site)
    rewritten = rewrite(native.parameters.get(_REQUIREMENT, ""), wish)
    if rewritten is None or lowers_nothing(change, rewritten.memory):
        return None
    return replace(change, after=rewritten.memory), {_REQUIREMENT: rewritten.text}


def _run_limit(change: Change, native: _Native) -> Said | None:
    """Set the run limit; not beside one that is counted in the time of another host (``-W 10/hostA``)."""
    seconds = math.ceil(change.after)
    if seconds >= _LARGEST or lowers_nothing(change, seconds) or native.parameters.get("LSB_SUB_HOST_SPEC"):
        return None
    return change, {_RUN_LIMIT: str(seconds)}


def _limit(memory: float | None, native: _Native) -> dict[str, str]:
    """Return the limit for memory that is set, where its unit is known and the user has set none."""
    unit = native.site.limit_unit
    if unit is None and native.site.memory_unit != "M":  # M may stand for a site that sets no unit
        unit = native.site.memory_unit
    if memory is None or unit is None or native.parameters.get(_MEMORY_LIMIT):
        return {}
    number = math.ceil(memory / parse_memory("1", unit=unit))
    return {_MEMORY_LIMIT: str(number)} if number < _LARGEST else {}


def _description(advice: Advice) -> dict[str, str]:
    """Note the advice with the job, in the form that memPrediction has introduced."""
    memory, run_limit = advice.made(Subject.MEMORY), advice.made(Subject.RUN_LIMIT)
    words = [f"ALLOC_MEMORY_USER=memPrediction(reset={to_mib(int(memory))}MB)"] if memory else []
    words += [f"jobcast={name}"] if (name := id_of(advice)) else []
    words += [f"run_limit={math.ceil(run_limit)}s"] if run_limit else []
    return {_DESCRIPTION: " ".join(words)}


def _quoted(value: str) -> str:
    """Quote a value for the file of changes, where numbers stand bare; none has a quote or backslash."""
    return value if value.isdecimal() else f'"{value}"'


def _about(word: str, texts: Iterable[str]) -> Iterable[str]:
    """Give each text a line of its own, whatever it holds."""
    for text in texts:
        yield f"{word} {one_line(text)}"


def _lines(*lines: str) -> HookReply:
    return HookReply(body="".join(f"{line}\n" for line in (*lines, "end")).encode("utf-8", "replace"))
