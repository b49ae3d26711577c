"""From a batch system into the store: how far we got, and how often we may ask."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from jobcast.sample.counts import Counts
from jobcast.sample.keeping import Watch, keep_all, unwatched
from jobcast.store import Mark, Store
from jobcast.systems import run
from jobcast.systems.base import BatchSystem, Command, Site

FIRST_SAMPLE = timedelta(days=7)
"""How far back the first sample looks, unless it is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manners:
    """How a site wants its batch systems to be asked."""

    min_interval: timedelta
    """Time to let pass between two questions to one batch system."""
    overlap: timedelta
    """How far each sample looks back behind the last: accounting records may appear late."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What one batch system is asked: its jobs that finished in [since, until)."""

    system: BatchSystem
    since: datetime
    until: datetime

    @property
    def command(self) -> Command:
        """Return the command that asks it."""
        return self.system.query_finished(self.since, self.until)


def installed(systems: dict[str, BatchSystem]) -> list[BatchSystem]:
    """Return the batch systems whose commands are on the PATH."""
    return [system for system in systems.values() if all(map(run.is_installed, system.programs))]


def may_ask_at(mark: Mark, manners: Manners) -> datetime | None:
    """Return the moment from which the batch system may be asked again; None when it was never asked."""
    return mark.asked_at and mark.asked_at + manners.min_interval


def next_question(
    system: BatchSystem, mark: Mark, manners: Manners, *, now: datetime, since: datetime | None = None
) -> Question:
    """Return what to ask: from `since`, else from a little before where the last sample ended."""
    if since is None:
        since = mark.reached - manners.overlap if mark.reached else now - FIRST_SAMPLE
    return Question(system=system, since=min(since, now), until=now)


def ask(
    question: Question,
    site: Site,
    store: Store,
    *,
    watch: Watch = unwatched,
    also: Callable[[pl.DataFrame], None] | None = None,
) -> Counts:
    """Ask one batch system and store its answer; only then the mark moves.

    `also` sees the jobs of each batch after they are stored.
    Raises BatchSystemError and StoreError; the next sample then looks back as far as this one did.
    """
    name = question.system.name
    store.note_asked(name, site.cluster, question.until)
    with run.run(question.command) as output:
        source = " ".join(question.command.arguments[:1])
        batches = question.system.read_finished(output, source, site)
        counts = keep_all(batches, store, watch=watch, also=also)
    if _continues(question, store.mark(name, site.cluster)):
        store.note_reached(name, site.cluster, question.until)
    return counts


def _continues(question: Question, mark: Mark) -> bool:
    """Tell whether the question leaves no gap behind the last mark."""
    return mark.reached is None or question.since <= mark.reached
