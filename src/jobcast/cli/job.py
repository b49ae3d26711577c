"""``jobcast job``: one job, in the words of ``seff``."""

import re
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

import click
import polars as pl

from jobcast import config
from jobcast.cli import frame
from jobcast.cli.columns import moment
from jobcast.cli.notes import notes_on
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.session import Session
from jobcast.errors import JobcastError
from jobcast.history import ran_at
from jobcast.job import Job
from jobcast.language import say
from jobcast.printable import printable
from jobcast.report.formats.data import note_as_dict
from jobcast.store import to_job
from jobcast.units import Bytes, format_duration, format_memory

_ELEMENT = re.compile(r"(?P<job>.+?)(?:\[(?P<lsf>\d+)\]|_(?P<slurm>\d+))(?:\.(?P<step>[^.]+))?")
_STEP = re.compile(r"(?P<job>.+)\.(?P<step>[^.]+)")


@frame.command(help=say("job.help"), examples=say("job.examples"))
@click.argument("identity", metavar="ID")
@click.option("--cluster", metavar="NAME", help=say("job.cluster"))
@frame.json_option
@click.pass_obj
def command(session: Session, /, *, identity: str, cluster: str | None, as_json: bool) -> None:
    """Show a job."""
    wanted = session.store.scan().filter(_is(identity))
    if cluster is not None:
        wanted = wanted.filter(pl.col("cluster") == cluster)
    in_order = wanted.sort("system", "cluster", "array_index", ran_at(), "step", nulls_last=False)
    found = session.store.collect(in_order)
    if found.is_empty():
        raise JobcastError(say("job.unknown", id=identity), hint=say("job.unknown_cure"))
    rows = found.to_dicts()
    notes = notes_on(session, found.lazy())
    if as_json:
        jobs = [{**row, **_efficiency(to_job(row))} for row in rows]
        print_json({"jobs": jobs, "notes": [note_as_dict(note) for note in notes]})
        return
    for number, row in enumerate(rows):
        if number:
            tell()
        _show(to_job(row), session.settings[config.TIMEZONE])
    for note in notes:
        tell(printable(say("report.note", text=note.text.say(), flag=note.flag)))
    talk(say("job.next"))


def _is(identity: str) -> pl.Expr:
    """Tell the rows of the job: ``123`` means all its runs, elements and steps, ``123[4]`` one element."""
    test = pl.col("job_id") == identity
    for form in (_ELEMENT, _STEP):
        if match := form.fullmatch(identity):
            parts = match.groupdict()
            element = parts.get("lsf") or parts.get("slurm")
            some = pl.col("job_id") == parts["job"]
            if element:
                some &= pl.col("array_index") == int(element)
            if parts["step"]:
                some &= pl.col("step") == parts["step"]
            test |= some
    return test


def _efficiency(job: Job) -> dict[str, Any]:
    """Return what was used as shares of what was held; None where either is not known."""
    usage, request = job.usage, job.request
    core_seconds = usage.run_time * request.cores if usage.run_time and request.cores else None
    cpu, peak = usage.cpu_time, usage.memory_peak
    return {
        "core_seconds": core_seconds,
        "cpu_efficiency": cpu / core_seconds if cpu is not None and core_seconds else None,
        "memory_efficiency": peak / request.memory if peak is not None and request.memory else None,
    }


def _show(job: Job, zone: tzinfo) -> None:
    for line in (*_identity(job), *_times(job, zone), *_cpu(job), *_memory(job), *_end(job)):
        tell(printable(line))  # a name with a line break must not look like a line of ours


def _identity(job: Job) -> Iterator[str]:
    element = "" if job.array_index is None else f"[{job.array_index}]"
    step = "" if job.step is None else f".{job.step}"
    yield say("job.id", id=f"{job.job_id}{element}{step}")
    yield say("job.cluster_line", cluster=job.cluster, system=job.system)
    yield say("job.user_project", user=job.user or "-", project=job.project or "-")
    if job.queue is not None:
        yield say("job.queue", queue=job.queue)
    if job.name is not None:
        yield say("job.name", name=job.name)
    code = "-" if job.exit_code is None else job.exit_code
    yield say("job.state", state=job.state.upper(), code=code)
    if job.exit_reason is not None:
        yield say("job.reason", reason=job.exit_reason)


def _times(job: Job, zone: tzinfo) -> Iterator[str]:
    if job.submit_time is not None:
        yield say("job.submitted", time=moment(job.submit_time, zone))
    if job.start_time is not None:
        yield say("job.started", time=moment(job.start_time, zone))
    yield say("job.finished", time=moment(job.finish_time, zone))


def _cpu(job: Job) -> Iterator[str]:
    if job.request.cores is not None:
        yield say("job.cores", cores=job.request.cores)
    if job.usage.cpu_time is not None:
        yield say("job.cpu_utilized", time=format_duration(job.usage.cpu_time))
    shares = _efficiency(job)
    if shares["cpu_efficiency"] is not None:
        total = format_duration(shares["core_seconds"])
        yield say("job.cpu_efficiency", share=f"{shares['cpu_efficiency']:.2%}", total=total)
    if job.usage.run_time is not None:
        limit = job.request.run_limit
        of = say("job.of_limit", limit=format_duration(limit)) if limit else ""
        yield say("job.wall_clock", time=format_duration(job.usage.run_time)) + of


def _memory(job: Job) -> Iterator[str]:
    peak, request = job.usage.memory_peak, job.request.memory
    basis = job.usage.memory_basis
    if peak is None:
        yield say("job.memory_unknown")
    else:
        yield say("job.memory_utilized", amount=format_memory(peak)) + (
            say("job.basis", basis=basis) if basis else ""
        )
    if request is None:
        yield say("job.memory_not_requested")
    elif peak is not None and request > 0:
        yield say(
            "job.memory_efficiency", share=f"{peak / request:.2%}", total=format_memory(request)
        ) + _idle(Bytes(request - peak))
    else:
        yield say("job.memory_requested", total=format_memory(request))


def _idle(amount: Bytes) -> str:
    if amount < 0:
        return say("job.memory_above", amount=format_memory(-amount))
    return say("job.memory_idle", amount=format_memory(amount))


def _end(job: Job) -> Iterator[str]:
    if job.advised_memory is not None:
        yield say("job.advised", amount=format_memory(job.advised_memory))
    if job.hosts:
        yield say("job.hosts", hosts=" ".join(job.hosts))
