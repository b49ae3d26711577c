"""A journal and a history of which every figure of the shadow report can be counted by hand."""

from datetime import timedelta
from typing import Any

from jobcast.report.base import Section
from jobcast.report.shadow import section
from jobcast.report.shadow_match import entries_of, jobs_of, matched
from jobcast.store.advice import ChangeEntry, Entry
from jobcast.units import GIB
from tests.made_up import NEW_YEAR, frame, job


def lower(before: float, after: float, *, made: bool = False) -> ChangeEntry:
    """Return a lowered memory request; amounts in GiB."""
    return ChangeEntry(subject="memory", kind="lower", before=before * GIB, after=after * GIB, made=made)


def memory_set(after: float, *, made: bool = False) -> ChangeEntry:
    return ChangeEntry(subject="memory", kind="set", before=None, after=after * GIB, made=made)


def too_small(before: float, after: float) -> ChangeEntry:
    return ChangeEntry(subject="memory", kind="raise", before=before * GIB, after=after * GIB, made=False)


def limit(before: float | None, after: float) -> ChangeEntry:
    """Return a run limit set or lowered; amounts in hours."""
    kind = "set" if before is None else "lower"
    asked = None if before is None else before * 3600
    return ChangeEntry(subject="run_limit", kind=kind, before=asked, after=after * 3600, made=False)


def entry(number: int, *changes: ChangeEntry, **known: Any) -> Entry:
    """Return an entry of so many hours after the new year, whose name is its own."""
    told = {"system": "lsf", "mode": "shadow", "user": "chen", "queue": "pnr", "name": f"job_{number}"}
    at = NEW_YEAR + timedelta(hours=number)
    return Entry(**{"id": f"a{number}", "at": at, "changes": changes, **told, **known})


def ran(
    number: int, *, hours: float, request: float | None, peak: float | None, **known: Any
) -> dict[str, Any]:
    """Return the job of that entry, submitted two seconds later; memory in GiB."""
    submit = known.pop("submit_time", NEW_YEAR + timedelta(hours=number, seconds=2))
    limit_h = known.pop("limit", None)
    return job(
        str(number),
        **{
            "name": f"job_{number}",
            "submit_time": submit,
            "start_time": submit,
            "finish_time": submit + timedelta(hours=hours),
            "run_time": hours * 3600,
            "run_limit": None if limit_h is None else limit_h * 3600,
            "memory_requested": None if request is None else round(request * GIB),
            "memory_peak": None if peak is None else round(peak * GIB),
            **known,
        },
    )


KILLED = {"state": "failed", "exit_reason": "memory_limit"}
LI = {"user": "li", "queue": "syn"}

JOURNAL = (
    entry(1, lower(1024, 512)),
    entry(2, lower(1024, 256)),
    entry(3, memory_set(128), limit(None, 2), queue=None),
    entry(4, too_small(64, 512), user="li"),
    entry(5, lower(2048, 1024, made=True), mode="lower", user="li", queue="syn"),
    entry(6, lower(2048, 1024, made=True), mode="lower", user="li", queue="syn"),
    entry(7, limit(10, 1), user="li", queue="syn"),
    entry(8, lower(512, 256)),
    entry(9),
    entry(10, lower(1024, 512)),
)

HISTORY = (
    ran(1, hours=2, request=1024, peak=256),  # of 2 elements the first would do with the advice
    ran(1, hours=1, request=1024, peak=768, array_index=2),  # and the second not
    ran(2, hours=4, request=1024, peak=None),  # nobody measured it
    ran(3, hours=3, request=None, peak=64, queue="pnr"),
    ran(4, hours=1, request=64, peak=128, **LI),  # it used more than it asked for, as was told
    ran(5, hours=1, request=1024, peak=1024, **KILLED, **LI),  # by the advice
    ran(6, hours=2, request=1024, peak=512, **LI),
    ran(7, hours=0.5, request=8, peak=4, limit=10, **LI),
    ran(9, hours=1, request=8, peak=4),
    ran(
        10, hours=1, request=1024, peak=1100, **KILLED
    ),  # at what it asked for: it needed more than the advice
    ran(11, hours=1, request=8, peak=4),  # nobody asked for advice
)


def looked_back() -> Section:
    """Return the section on this journal and history."""
    entries = entries_of(JOURNAL)
    jobs = jobs_of(frame(*HISTORY).lazy(), NEW_YEAR).collect()
    return section(entries, matched(entries, jobs), 0.05)
