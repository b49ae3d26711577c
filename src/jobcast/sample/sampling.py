"""From a batch system into the store: how far we got, and how often we may ask."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from jobcast.config import Config
from jobcast.errors import BatchSystemError
from jobcast.sample.counts import Counts
from jobcast.sample.keeping import Watch, keep_all, unwatched
from jobcast.store import Mark, Store
from jobcast.systems import run
from jobcast.systems.base import BatchSystem, Command, Site
from jobcast.systems.encoding import decode

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
class Gap:
    """A time of which the batch system no longer knows what finished in it."""

    since: datetime
    """Its first moment."""
    until: datetime
    """The first moment behind it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What one batch system is asked: its jobs that finished in [since, until)."""

    system: BatchSystem
    """Who is asked."""
    since: datetime
    """Jobs that finished at this moment or later are asked for ..."""
    until: datetime
    """... if they did so before this one: the moment of asking."""
    gap: Gap | None = None
    """What was wanted before `since`, had the batch system remembered it; None where nothing was."""

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


TOLD_BY_THE_SITE = ("cluster", "memory_unit", "memory_per_task")
"""Settings, and fields of `Site`, that a batch system may tell of itself."""


def configured_about_site(settings: Config) -> frozenset[str]:
    """Return which of those the user set by file, environment or flag: they win over what the site tells."""
    return frozenset(name for name in TOLD_BY_THE_SITE if settings.origins[name] != "default")


_LONGEST_SETTINGS = 4_000_000
"""Bytes of what a command about the site prints that are read: more than any prints in earnest."""


def ask_site(
    system: BatchSystem, site: Site, configured: Collection[str] = ()
) -> tuple[Site, tuple[BatchSystemError, ...]]:
    """Complete `site` by what the batch system tells of itself; the fields that are `configured` stay.

    Return also what could not be asked, unless all that it might have told is configured.
    """
    outputs, failures = [], []
    for command in system.query_site():
        try:
            with run.run(command) as output:
                outputs.append(decode(output.read(_LONGEST_SETTINGS)))
        except BatchSystemError as error:
            outputs.append("")
            failures.append(error)
    kept = {name: getattr(site, name) for name in configured}
    completed = replace(system.read_site(outputs, site), **kept)
    return completed, () if set(TOLD_BY_THE_SITE) <= set(configured) else tuple(failures)


def next_question(
    system: BatchSystem, mark: Mark, manners: Manners, *, site: Site, since: datetime | None = None
) -> Question:
    """Return what to ask: from `since`, else from a little before where the last sample ended.

    Of what the batch system no longer remembers nothing is asked; if it was wanted, that is a gap.
    """
    now = site.now
    wanted = min(since or mark.reached or now - FIRST_SAMPLE, now)
    start = wanted - manners.overlap if since is None and mark.reached else wanted
    if site.remembers is None or start >= now - site.remembers:
        return Question(system=system, since=start, until=now)
    known = now - site.remembers
    gap = Gap(since=wanted, until=known) if wanted < known else None
    return Question(system=system, since=known, until=now, gap=gap)


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
    """Tell whether the question asked for all behind the last mark that can still be known.

    What is forgotten does not hold the mark back: asking for it again would bring nothing.
    """
    start = question.gap.since if question.gap else question.since
    return mark.reached is None or start <= mark.reached
