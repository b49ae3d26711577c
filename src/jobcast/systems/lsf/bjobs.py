"""What ``bjobs -UF`` and ``bjobs -l`` print about finished jobs.

Source: bjobs(1), option -UF (each part of a job on one line) and -l (the same text, wrapped at column
80). Users choose the job's name, its command and its description, and LSF prints them as they are: so
the parts of a line are taken in the order in which LSF prints them, never searched for one by one.
Where text looks exactly like the parts around it, LSF's own output does not tell the two apart.
"""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO

from jobcast.errors import InputError, JobcastError, OutputError
from jobcast.history import Rows
from jobcast.language import say
from jobcast.systems.base import Site, open_plain_or_packed
from jobcast.systems.lsf.bjobs_events import read_events
from jobcast.systems.lsf.bjobs_json import read_json
from jobcast.systems.lsf.dates import Calendar
from jobcast.systems.lsf.finished import (
    Finished,
    Outcome,
    Reason,
    Record,
    collect,
    element_name,
    group_of,
    in_columns,
    split_records,
)
from jobcast.systems.lsf.resources import asked_for
from jobcast.systems.text import Lines, read_lines
from jobcast.units import parse_memory

_LINES = 200_000
"""Lines read at once: a job has some 25."""
_START = re.compile(r"Job <\d+(?:\[\d+\])?>, (?:Job Name|User) <")


class Bjobs:
    """Reads saved output of ``bjobs -UF``, ``-l`` or ``-o ... -json``, of one job or thousands."""

    kind = "bjobs"

    def read(self, path: Path, site: Site) -> Iterator[Rows]:
        """Read all jobs that are done or exited; others count as not finished.

        Raises InputError when no job is in the file, nor the words that there is none.
        """
        with open_plain_or_packed(path) as stream:
            yield from read_bjobs(stream, str(path), site, InputError)


def read_bjobs(
    stream: IO[bytes], source: str, site: Site, complaint: type[JobcastError] = OutputError
) -> Iterator[Rows]:
    """Read what bjobs printed, in whichever of its forms.

    Raises `complaint` when it is nothing that bjobs prints about jobs at length.
    """
    batches = read_lines(stream, source, _LINES)
    head = next(batches, Lines(first=1, texts=[]))
    calendar = Calendar(site)
    if _first_word(head).startswith("{"):
        yield from read_json(chain([head], batches), source, site, calendar, complaint)
        return
    records = _checked(split_records(chain([head], batches), "Job <", _START), source, complaint)
    understand = partial(_understand, site=site, calendar=calendar)
    yield from collect(records, understand, in_columns, source, site)


def _first_word(head: Lines) -> str:
    """Return the first line that is neither blank nor a command that somebody typed."""
    return next((text for text in head.texts if text.strip() and not text.startswith("$ ")), "").strip()


def _checked(records: Iterable[Record], source: str, complaint: type[JobcastError]) -> Iterator[Record]:
    """Pass over what stands before the first job, such as a rule; raise `complaint` when there is none.

    An empty file holds no job, but bjobs itself says so when it knows of none: its silence is no answer.
    """
    before, jobs = "", False
    for number, record in enumerate(records):
        if number == 0 and not _START.match(record.text):
            before = record.text
        else:
            jobs = True
            yield record
    no_answer = before.strip() or complaint is OutputError
    if not jobs and no_answer and not re.search(r"^No .*job.* found", before, re.MULTILINE):
        raise complaint(
            say("systems.no_bjobs", source=source, text=before.strip()[:80]),
            hint=say("systems.no_bjobs_cure"),
        )


_HEAD = re.compile(
    r"""Job\ <(?P<job_id>\d+)(?:\[(?P<array_index>\d+)\])?>
    (?:,\ Job\ Name\ <(?P<name>.*?)>)?
    ,\ User\ <(?P<user>[^<>]*)>
    (?P<before_status>(?:,\ [A-Z][\w ]*\ <[^<>]*>)*?)
    ,\ Status\ <(?P<status>[A-Z]+)>
    ,\ Queue\ <(?P<queue>[^<>]*)>
    (?P<before_command>(?:,\ [A-Za-z][\w -]*(?:\ <[^<>]*>)?)*?)
    (?:,\ Command\ <(?P<rest>.*)|$)""",
    re.VERBOSE | re.DOTALL,
)
_PART = re.compile(r", ([A-Z][\w ]*) <([^<>]*)>")
_REST = re.compile(
    r"""(?P<command>.*?)>
    (?:,\ Share\ group\ charged\ <(?P<share>[^<>]*)>)?
    (?:,\ Job\ Description\ <(?P<description>.*?)>)?
    (?:,\ Job\ Group\ <[^<>]*>)?
    (?:,\ Esub\ <[^<>]*>)?\s*""",
    re.VERBOSE | re.DOTALL,
)
_SUBMITTED = re.compile(r"\n(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d(?: \d{4})?: )Submitted from host <")
"""A pattern that begins with a line break is found far faster than one that begins with ^."""


