"""``bjobs``: one line for each job, or a few."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from jobcast.batch.record import Step
from jobcast.batch.screens.lsf.job import hosts, name, number, queue, state
from jobcast.batch.screens.lsf.reasons import pending, suspended, with_hosts
from jobcast.batch.screens.lsf.words import padded, short_date, shortened, zone_of
from jobcast.batch.snapshot import Snapshot
from jobcast.printable import printable

_COLUMNS = {
    "JOBID": 7,
    "USER": 7,
    "STAT": 5,
    "QUEUE": 10,
    "FROM_HOST": 11,
    "EXEC_HOST": 11,
    "JOB_NAME": 10,
    "SUBMIT_TIME": 12,
}
_WHOLE = frozenset({"JOBID", "STAT", "SUBMIT_TIME"})
"""Columns that are never shortened."""


class Told(StrEnum):
    """How reasons of waiting are told (``-p0`` to ``-p3``)."""

    OLD = "0"
    """With numbers of hosts."""
    KEY = "1"
    """The one that decides."""
    CANDIDATES = "2"
    """Also on how many hosts."""
    ALL = "3"
    """Also those that can't be used."""


def listing(
    steps: Sequence[Step],
    snapshot: Snapshot,
    *,
    wide: bool = False,
    headed: bool = True,
    why: Told | None = None,
) -> Iterator[str]:
    """Yield the lines of ``bjobs``; with `why` below each job that waits or stands still the reason.

    `wide` shortens nothing, and puts all hosts of a job on its line.
    """
    if headed:
        yield " ".join(padded(column, width) for column, width in _COLUMNS.items()).rstrip()
    for step in steps:
        yield from _rows(step, snapshot, wide=wide)
        if why is not None:
            yield from _reasons(step, snapshot, why)


def _rows(step: Step, snapshot: Snapshot, *, wide: bool) -> Iterator[str]:
    where = hosts(step.allocation) or ["-"]
    values = {
        "JOBID": number(step),
        "USER": printable(step.submitted.job.user),
        "STAT": state(step, snapshot),
        "QUEUE": printable(queue(step, snapshot)),
        "FROM_HOST": printable(step.submitted.notes.host),
        "EXEC_HOST": ":".join(where) if wide else where[0],
        "JOB_NAME": name(step),
        "SUBMIT_TIME": short_date(step.at, zone_of(snapshot.zone)),
    }
    yield " ".join(
        padded(text if wide or column in _WHOLE else shortened(text, width), width)
        for (column, width), text in zip(_COLUMNS.items(), values.values(), strict=True)
    ).rstrip()
    if not wide:
        margin = " " * (sum(list(_COLUMNS.values())[:5]) + 5)
        yield from (margin + shortened(host, _COLUMNS["EXEC_HOST"]) for host in where[1:])


def _reasons(step: Step, snapshot: Snapshot, told: Told) -> list[str]:
    word = state(step, snapshot)
    if word in {"SSUSP", "USUSP"}:
        return [f" {suspended(step, snapshot)};"]
    return pending_lines(step, snapshot, told) if word in {"PEND", "PSUSP"} else []


def pending_lines(step: Step, snapshot: Snapshot, told: Told) -> list[str]:
    """Return why a step waits, each line behind a blank and closed by a semicolon."""
    if told is Told.KEY:
        return [f" {pending(step, snapshot)};"]
    return [f" {each};" for each in with_hosts(step, snapshot, all_hosts=told is Told.ALL)]


def reason_summary(steps: Sequence[Step], snapshot: Snapshot) -> Iterator[str]:
    """Yield the lines of ``bjobs -psum``: how many jobs wait for which reason, the most first."""
    waiting = [step for step in steps if state(step, snapshot) in {"PEND", "PSUSP"}]
    counts: dict[str, int] = {}
    for step in waiting:
        counts[pending(step, snapshot)] = counts.get(pending(step, snapshot), 0) + 1
    yield f"Pending reason summary: published {short_date(snapshot.at, zone_of(snapshot.zone))}"
    yield f"Summarizing {len(waiting)} pending jobs in cluster ({printable(snapshot.cluster)}):"
    yield " count   reason"
    for reason, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        yield f"{count:6d}   {reason}"


def array_summary(steps: Sequence[Step], snapshot: Snapshot) -> Iterator[str]:
    """Yield the lines of ``bjobs -A``: one for each array, with how many elements are in which state."""
    states = ("PEND", "DONE", "RUN", "EXIT", "SSUSP", "USUSP", "PSUSP")
    yield " ".join(
        (
            padded("JOBID", 8),
            padded("ARRAY_SPEC", 10),
            padded("OWNER", 7),
            *(f"{word:>5}" for word in ("NJOBS", *states)),
        )
    )
    arrays: dict[str, list[Step]] = {}
    for step in steps:
        if step.submitted.job.array:
            arrays.setdefault(number(step), []).append(step)
    for array, elements in arrays.items():
        words = [state(step, snapshot) for step in elements]
        spec = printable(elements[0].submitted.notes.keywords.get("-J", elements[0].submitted.notes.name))
        owner = printable(elements[0].submitted.job.user)
        counts = " ".join(f"{number:5d}" for number in (len(words), *map(words.count, states)))
        yield f"{padded(array, 8)} {padded(shortened(spec, 10), 10)} {padded(shortened(owner, 7), 7)} {counts}"
