"""One entry of the journal of advice, and the finished jobs that carry its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jobcast import config
from jobcast.act.failing import percent
from jobcast.cli.audit_rows import Outcome, outcomes
from jobcast.cli.columns import moment
from jobcast.cli.screen import print_json, talk, tell
from jobcast.language import say
from jobcast.printable import printable
from jobcast.units import format_duration, format_memory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from jobcast.cli.session import Session
    from jobcast.store.advice import Entry

_COLUMNS = (
    *("system", "cluster", "job_id", "array_index", "step", "state", "exit_reason", "finish_time"),
    *("memory_requested", "memory_peak", "run_limit", "run_time", "advised_memory", "advised_run_time"),
)
"""What is told of each job, all of them columns of the history."""


def as_dict(entry: Entry) -> dict[str, Any]:
    """Return an entry for programs, every field of it."""
    import msgspec  # noqa: PLC0415 - other commands do without

    known = msgspec.to_builtins(entry)
    return {
        field: list(value) if isinstance(value, tuple) else value
        for field in entry.__struct_fields__
        for value in (known.get(field, getattr(entry, field)),)
    }


def show(session: Session, entry: Entry, *, as_json: bool) -> None:
    """Print an entry and its finished jobs. Raises StoreError when the history is damaged."""
    jobs = _jobs(session, entry.id)
    if as_json:
        print_json({"entry": as_dict(entry), "jobs": jobs})
        return
    zone = session.settings[config.TIMEZONE]
    for line in (*_lines(entry, zone), *_forecast(entry)):
        _tell(say("audit.field", name=line.name, value=line.value))
    for one in outcomes(entry):
        _tell(_said(one), colour=one.colour)
    for job in jobs:
        _tell(_used(job, zone))
    if not jobs:
        talk(say("audit.no_jobs"))


def _tell(line: str, *, colour: str | None = None) -> None:
    tell(printable(line), colour=colour)  # a name with a line break must not look like a line of ours


def _said(outcome: Outcome) -> str:
    if outcome.after == "-":
        return say("audit.field", name=outcome.subject, value=outcome.why)
    return say(
        "audit.outcome",
        subject=outcome.subject,
        before=outcome.before,
        after=outcome.after,
        why=outcome.why,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """A fact of an entry."""

    name: str
    """What it is, in the chosen language."""
    value: str
    """As people read it."""


def _lines(entry: Entry, zone: tzinfo) -> Iterator[_Line]:
    yield _Line(name=say("audit_column.id"), value=entry.id)
    yield _Line(name=say("audit_column.at"), value=moment(entry.at, zone))
    yield _Line(name=say("audit_column.system"), value=entry.system)
    yield _Line(name=say("audit_column.mode"), value=entry.mode)
    told = {
        "user": entry.user,
        "asked_by": entry.asked_by,
        "group": entry.group,
        "project": entry.project,
        "queue": entry.queue,
        "job": entry.name,
        "command": entry.command,
        "cwd": entry.cwd,
        "cores": None if entry.cores is None else f"{entry.cores:,}",
        "model": entry.model,
    }
    yield from (_Line(name=say(f"audit_column.{name}"), value=value) for name, value in told.items() if value)


def _forecast(entry: Entry) -> Iterator[_Line]:
    if entry.memory_half is not None:
        yield _Line(name=say("audit.memory_half"), value=format_memory(entry.memory_half))
    if entry.memory_request is not None:
        runs = "" if entry.runs is None else say("audit.by_runs", runs=f"{entry.runs:,}")
        yield _Line(name=say("audit.memory_request"), value=format_memory(entry.memory_request) + runs)
    if entry.run_limit is not None:
        yield _Line(name=say("audit.run_limit"), value=format_duration(entry.run_limit))
    if entry.failure is not None:
        yield _Line(name=say("audit.failure"), value=f"{percent(entry.failure)} %")


def _jobs(session: Session, advice_id: str) -> list[dict[str, Any]]:
    import polars as pl  # noqa: PLC0415 - lists of the journal do without

    wanted = session.store.scan().filter(pl.col("advice_id") == advice_id)
    order = ("system", "cluster", "job_id", "array_index", "step", "finish_time")
    return session.store.collect(wanted.select(_COLUMNS).sort(order, nulls_last=False)).to_dicts()


def _used(job: dict[str, Any], zone: tzinfo) -> str:
    """Say how a job went."""
    element = "" if job["array_index"] is None else f"[{job['array_index']}]"
    step = "" if job["step"] is None else f".{job['step']}"
    peak, asked = (
        "-" if job[name] is None else format_memory(job[name]) for name in ("memory_peak", "memory_requested")
    )
    ran, limit = (
        "-" if job[name] is None else format_duration(job[name]) for name in ("run_time", "run_limit")
    )
    end = job["state"] if job["exit_reason"] is None else f"{job['state']} ({job['exit_reason']})"
    return say(
        "audit.used",
        id=f"{job['job_id']}{element}{step}",
        end=end,
        finished=moment(job["finish_time"], zone),
        peak=peak,
        asked=asked,
        ran=ran,
        limit=limit,
    )
