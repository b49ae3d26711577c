"""What ``sacct --json`` and slurmrestd's ``/slurmdb/.../jobs`` print, one job at a time.

The form changes from version to version: 22.05 writes plain numbers, 23.11 and later
``{"set": true, "infinite": false, "number": 5}``, states as lists, and memory under other names.
Each job is turned into the fields that the text of sacct has, and read like those.
"""

import codecs
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

import polars as pl

from jobcast.errors import InputError
from jobcast.history import SET_ASIDE_TEXT, Rows, SetAside
from jobcast.language import say
from jobcast.systems.base import Site
from jobcast.systems.encoding import decode
from jobcast.systems.slurm.fields import READ
from jobcast.systems.slurm.fold import fold
from jobcast.systems.text import UNREADABLE

_JOBS = re.compile(r'"jobs"\s*:\s*\[')
_GAP = re.compile(r"[\s,]*")
_NEXT = re.compile(r",\s*(?=\{)")
"""What stands before each element but the first; within an element, too."""
_CHUNK = 1 << 22
_HEAD = 1 << 20
"""Within so many characters the list of jobs must begin."""
_BATCH = 5_000
"""Jobs in one batch: as JSON a job takes some 12 kB."""


def read_json(stream: IO[bytes], site: Site, source: str) -> Iterator[Rows]:
    """Read jobs from JSON without ever holding more than one batch. Raises InputError when there are none."""
    objects = _objects(stream, source)
    while batch := list(islice(objects, _BATCH)):
        records: list[dict[str, str | int | None]] = []
        aside: list[SetAside] = []
        for line, found, reason in batch:
            text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
            text = _clean(text) or ""
            try:
                rows = _flatten(found) if isinstance(found, dict) else None
            except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError):
                rows = None
            if rows is None:
                aside.append(SetAside(source=source, line=line, reason=reason, text=text[:SET_ASIDE_TEXT]))
                continue
            for row in rows:
                cleaned = {name: _clean(value) for name, value in row.items()}
                records.append({"line": line, "text": text, **cleaned})
        schema = {"line": pl.Int64, "text": pl.String, **dict.fromkeys(sorted(READ), pl.String)}
        folded = fold(pl.DataFrame(records, schema=schema, orient="row"), site, source)
        yield Rows(jobs=folded.jobs, set_aside=(*aside, *folded.set_aside), not_finished=folded.not_finished)


_LONGEST = 1 << 20
"""Characters of a single text at most; a fault that lies farther back is none of what is yet to come."""


class _Text:
    """The text of a stream, of which only the part not yet read is held."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.held = ""
        self.at = 0
        """Where the next thing to read begins in `held`."""
        self.line = 1
        """The line on which it begins."""

    def more(self) -> bool:
        """Read on; False at the end, or where a packed file is damaged."""
        self.held, self.at = self.held[self.at :], 0
        try:
            block = self._stream.read(max(_CHUNK, len(self.held)))
        except UNREADABLE:
            block = b""
        self.held += self._decoder.decode(block, final=not block)
        return bool(block)

    def move(self, to: int) -> None:
        """Go on to position `to`."""
        self.line += self.held.count("\n", self.at, to)
        self.at = to


def _objects(stream: IO[bytes], source: str) -> Iterator[tuple[int, Any, str]]:
    """Yield each element of the list of jobs with its line, and why it is set aside if it is no job.

    In place of one that is damaged or cut off stands its text, up to the next job.
    """
    text, decoder = _Text(stream), json.JSONDecoder()
    while (start := _JOBS.search(text.held)) is None:
        if len(text.held) > _HEAD or not text.more():
            raise InputError(
                say("systems.no_sacct_json", source=source), hint=say("systems.no_sacct_json_cure")
            )
    text.move(start.end())
    while True:
        gap = _GAP.match(text.held, text.at)
        text.move(gap.end() if gap else text.at)
        if text.held.startswith("]", text.at):
            return
        try:
            found, end = decoder.raw_decode(text.held, text.at)
        except (json.JSONDecodeError, RecursionError) as error:
            damaged = isinstance(error, json.JSONDecodeError) and error.pos < len(text.held) - _LONGEST
            if not damaged and text.more():  # perhaps the rest of this job is yet to come
                continue
            after = _next_job(text, decoder)
            if after is None and text.more():
                continue
            # Perhaps no text: the list stops between two jobs.
            yield text.line, text.held[text.at : after], "truncated" if after is None else "not_a_job"
            if after is None:
                return
            text.move(after)
            continue
        yield text.line, found, "not_a_job"
        text.move(end)


def _next_job(text: _Text, decoder: json.JSONDecoder) -> int | None:
    """Return where the next whole job begins behind what can't be read; None where there is none."""
    for gap in _NEXT.finditer(text.held, text.at):
        try:
            found, _ = decoder.raw_decode(text.held, gap.end())
        except (json.JSONDecodeError, RecursionError):
            continue
        if "job_id" in found:
            return gap.end()
    return None


