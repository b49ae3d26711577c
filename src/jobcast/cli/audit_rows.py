"""Entries of the journal of advice as a table: a row for each part of a request."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo

from jobcast.act.told import shown
from jobcast.advice import ChangeKind, KeptReason, Mode, Subject
from jobcast.cli.columns import moment
from jobcast.cli.table import Column
from jobcast.language import say
from jobcast.store.advice import ChangeEntry, Entry

_COLOURS = {ChangeKind.SET.value: "green", ChangeKind.LOWER.value: "green", ChangeKind.RAISE.value: "yellow"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one part of a request, in words."""

    subject: str = "-"
    """Which part."""
    before: str = "-"
    """What was asked for."""
    after: str = "-"
    """What should have been."""
    why: str = "-"
    """What was done, and what speaks for it."""
    colour: str | None = None
    """Of what was done, on a terminal."""


def outcomes(entry: Entry, *, changed: bool = False) -> Iterator[Outcome]:
    """Yield what became of each part of the request; with `changed` only of those that should be another."""
    for change in entry.changes:
        yield _changed(change, entry)
    if changed:
        return
    for kept in entry.kept:
        yield Outcome(subject=_subject(kept.subject), why=_kept(kept.reason))
    if entry.refused is not None:
        yield Outcome(why=say("audit.refused", rule=entry.refused), colour="red")


def _changed(change: ChangeEntry, entry: Entry) -> Outcome:
    # Only of memory is it known on how many runs the forecast rests.
    runs = entry.runs if change.subject == Subject.MEMORY and entry.memory_request is not None else None
    return Outcome(
        subject=_subject(change.subject),
        before="-" if change.before is None else _amount(change.subject, change.before),
        after=_amount(change.subject, change.after),
        why=_done(change, entry.mode) + ("" if runs is None else say("audit.by_runs", runs=f"{runs:,}")),
        colour=_COLOURS.get(change.kind) if change.made else None,
    )


def _done(change: ChangeEntry, mode: str) -> str:
    """Say what was done about a change."""
    if change.kind not in set(ChangeKind):
        return change.kind  # a newer jobcast wrote it
    if change.made:
        return say(f"audit_made.{change.kind}")
    if mode == Mode.SHADOW:
        return say(f"audit_noted.{change.kind}")
    return say(f"audit_told.{change.kind}")


def _amount(subject: str, amount: float) -> str:
    return shown(Subject(subject), amount) if subject in set(Subject) else f"{amount:,g}"


def _subject(subject: str) -> str:
    return say(f"hook_subject.{subject}") if subject in set(Subject) else subject


def _kept(reason: str) -> str:
    return say(f"audit_kept.{reason}") if reason in set(KeptReason) else reason


def columns(entries: Iterable[Entry], zone: tzinfo, *, changed: bool) -> list[Column]:
    """Return the columns of a table of `entries`; what several rows of one entry share stands in the first."""
    rows: list[tuple[str, ...]] = []
    colours: list[str | None] = []
    for entry in entries:
        shared = _shared(entry, zone)
        for one in tuple(outcomes(entry, changed=changed)) or (Outcome(),):
            rows.append((*shared, one.subject, one.before, one.after, one.why))
            colours.append(one.colour)
            shared = ("",) * len(shared)
    cells = dict(zip(_HEADINGS, zip(*rows, strict=True), strict=True))
    return [
        Column(
            heading=say(f"audit_column.{name}"),
            cells=cells[name],
            right=name in {"before", "after"},
            elastic=name in {"user", "queue", "job", "why"},
            spare=name in {"queue", "mode", "id"},
            colours=colours if name == "why" else (),
        )
        for name in _HEADINGS
    ]


_HEADINGS = ("at", "id", "user", "queue", "job", "mode", "subject", "before", "after", "why")


def _shared(entry: Entry, zone: tzinfo) -> tuple[str, ...]:
    job = entry.name or entry.command or "-"
    return (moment(entry.at, zone), entry.id, entry.user or "-", entry.queue or "-", job[:80], entry.mode)
