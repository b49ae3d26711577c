"""Notes: for jobs of one kind what is wrong, by how much, and the very flag to write next time."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import ceil

import polars as pl

from jobcast.job import Request
from jobcast.report.answers import Answers, Collect
from jobcast.report.base import Note
from jobcast.report.kinds import KEY, Kind, as_kinds, kind, kinds_of
from jobcast.report.measures import measured
from jobcast.report.rules import RULES, Finding
from jobcast.report.scope import Advising, Prices
from jobcast.systems.requests import Spread, memory_goes_with_cores, written
from jobcast.units import GIB, Bytes

_FREE = Prices()
_PEOPLE = 20
_OF_EACH = 5
"""Notes to a person among several at most: nobody changes ten habits at once."""


def questions(jobs: pl.LazyFrame, advising: Advising, collect: Collect) -> dict[str, pl.LazyFrame]:
    """Return what is to be asked of `jobs` (as `measured` returns them) for `notes`; reads them once before."""
    hours = pl.col("hours")
    return {
        "totals": jobs.select(
            gib_hours=(pl.coalesce("request", "peak") * hours).sum(),
            core_hours=(pl.col("cores") * hours).sum(),
        ),
        "kinds": kinds_of(jobs, advising.fewest_runs, collect),
    }


def notes(
    answers: Answers, advising: Advising, prices: Prices = _FREE, about: tuple[str, ...] = ("",)
) -> tuple[Note, ...]:
    """Return the notes: those who can save most first, and of each the largest first; then those with more runs.

    Only findings that begin with one of the words of `about`.
    """
    gib_hours, core_hours = answers["totals"].row(0)
    every = (note for one in as_kinds(answers["kinds"]) for note in _notes_on(one, advising))
    found = (note for note in every if note.finding.startswith(about))
    weighed = (_weighed(note, prices, gib_hours=gib_hours, core_hours=core_hours) for note in found)
    return tuple(_in_order(weighed))


def notes_about(
    listed: pl.LazyFrame, jobs: pl.LazyFrame, advising: Advising, collect: Collect = pl.collect_all
) -> tuple[Note, ...]:
    """Return the notes on the kinds of the `listed` jobs, as all their runs among `jobs` tell.

    Both are in `jobcast.history.SCHEMA`. A few runs that somebody chose say too little, or the wrong thing.
    """
    (keys,) = collect([listed.select("system", "user", "queue", kind()).unique()])
    users = jobs.filter(pl.col("user").is_in(keys["user"].unique().to_list(), nulls_equal=True))
    same = users.with_columns(kind()).join(keys.lazy(), on=KEY, how="semi", nulls_equal=True)
    asked = questions(measured(same), advising, collect)
    return notes(dict(zip(asked, collect(list(asked.values())), strict=True)), advising)


def _weighed(note: Note, prices: Prices, *, gib_hours: float | None, core_hours: float | None) -> Note:
    """Weigh a note by money; where there are no prices, by its amounts as shares of all that was held."""
    if prices:
        money = prices.of(core_hours=note.core_hours, gib_hours=note.gib_hours)
        return replace(note, money=money, weight=money)
    return replace(note, weight=_share(note.gib_hours, gib_hours) + _share(note.core_hours, core_hours))


def _share(part: float, whole: float | None) -> float:
    return part / whole if whole else 0.0


def _notes_on(kind: Kind, advising: Advising) -> Iterator[Note]:
    """Yield a note for each finding; what is advised for memory and cores stands together in each flag.

    Written one by one, the two could not be followed both: cores may be what memory is counted by.
    """
    rules = ((name, rule(kind, advising.fewest_runs)) for name, rule in RULES.items())
    found = {name: finding for name, finding in rules if finding is not None}
    together = _together(found.values())
    spread = _spread(kind, together, advising)
    until_now = replace(spread, hosts=kind.hosts or 1)
    if (
        kind.request
        and together.cores
        and not together.memory
        and memory_goes_with_cores(kind.system, until_now)
    ):
        together = replace(together, memory=Bytes(round(kind.request * GIB)))
    spread = replace(spread, lift_limit="memory_under" in found)
    for name, finding in found.items():
        request = finding.request if finding.request.run_limit else together
        yield _note(kind, name, finding, written(kind.system, request, spread))


def _together(found: Iterable[Finding]) -> Request:
    """Return what to ask for next time of memory and cores."""
    asked = [finding.request for finding in found]
    memory = next((request.memory for request in asked if request.memory), None)
    cores = next((request.cores for request in asked if request.cores), None)
    return Request(memory=memory, cores=cores)


def _spread(kind: Kind, request: Request, advising: Advising) -> Spread:
    """Return on how little a run is spread: what is divided by hosts or tasks must be enough on the fewest."""
    hosts, cores = kind.fewest_hosts or 1, kind.fewest_cores or 1
    if request.cores:
        hosts = ceil(hosts * min(request.cores / cores, 1))
    return Spread(hosts=hosts, cores=cores, memory_per_task=advising.memory_per_task)


def _note(kind: Kind, name: str, found: Finding, flag: str) -> Note:
    return Note(
        user=kind.user,
        kind=kind.kind,
        queue=kind.queue,
        system=kind.system,
        finding=name,
        runs=found.runs,
        text=found.text,
        flag=flag,
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
    of_each = _OF_EACH if len(people) > 1 else None
    for user in sorted(people, key=lambda user: (-weight[user], -runs[user], user or ""))[:_PEOPLE]:
        mine = sorted(people[user], key=lambda note: (-note.weight, -note.runs, note.kind, note.finding))
        yield from mine[:of_each]
