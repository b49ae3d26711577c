"""What ``bjobs -o "..." -json`` prints: one object for each job, with the fields that were asked for.

Source: bjobs(1), options -o and -json, and recorded output of LSF 10.1 and volclava, whose values differ
in form. A field that is lacking is null in the history.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import partial

from jobcast.errors import JobcastError
from jobcast.history import Rows
from jobcast.language import say
from jobcast.systems.base import Site
from jobcast.systems.lsf.dates import Calendar
from jobcast.systems.lsf.endings import Ending, done, ended_badly
from jobcast.systems.lsf.finished import (
    Finished,
    Outcome,
    Reason,
    Record,
    collect,
    element_name,
    hosts_of,
    in_columns,
    split_records,
)
from jobcast.systems.lsf.resources import asked_for
from jobcast.systems.text import Lines
from jobcast.units import parse_duration, parse_memory

_OPENING = re.compile(r'\s*(?:"RECORDS"\s*:\s*\[|\}\s*,)?\s*\{\s*$')
"""LSF breaks the line behind the brace that opens a job, and strings hold no line break."""


def read_json(
    batches: Iterable[Lines], source: str, site: Site, calendar: Calendar, complaint: type[JobcastError]
) -> Iterator[Rows]:
    """Read the jobs of one answer; a job that can't be read is set aside, the next ones are not lost.

    Raises `complaint` when there is no list of jobs.
    """
    records = _jobs(split_records(batches, "", _OPENING), source, complaint)
    understand = partial(_understand, site=site, calendar=calendar)
    yield from collect(records, understand, in_columns, source, site)


def _jobs(records: Iterable[Record], source: str, complaint: type[JobcastError]) -> Iterator[Record]:
    """Pass over what stands before the first job."""
    inside = False
    for record in records:
        head = None if inside else _RECORDS.search(record.text)
        inside = inside or head is not None
        if inside and (head is None or record.torn or record.text[head.end() :].strip(" \t\n]}")):
            yield record
    if not inside:
        raise complaint(say("systems.no_bjobs_json", source=source), hint=say("systems.no_bjobs_cure"))


_RECORDS = re.compile(r'"RECORDS"\s*:\s*\[')


def _understand(record: Record, *, site: Site, calendar: Calendar) -> Outcome:
    opening = max(len(record.text.partition("\n")[0].rstrip()) - 1, 0)
    try:
        # volclava closes a job on the line that opens the next one
        job, _ = _DECODER.raw_decode(record.text[opening:] + ("" if record.cut else "}"))
        values = {str(key): _clean(value) for key, value in job.items()}
    except (ValueError, AttributeError, RecursionError):
        return Reason.TRUNCATED if record.cut else Reason.MALFORMED_FIELDS
    if values.get("STAT", "DONE") not in ("DONE", "EXIT"):
        return None
    try:
        return _job(values, site, calendar)
    except ValueError:
        return Reason.MALFORMED_FIELDS


_DECODER = json.JSONDecoder(strict=False)


def _clean(value: object) -> str:
    """Return the text of a value; ``-`` stands for none, and half a character can't be kept."""
    text = str(value).strip().encode("utf-8", "replace").decode()
    return "" if text == "-" else text


_JOB_ID = re.compile(r"(\d+)(?:\[(\d+)\])?")


def _job(values: dict[str, str], site: Site, calendar: Calendar) -> Finished | Reason:
    identity = _JOB_ID.fullmatch(values.get("JOBID", ""))
    if identity is None or "STAT" not in values:
        return Reason.MALFORMED_FIELDS
    array_index = _array_index(identity[2] or values.get("JOBINDEX", ""), values.get("JOB_NAME", ""))
    start_time = calendar.moment(values.get("START_TIME", ""))
    ended = _ending(values, started=start_time is not None)
    hosts = hosts_of(values.get("EXEC_HOST", "").split(":")) if values.get("EXEC_HOST") else []
    tasks = _whole(values, "MIN_REQ_PROC") or _whole(values, "NREQ_SLOT")
    asked = asked_for(
        values.get("COMBINED_RESREQ", ""), values.get("EFFECTIVE_RESREQ", ""), tasks, len(hosts) or None, site
    )
    return Finished(
        job_id=identity[1],
        array_index=array_index,
        name=element_name(values.get("JOB_NAME", ""), array_index),
        user=values.get("USER") or None,
        group=values.get("UGROUP") or values.get("USER_GROUP") or None,
        project=values.get("PROJ_NAME") or None,
        queue=values.get("QUEUE") or None,
        command=values.get("COMMAND") or None,
        cwd=values.get("SUB_CWD") or None,
        description=values.get("JOB_DESCRIPTION") or None,
        submit_time=calendar.moment(values.get("SUBMIT_TIME", "")),
        start_time=start_time,
        finish_time=calendar.moment(values.get("FINISH_TIME", "")),
        state=ended.state,
        exit_code=ended.exit_code,
        exit_reason=ended.exit_reason,
        cores_requested=tasks,
        memory_requested=asked.memory or _memory(values, "MEMLIMIT"),
        run_limit=_seconds(values, "RUNTIMELIMIT"),
        gpus_requested=_whole(values, "GPU_NUM") or asked.gpus,
        interactive=None,
        span_hosts=asked.span_hosts,
        memory_peak=_memory(values, "MAX_MEM"),
        memory_mean=_memory(values, "AVG_MEM"),
        cpu_time=_seconds(values, "CPU_USED"),
        hosts=" ".join(hosts) or None,
    )


def _array_index(index: str, name: str) -> int | None:
    """Return the index of an array element; volclava shows it only within the name, as ``arr[3]``."""
    shown = re.search(r"\[(\d+)\]$", name)
    return int(index or (shown[1] if shown else "0")) or None


def _ending(values: dict[str, str], *, started: bool) -> Ending:
    if values["STAT"] == "DONE":
        return done()
    termination = re.match(r"TERM_[A-Z_]+", values.get("EXIT_REASON", ""))
    return ended_badly(_whole(values, "EXIT_CODE"), termination[0] if termination else None, started=started)


def _whole(values: dict[str, str], key: str) -> int | None:
    """Return a whole number. Raises ValueError when there is something else."""
    return int(values[key]) if values.get(key) else None


def _memory(values: dict[str, str], key: str) -> int | None:
    """Return an amount of memory such as ``5.2 Gbytes``; a bare number is counted in KB."""
    return parse_memory(values[key], unit="K") or None if values.get(key) else None


def _seconds(values: dict[str, str], key: str) -> float | None:
    """Return a duration such as ``000:00:01.15``, ``42 second(s)`` or ``60.0 min``."""
    text = values.get(key, "").partition(" of ")[0]
    if text.endswith("min"):
        return float(text.removesuffix("min")) * 60
    return parse_duration(text.removesuffix("second(s)")) if text else None