def _understand(record: Record, *, site: Site, calendar: Calendar) -> Outcome:
    text = record.text
    submitted = _SUBMITTED.search(text)
    if submitted is None:
        return Reason.TRUNCATED if record.cut else Reason.MALFORMED_FIELDS
    margin = " " * len(submitted[1])
    if "\n" + margin in text:
        text = _unwrap(text, margin)
        submitted = _SUBMITTED.search(text)
    head = _HEAD.fullmatch(text[: submitted.start()]) if submitted else None
    if submitted is None or head is None:
        return Reason.MALFORMED_FIELDS
    if head["status"] not in ("DONE", "EXIT"):
        return None
    if record.cut and " SCHEDULING PARAMETERS:" not in text:  # which follows all that is read here
        return Reason.TRUNCATED
    try:
        return _job(head, text[submitted.start() :], site, calendar)
    except ValueError:
        return Reason.MALFORMED_FIELDS


_WIDTH = 79
_NEXT_PART = re.compile(r"[A-Z][A-Za-z ]* <")


def _unwrap(text: str, margin: str) -> str:
    """Join the lines that bjobs -l wraps; it indents what follows by the width of a date.

    A blank at the end of a line may be lost: some versions leave it out, and so do mail programs.
    """
    joined: list[str] = []
    missing = 0
    for line in text.split("\n"):
        if joined and line.startswith(margin):
            more = line.removeprefix(margin)
            lost = joined[-1].endswith(",") and _NEXT_PART.match(more)
            joined[-1] += " " * (missing or bool(lost)) + more
        else:
            joined.append(line)
        missing = max(_WIDTH - len(line.encode()), 0)
    return "\n".join(joined)


def _job(head: re.Match[str], body: str, site: Site, calendar: Calendar) -> Finished | Reason:
    rest = _REST.fullmatch(head["rest"] or ">")
    if rest is None:
        return Reason.MALFORMED_FIELDS
    parts = dict(_PART.findall(head["before_status"]))
    array_index = int(head["array_index"]) if head["array_index"] else None
    events = read_events(body, calendar, done=head["status"] == "DONE")
    effective = _EFFECTIVE.search(body)
    asked = asked_for(
        events.requirement, effective[1] if effective else "", events.tasks, len(events.hosts) or None, site
    )
    return Finished(
        job_id=head["job_id"],
        array_index=array_index,
        name=element_name(head["name"] or "", array_index),
        user=head["user"] or None,
        group=parts.get("User Group") or group_of(rest["share"] or ""),
        project=parts.get("Project"),
        queue=head["queue"] or None,
        command=rest["command"] or None,
        cwd=events.cwd,
        description=rest["description"],
        submit_time=events.submit_time,
        start_time=events.start_time,
        finish_time=events.finish_time,
        state=events.ending.state,
        exit_code=events.ending.exit_code,
        exit_reason=events.ending.exit_reason,
        cores_requested=events.tasks,
        memory_requested=asked.memory or _memory_limit(body),
        run_limit=_run_limit(body),
        gpus_requested=events.gpus or asked.gpus,
        interactive=", Interactive " in head["before_command"],
        span_hosts=asked.span_hosts,
        memory_peak=_measured(_PEAK, body),
        memory_mean=_measured(_MEAN, body),
        cpu_time=events.cpu_time,
        hosts=" ".join(events.hosts) or None,
    )


_EFFECTIVE = re.compile(r"\n Effective: (.*)")
_RUN_LIMIT = re.compile(r"\n RUNLIMIT *\n +([\d.]+) min")


def _run_limit(body: str) -> float | None:
    """Return the run limit in seconds; bjobs prints minutes."""
    match = _RUN_LIMIT.search(body)
    return float(match[1]) * 60 if match else None


_LIMITS = re.compile(r"\n((?: +[A-Z]+LIMIT)*? +MEMLIMIT(?: +[A-Z]+LIMIT)*) *\n(.*)")
_LIMIT = re.compile(r"\d+(?:\.\d+)?(?: [KMGTP]\b)?")


def _memory_limit(body: str) -> int | None:
    """Return the limit of bsub -M: a site that has no rusage counts it as the request.

    Limits stand side by side under their names, each with its unit, or KB.
    """
    match = _LIMITS.search(body)
    if match is None:
        return None
    limits = dict(zip(match[1].split(), _LIMIT.findall(match[2]), strict=False))
    return parse_memory(limits["MEMLIMIT"], unit="K") if "MEMLIMIT" in limits else None


_PEAK = re.compile(r"MAX MEM: ([\d.]+ [KMGTP]?bytes)")
_MEAN = re.compile(r"AVG MEM: ([\d.]+ [KMGTP]?bytes)")


def _measured(pattern: re.Pattern[str], body: str) -> int | None:
    """Return measured memory in bytes; a job too short to be sampled has none, or 0."""
    match = pattern.search(body)
    return parse_memory(match[1]) or None if match else None