def _flatten(job: dict[str, Any]) -> list[dict[str, str | None]]:
    """Return the fields of a job and of each of its steps, as the text of sacct has them."""
    time, association, tres = job["time"], job.get("association") or {}, job.get("tres") or {}
    job_id, comments = _job_id(job), job.get("comment") or {}
    whole = {
        "jobid": job_id,
        "state": _first(job["state"]["current"]),
        "exitcode": _exit_code(job.get("exit_code") or {}),
        "submit": _moment(time.get("submission")),
        "start": _moment(time.get("start")),
        "end": _moment(time.get("end")),
        "elapsedraw": _plain(time.get("elapsed")),
        "suspended": _span(time.get("suspended")),
        "timelimitraw": _plain(time.get("limit")),
        "totalcpu": _cpu(time),
        "reqcpus": _plain((job.get("required") or {}).get("CPUs")),
        "reqtres": _resources(tres.get("requested"), unit="M"),
        "alloctres": _resources(tres.get("allocated"), unit="M"),
        "nnodes": _plain(job.get("allocation_nodes")),
        "nodelist": job.get("nodes"),
        "user": job.get("user") or association.get("user"),
        "account": job.get("account") or association.get("account"),
        "group": job.get("group"),
        "cluster": job.get("cluster"),
        "partition": job.get("partition"),
        "jobname": job.get("name"),
        "workdir": job.get("working_directory"),
        "submitline": job.get("submit_line"),
        "comment": comments.get("job"),
        "admincomment": comments.get("administrator"),
        "restarts": _plain(job.get("restart_cnt")),
    }
    return [whole, *(_flatten_step(step, job_id) for step in job.get("steps") or [])]


def _flatten_step(step: dict[str, Any], job_id: str) -> dict[str, str | None]:
    """Return the fields of a step; its amounts of memory are bytes, those of a job MiB."""
    name = str((step.get("step") or {}).get("id")).rsplit(".", 1)[-1]
    used = (step.get("tres") or {}).get("requested") or {}
    return {
        "jobid": f"{job_id}.{name}",
        "exitcode": _exit_code(step.get("exit_code") or {}),
        "totalcpu": _cpu(step.get("time") or {}),
        "maxrss": _memory(used.get("max")),
        "tresusageintot": _resources(used.get("total"), unit="B"),
    }


def _job_id(job: dict[str, Any]) -> str:
    """Return the id as sacct prints it: ``12``, ``12_3`` in an array, ``12+1`` in a heterogeneous job."""
    array, het = job.get("array") or {}, job.get("het") or {}
    task, offset = _number(array.get("task_id")), _number(het.get("job_offset"))
    if _number(array.get("job_id")) and task is not None:
        return f"{_plain(array['job_id'])}_{task:.0f}"
    if _number(het.get("job_id")) and offset is not None:
        return f"{_plain(het['job_id'])}+{offset:.0f}"
    return str(int(job["job_id"]))


def _number(value: Any) -> float | None:
    """Read a plain number or a number object; None where it is not set."""
    if isinstance(value, dict):
        value = value.get("number") if value.get("set") and not value.get("infinite") else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _plain(value: Any) -> str | None:
    """Return the text of a number; what is none stays as it is, and is told of when it is read."""
    number = _number(value)
    if number is not None:
        return f"{number:.0f}"
    return None if value is None or isinstance(value, dict) else str(value)


def _moment(value: Any) -> str | None:
    """Return seconds since 1970; 0 stands for a time that is not known."""
    return None if _number(value) == 0 else _plain(value)


def _span(seconds: Any) -> str | None:
    number = _number(seconds)
    return _plain(seconds) if number is None else f"0:{number:.6f}"


def _cpu(time: dict[str, Any]) -> str | None:
    total = time.get("total") or {}
    seconds, micro = _number(total.get("seconds")), _number(total.get("microseconds"))
    return _plain(total.get("seconds")) if seconds is None else _span(seconds + (micro or 0) / 1e6)


def _exit_code(code: dict[str, Any]) -> str:
    signal = code.get("signal") or {}
    number = _number(signal.get("signal_id")) or _number(signal.get("id")) or 0
    return f"{_number(code.get('return_code')) or 0:.0f}:{number:.0f}"


def _first(states: str | list[str]) -> str:
    return states if isinstance(states, str) else states[0]


def _resources(entries: list[dict[str, Any]] | None, *, unit: str) -> str | None:
    """Write trackable resources as sacct does: ``cpu=1,mem=400M,gres/gpu=2``."""
    parts = []
    for entry in entries or []:
        count = _plain(entry.get("count"))
        name = f"{entry['type']}/{entry['name']}" if entry.get("name") else str(entry["type"])
        if count is not None:
            parts.append(f"{name}={count}{unit if name == 'mem' else ''}")
    return ",".join(parts)


def _memory(entries: list[dict[str, Any]] | None) -> str | None:
    counts = [_plain(entry.get("count")) for entry in entries or [] if entry.get("type") == "mem"]
    return counts[0] if counts else None


def _clean(value: Any) -> str | None:
    """Return a text, or None for nothing; bytes that were not UTF-8 are decoded by themselves."""
    if value is None or value == "":
        return None
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return decode(text.encode("utf-8", "surrogateescape" if _is_bytes(text) else "replace"))
    return text


def _is_bytes(text: str) -> bool:
    """Tell whether all surrogates in `text` stand for bytes, none for half of an escaped character."""
    return not any("\ud800" <= letter <= "\udfff" and not "\udc80" <= letter <= "\udcff" for letter in text)
