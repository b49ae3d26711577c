"""Accounting files of LSF: the JOB_FINISH records of lsb.acct, plain or packed.

Source: lsb.acct(5) of LSF 5.1 to 10.1, whose records only ever grew at the end, and the records of the
openlava line, which write a version without a point and lack one field (timeEvent).
Sizes of measured memory are KB, times seconds since 1970.
"""

import csv
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from jobcast.errors import InputError
from jobcast.history import Rows
from jobcast.systems.base import Site, open_plain_or_packed
from jobcast.systems.lsf.endings import Ending, done, ended_badly, exit_code, termination
from jobcast.systems.lsf.finished import (
    Finished,
    Outcome,
    Reason,
    Record,
    collect,
    element_name,
    group_of,
    hosts_of,
    split_records,
)
from jobcast.systems.lsf.resources import parse_requirement
from jobcast.systems.text import read_lines
from jobcast.units import KIB

_DONE, _EXIT = 0x40, 0x20
"""Bits of jStatus in lsbatch.h; a done job may carry those of its post-execution command too."""
_INTERACTIVE = 0x4000000
"""SUB_INTERACTIVE in lsbatch.h, set by bsub -I, -Ip and -Is."""

_START = re.compile(r'"([A-Z][A-Z0-9_]*)" "[0-9.]+" ')
"""A quote within a field is doubled, so that no text of a user can look like this."""
_ASKED = 22
"""Place of numAskedHosts, behind which the places move."""
_LARGEST = 2**40
"""No number that counts: 1 PiB in KB, 35,000 years in seconds."""


class LsbAcct:
    """Reads ``lsb.acct``, and ``lsb.acct.1`` and so on."""

    kind = "lsb.acct"

    def read(self, path: Path, site: Site) -> Iterator[Rows]:
        """Read all JOB_FINISH records; other events count as not finished.

        Raises InputError when the file does not begin as an LSF event file does.
        """
        with open_plain_or_packed(path) as stream:
            records = split_records(read_lines(stream, str(path)), _START.match)
            yield from collect(_checked(records, path), partial(_understand, site=site), str(path), site)


def _checked(records: Iterator[Record], path: Path) -> Iterator[Record]:
    """Leave out blank text in front; raise InputError when nothing but other text is there."""
    strays: list[Record] = []
    for record in records:
        if _START.match(record.text):
            yield from strays
            yield record
            yield from records
            return
        if record.text.strip():
            strays.append(record)
    if strays:
        raise InputError(
            f"{path} is no lsb.acct: no line begins with an event",
            hint='the first word of such a file is "JOB_FINISH"',
        )


def _understand(record: Record, *, site: Site) -> Outcome:
    start = _START.match(record.text)
    if start is None:
        return Reason.UNKNOWN_TEXT
    if start[1] != "JOB_FINISH":
        return None
    if record.cut:
        return Reason.TRUNCATED
    try:
        return _job(_fields(record.text), site)
    except (ValueError, IndexError, csv.Error):
        return Reason.MALFORMED_FIELDS


def _fields(text: str) -> list[str]:
    """Split a record at blanks; a quote within quotes is doubled.

    Raises csv.Error where quotes don't pair; then at most this record is lost, never the next one.
    """
    if len(text) > csv.field_size_limit():
        return [quoted.replace('""', '"') or plain for quoted, plain in _FIELD.findall(text)]
    return next(csv.reader([text], delimiter=" ", skipinitialspace=True, strict=True))


_FIELD = re.compile(r'"((?:[^"]|"")*)"(?= |$)|([^ ]+)')
"""For commands longer than the csv module takes, which is some ten times faster."""


