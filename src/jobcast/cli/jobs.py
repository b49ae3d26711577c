"""``jobcast jobs``: list the history."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

import click
import polars as pl
from polars import selectors

from jobcast import config
from jobcast.cli import frame
from jobcast.cli.columns import NUMBERS, SHOWN, SPARE, TEXTS, check, display, expression, pick
from jobcast.cli.moment import MOMENT
from jobcast.cli.name import NAME
from jobcast.cli.notes import notes_on
from jobcast.cli.screen import as_json as to_json
from jobcast.cli.screen import print_raw, talk
from jobcast.cli.session import Session
from jobcast.cli.table import Column, print_table
from jobcast.history import SCHEMA
from jobcast.job import JobState
from jobcast.language import say
from jobcast.printable import printable
from jobcast.report.base import Note
from jobcast.report.formats.data import note_as_dict
from jobcast.store import Store

_PAGE = 50
"""Jobs in a table, unless --limit says otherwise; programs get all."""
_NOTES = 3
"""Below a table."""
_CSV_TIME = "%Y-%m-%dT%H:%M:%S%.f%:z"
_FIRST, _LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
"""Times between them have a year of four digits in every zone."""
_COLOURS = {"done": "green", "failed": "red", "cancelled": "yellow"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wish:
    """Which jobs, in which order."""

    filters: dict[str, tuple[str, ...]]
    """Column to the values that pass; none given lets all pass."""
    name: str | None
    """Pattern of the job name, ``*`` for any text; None lets all pass."""
    since: datetime | None
    """Earliest finish; None means from the beginning."""
    until: datetime | None
    """Finished before this; None means to the end."""
    sort: str | None
    """Column to sort by, the largest first behind a ``-``; None puts what finished last first."""
    limit: int
    """0 means all."""

    def matching(self, jobs: pl.LazyFrame) -> pl.LazyFrame:
        """Return the jobs that the filters let pass."""
        for column, values in self.filters.items():
            if values:
                jobs = jobs.filter(pl.col(column).is_in(values))
        if self.name is not None:
            jobs = jobs.filter(pl.col("name").str.contains(_pattern(self.name)))
        return jobs


@frame.command(help=say("jobs.help"), examples=say("jobs.examples"))
@click.option("--user", multiple=True, type=NAME, metavar="NAME", help=say("jobs.user"))
@click.option("--project", multiple=True, type=NAME, metavar="NAME", help=say("jobs.project"))
@click.option("--queue", multiple=True, type=NAME, metavar="NAME", help=say("jobs.queue"))
@click.option("--name", type=NAME, metavar="PATTERN", help=say("jobs.name"))
@click.option(
    "--state", multiple=True, type=click.Choice([state.value for state in JobState]), help=say("jobs.state")
)
@click.option("--system", multiple=True, type=NAME, metavar="NAME", help=say("jobs.system"))
@click.option("--since", type=MOMENT, metavar="TIME", help=say("jobs.since"))
@click.option("--until", type=MOMENT, metavar="TIME", help=say("jobs.until"))
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help=say("jobs.limit"))
@click.option("--sort", metavar="COLUMN", help=say("jobs.sort"))
@click.option("--columns", metavar="A,B,C", help=say("jobs.columns"))
@click.option("--csv", "as_csv", is_flag=True, help=say("jobs.csv"))
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    name: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
    sort: str | None,
    columns: str | None,
    as_csv: bool,
    as_json: bool,
    **filters: tuple[str, ...],
) -> None:
    """List jobs."""
    chosen = check(columns.split(",")) if columns else None
    for_people = not (as_csv or as_json)
    if sort:
        check([sort.removeprefix("-")])
    if limit is None:
        limit = _PAGE if for_people and (chosen is None or len(chosen) > 1) else 0
    wish = _Wish(filters=filters, name=name, since=since, until=until, sort=sort, limit=limit)
    if as_json:
        pages = _read(session.store, wish, chosen or tuple(SCHEMA))
        _print_json(pages, notes_on(session, _listed(session.store, wish)))
    elif as_csv:
        _print_csv(_read(session.store, wish, chosen or tuple(SCHEMA)), chosen or tuple(SCHEMA))
    elif _print_table(_read(session.store, wish, chosen or SHOWN), session.settings[config.TIMEZONE], limit):
        for note in notes_on(session, _listed(session.store, wish))[:_NOTES]:
            who = " · ".join(part for part in (note.user, note.kind, note.queue) if part)
            talk(f"{who}: {say('report.note', text=note.text.say(), flag=note.flag)}")
        talk(say("jobs.next"))


def _read(store: Store, wish: _Wish, columns: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    """Read the jobs in order; newest first is read day by day, so that a few need only a few files."""
    if wish.sort:
        yield _read_sorted(store, wish, columns, wish.sort)
        return
    left = wish.limit
    for since, until in _days(store, wish):
        jobs = wish.matching(store.scan(since, until))
        newest = jobs.sort("finish_time", "job_id", "array_index", descending=True, nulls_last=True)
        page = _legible(store.collect(pick(newest.head(left) if wish.limit else newest, columns)))
        yield page
        left -= len(page)
        if wish.limit and left <= 0:
            return


def _listed(store: Store, wish: _Wish) -> pl.LazyFrame:
    """Return the jobs that are listed, all columns of them; a list without an end stays lazy."""
    if not wish.limit:
        return wish.matching(store.scan(wish.since, wish.until))
    return pl.concat([pl.DataFrame(schema=SCHEMA), *_read(store, wish, tuple(SCHEMA))]).lazy()


def _days(store: Store, wish: _Wish) -> Iterator[tuple[datetime, datetime]]:
    """Part the time that is wished for at midnight (UTC), newest first."""
    for day in reversed(store.days(wish.since, wish.until)):
        begin = datetime.combine(day, time(), UTC)
        end = begin + timedelta(days=1)
        yield max(begin, wish.since or begin), min(end, wish.until or end)


def _read_sorted(store: Store, wish: _Wish, columns: tuple[str, ...], sort: str) -> pl.DataFrame:
    key, largest_first = sort.removeprefix("-"), sort.startswith("-")
    jobs = wish.matching(store.scan(wish.since, wish.until)).with_columns(expression(key).alias("order"))
    ordered = jobs.sort("order", "finish_time", descending=[largest_first, True], nulls_last=True)
    return _legible(store.collect(pick(ordered.head(wish.limit) if wish.limit else ordered, columns)))


def _legible(jobs: pl.DataFrame) -> pl.DataFrame:
    """Leave out times that no calendar has; older versions stored whatever a source said."""
    time = selectors.datetime()
    return jobs.with_columns(pl.when(time.is_between(_FIRST, _LAST)).then(time).name.keep())


def _pattern(wanted: str) -> str:
    """Return the regular expression for a name in which ``*`` and ``?`` stand for anything."""
    literal = re.escape(wanted).replace(r"\*", ".*").replace(r"\?", ".")
    return f"(?s)^{literal}$"


def _print_json(pages: Iterator[pl.DataFrame], notes: Iterable[Note]) -> None:
    """Print all jobs as one JSON value, a line for each, page by page, and then the notes on them."""
    click.echo('{"schema": 1, "jobs": [', nl=False)
    comma = "\n"
    for page in pages:
        for row in page.iter_rows(named=True):
            click.echo(comma + to_json(row), nl=False)
            comma = ",\n"
    click.echo('\n], "notes": ' + to_json([note_as_dict(note) for note in notes]) + "}")


def _print_csv(pages: Iterator[pl.DataFrame], columns: tuple[str, ...]) -> None:
    """Print all jobs as CSV, page by page; several hosts stand in one cell, with blanks between."""
    print_raw(",".join(columns) + "\n")
    for page in pages:
        flat = page.with_columns(selectors.list().list.join(" "))
        print_raw(flat.write_csv(include_header=False, datetime_format=_CSV_TIME))


def _print_table(pages: Iterator[pl.DataFrame], zone: tzinfo, limit: int) -> bool:
    """Print the jobs for people, and tell whether it is a table of some; one column stands alone, for pipes."""
    read = list(pages)
    jobs = pl.concat(read) if read else pl.DataFrame()
    if jobs.width == 1:
        _print_alone(jobs.to_series(), zone)
        return False
    if jobs.is_empty():
        talk(say("jobs.none"))
        return False
    spare = SPARE if tuple(jobs.columns) == SHOWN else ()
    print_table([_column(series, zone, spare) for series in jobs])
    if len(jobs) == limit:
        talk(say("jobs.more", limit=limit))
    return True


def _print_alone(values: pl.Series, zone: tzinfo) -> None:
    write = display(values.name, zone)
    for value in values:
        click.echo(printable(write(value)))


def _column(values: pl.Series, zone: tzinfo, spare: Collection[str]) -> Column:
    write = display(values.name, zone)
    return Column(
        heading=say(f"column.{values.name}"),
        cells=[write(value) for value in values],
        right=values.name in NUMBERS,
        elastic=values.name in TEXTS,
        spare=values.name in spare,
        colours=[_COLOURS.get(value) for value in values] if values.name == "state" else (),
    )
