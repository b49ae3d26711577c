"""Accounting files of LSF: the JOB_FINISH records of lsb.acct, plain or packed.

Source: lsb.acct(5) of LSF 5.1 to 10.1. Measured memory is KB there, times are seconds since 1970.
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from jobcast.errors import InputError
from jobcast.history import Rows
from jobcast.systems.base import Site, open_plain_or_packed
from jobcast.systems.lsf.acct_layout import Fields, plain, read_fields
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
from jobcast.systems.lsf.resources import asked_for
from jobcast.systems.text import read_lines
from jobcast.units import KIB

_DONE, _EXIT = 0x40, 0x20
"""Bits of jStatus in lsbatch.h; a done job may carry those of its post-execution command too."""
_INTERACTIVE = 0x4000000
"""SUB_INTERACTIVE in lsbatch.h, set by bsub -I, -Ip and -Is."""

_START = re.compile(r'"([A-Z][A-Z0-9_]*)" "[0-9.]+" ')
"""A quote within a field is doubled, so that no text of a user can look like this."""


class LsbAcct:
    """Reads ``lsb.acct``, and ``lsb.acct.1`` and so on."""

    kind = "lsb.acct"

    def read(self, path: Path, site: Site) -> Iterator[Rows]:
        """Read all JOB_FINISH records; other events count as not finished.

        Raises InputError when the file does not begin as an LSF event file does.
        """
        with open_plain_or_packed(path) as stream:
            records = split_records(read_lines(stream, str(path)), '"', _START)
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
    fields = read_fields(record.text)
    return _job(fields, site) if fields else Reason.MALFORMED_FIELDS


def _job(fields: Fields, site: Site) -> Outcome:
    ended = _ending(fields)
    if ended is None:
        return Reason.UNKNOWN_STATE
    array_index = int(fields.idx) or None
    tasks = int(fields.num_processors) or None
    hosts = hosts_of(fields.exec_hosts.replace('"', " ").split())
    effective = plain(fields.effective_res_req)
    asked = asked_for(plain(fields.res_req), effective, tasks, len(hosts) or None, site)
    run_limit = int(fields.run_limit or -1)
    return Finished(
        job_id=fields.job_id,
        array_index=array_index,
        name=element_name(plain(fields.job_name), array_index),
        user=fields.user_name or None,
        group=group_of(fields.charged_saap or ""),
        project=plain(fields.project_name) or None,
        queue=fields.queue or None,
        command=plain(fields.command) or None,
        cwd=plain(fields.cwd) or None,
        description=plain(fields.job_description) or None,
        submit_time=_moment(fields.submit_time),
        start_time=_moment(fields.start_time),
        finish_time=_moment(fields.event_time),
        state=ended.state,
        exit_code=ended.exit_code,
        exit_reason=ended.exit_reason,
        cores_requested=tasks,
        memory_requested=asked.memory,
        run_limit=float(run_limit) if run_limit > 0 else None,
        gpus_requested=asked.gpus,
        interactive=bool(int(fields.options) & _INTERACTIVE),
        span_hosts=asked.span_hosts,
        memory_peak=_kilobytes(fields.max_rmem),
        memory_mean=_kilobytes(fields.avg_mem),
        cpu_time=_cpu_time(float(fields.utime), float(fields.stime)),
        hosts=" ".join(hosts) or None,
    )


def _ending(fields: Fields) -> Ending | None:
    """Tell how the job ended, or None when it has not."""
    flags = int(fields.j_status)
    if flags & _DONE:
        return done()
    if not flags & _EXIT:
        return None
    reason = termination(int(fields.exit_info or 0))
    return ended_badly(exit_code(int(fields.exit_status)), reason, started=fields.start_time != "0")


def _moment(text: str) -> int | None:
    """Read seconds since 1970 as microseconds; 0 stands for what never happened."""
    return int(text) * 1_000_000 or None


def _kilobytes(text: str | None) -> int | None:
    """Read measured memory as bytes; 0 and -1 stand for a job too short to be sampled."""
    number = int(text or 0)
    return number * KIB if number > 0 else None


def _cpu_time(user: float, system: float) -> float | None:
    """Add up user and system time; -1 stands for a job that was not measured."""
    return None if user == -1 or system == -1 else user + system