def _job(fields: list[str], site: Site) -> Outcome:
    """Read one record by places, as lsb.acct(5) numbers them. Raises ValueError or IndexError."""
    executed = _ASKED + 1 + _count(fields[_ASKED])
    status = executed + 1 + _count(fields[executed])
    hosts = hosts_of(fields[executed + 1 : status])
    usage = status + 4
    ending = usage + 19
    more = _more(fields, ending + (6 if "." in fields[1] else 5))
    ended = _ending(fields, status, ending, more)
    if ended is None:
        return Reason.UNKNOWN_STATE

    tasks = _number(fields[6], 2**31) or None
    read = partial(parse_requirement, memory_unit=site.memory_unit, per_task=site.memory_per_task)
    asked, effective = read(fields[13]), read(more.effective_requirement)
    machines = len(hosts) or None
    return Finished(
        job_id=str(_number(fields[3], 2**63)),
        array_index=more.array_index,
        name=element_name(fields[status + 2], more.array_index),
        user=fields[11] or None,
        group=group_of(more.share_path),
        project=fields[ending + 1] or None,
        queue=fields[12] or None,
        command=fields[status + 3] or None,
        cwd=fields[17] or None,
        description=more.description or None,
        submit_time=_moment(fields[7]),
        start_time=_moment(fields[10]),
        finish_time=_moment(fields[2]),
        state=ended.state,
        exit_code=ended.exit_code,
        exit_reason=ended.exit_reason,
        cores_requested=tasks,
        memory_requested=asked.memory_of_job(tasks, machines) or effective.memory_of_job(tasks, machines),
        run_limit=more.run_limit,
        gpus_requested=asked.gpus_of_job(tasks, machines) or effective.gpus_of_job(tasks, machines),
        interactive=bool(int(fields[5]) & _INTERACTIVE),
        span_hosts=asked.span_hosts or effective.span_hosts,
        memory_peak=more.memory_peak,
        memory_mean=more.memory_mean,
        cpu_time=_cpu_time(fields[usage], fields[usage + 1]),
        hosts=" ".join(hosts) or None,
    )


def _ending(fields: list[str], status: int, ending: int, more: "_More") -> Ending | None:
    """Tell how the job ended, or None when it has not."""
    flags = int(fields[status])
    if flags & _DONE:
        return done()
    if not flags & _EXIT:
        return None
    code = exit_code(_number(fields[ending + 2], 2**31))
    return ended_badly(code, termination(more.exit_info), started=_moment(fields[10]) is not None)


class _More(NamedTuple):
    """What follows the exit status; older versions end early, and then it is absent."""

    array_index: int | None
    memory_peak: int | None
    exit_info: int | None = None
    share_path: str = ""
    description: str = ""
    run_limit: float | None = None
    memory_mean: int | None = None
    effective_requirement: str = ""


def _more(fields: list[str], index: int) -> _More:
    """Read from the place `index` of the array index on. Raises ValueError or IndexError.

    Were the tail of a record of some other version laid out differently, it would count as absent.
    """
    array_index, memory_peak = _number(fields[index]) or None, _kilobytes(fields[index + 1])
    try:
        exit_info = _number(fields[index + 9])
        share_path, description = fields[index + 12], fields[index + 23]
        host_usage = index + 25 + 2 * _count(fields[index + 24])
    except (ValueError, IndexError):
        return _More(array_index, memory_peak)
    limits = _limits(fields, host_usage)
    return _More(array_index, memory_peak, exit_info, share_path, description, *limits)


def _limits(fields: list[str], host_usage: int) -> tuple[float | None, int | None, str]:
    """Return run limit, mean memory and effective requirement, which LSF 9.1 and later write.

    They stand behind the usage of each host. The manual calls the order options3, runLimit, avgMem;
    recorded files of 9.1 and 10.1 hold runLimit, options3, avgMem, and in some of them five numbers
    follow each host where the manual has four.
    """
    try:
        hosts = _count(fields[host_usage])
        at = host_usage + 4
        if hosts:
            at = host_usage + 1
            for _ in range(hosts):
                at += 1
                while _NUMERIC.fullmatch(fields[at]):
                    at += 1
        limit, mean = _number(fields[at - 3]), _kilobytes(fields[at - 1])
        return float(limit) if limit > 0 else None, mean, fields[at]
    except (ValueError, IndexError):
        return None, None, ""


_NUMERIC = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def _number(text: str, largest: int = _LARGEST) -> int:
    """Read a whole number. Raises ValueError when it is none, or beyond `largest`."""
    number = int(text)
    if not -largest < number < largest:
        raise ValueError(f"beyond all measure: {text}")
    return number


def _count(text: str) -> int:
    """Read how many fields follow. Raises ValueError when that can't be."""
    number = int(text)
    if not 0 <= number < 2**20:
        raise ValueError(f"not a number of fields: {text}")
    return number


def _moment(text: str) -> int | None:
    """Read seconds since 1970 as microseconds; 0 stands for what never happened."""
    return _number(text) * 1_000_000 or None


def _kilobytes(text: str) -> int | None:
    """Read measured memory as bytes; 0 and -1 stand for a job too short to be sampled."""
    number = _number(text)
    return number * KIB if number > 0 else None


def _cpu_time(user: str, system: str) -> float | None:
    """Add up user and system time; -1 stands for a job that was not measured."""
    seconds = float(user), float(system)
    return None if -1.0 in seconds else sum(seconds)
