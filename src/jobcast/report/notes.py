"""Notes: for jobs of one kind what is wrong, by how much, and the very flag to write next time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from jobcast.report.base import Note
from jobcast.report.kinds import Kind, as_kinds, kinds_of
from jobcast.report.measures import measured
from jobcast.report.rules import RULES, Finding
from jobcast.report.scope import Advising, Prices
from jobcast.systems.requests import Spread, written

Answers = Mapping[str, pl.DataFrame]
Collect = Callable[[Sequence[pl.LazyFrame]], list[pl.DataFrame]]
_FREE = Prices()
_PEOPLE = 20
_OF_EACH = 5
"""Notes to a person at most: nobody changes ten habits at once."""


def questions(jobs: pl.LazyFrame, advising: Advising) -> dict[str, pl.LazyFrame]:
    """Return what is to be asked of `jobs` (as `measured` returns them) for `notes`."""
    hours = pl.col("hours")
    return {
        "totals": jobs.select(
            gib_hours=(pl.coalesce("request", "peak") * hours).sum(),
            core_hours=(pl.col("cores") * hours).sum(),
        ),
        "kinds": kinds_of(jobs, advising.fewest_runs),
    }


def notes(answers: Answers, advising: Advising, prices: Prices = _FREE) -> tuple[Note, ...]:
    """Return the notes: those who can save most first, and of each the largest first; then those with more runs."""
    gib_hours, core_hours = answers["totals"].row(0)
    return tuple(
        _in_order(
            _weighed(_note(kind, name, found, advising), prices, gib_hours=gib_hours, core_hours=core_hours)
            for kind in as_kinds(answers["kinds"])
            for name, rule in RULES.items()
            if (found := rule(kind, advising.fewest_runs)) is not None
        )
    )


def notes_on(jobs: pl.LazyFrame, advising: Advising, collect: Collect = pl.collect_all) -> tuple[Note, ...]:
    """Return the notes on `jobs` (in `jobcast.history.SCHEMA`)."""
    asked = questions(measured(jobs), advising)
    return notes(dict(zip(asked, collect(list(asked.values())), strict=True)), advising)


def _weighed(note: Note, prices: Prices, *, gib_hours: float | None, core_hours: float | None) -> Note:
    """Weigh a note by money; where there are no prices, by its amounts as shares of all that was held."""
    if prices:
        money = prices.of(core_hours=note.core_hours, gib_hours=note.gib_hours)
        return replace(note, money=money, weight=money)
    return replace(note, weight=_share(note.gib_hours, gib_hours) + _share(note.core_hours, core_hours))


def _share(part: float, whole: float | None) -> float:
    return part / whole if whole else 0.0


def _note(kind: Kind, name: str, found: Finding, advising: Advising) -> Note:
    # Memory is written for each host or task: the run with the fewest must have enough of it, too.
    few = found.request.memory is not None
    hosts, cores = (kind.fewest_hosts, kind.fewest_cores) if few else (kind.hosts, kind.cores)
    spread = Spread(hosts=hosts or 1, cores=cores or 1, memory_per_task=advising.memory_per_task)
    return Note(
        user=kind.user,
        kind=kind.kind,
        queue=kind.queue,
        system=kind.system,
        finding=name,
        runs=found.runs,
        text=found.text,
        flag=written(kind.system, found.request, spread),
        gib_hours=found.gib_hours,
        core_hours=found.core_hours,
        weight=0.0,
    )


def _in_order(found: Iterable[Note]) -> Iterator[Note]:
    people: dict[str | None, list[Note]] = {}
    for note in found:
        people.setdefault(note.user, []).append(note)
    weight = {user: sum(note.weight for note in mine) for user, mine in people.items()}
    runs = {user: sum(note.runs for note in mine) for user, mine in people.items()}
    for user in sorted(people, key=lambda user: (-weight[user], -runs[user], user or ""))[:_PEOPLE]:
        mine = sorted(people[user], key=lambda note: (-note.weight, -note.runs, note.kind, note.finding))
        yield from mine[:_OF_EACH]
