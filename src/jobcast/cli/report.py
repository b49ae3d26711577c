"""``jobcast report``: what jobs asked for and used, in the form that is wanted."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
import polars as pl

from jobcast import clock, config
from jobcast.cli import frame
from jobcast.cli.moment import MOMENT
from jobcast.cli.name import NAME
from jobcast.cli.person import administers, login_name
from jobcast.cli.report_form import FORMS, Wanted, emit
from jobcast.cli.screen import talk
from jobcast.cli.span import DAY, end_of, read_folder, start_of
from jobcast.cli.working import working
from jobcast.errors import StoreError
from jobcast.language import say
from jobcast.report.base import Period, Report
from jobcast.report.scope import Advising, Prices, Scope
from jobcast.report.summary import SECTIONS, Reader, summarise

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from jobcast.cli.session import Session

_USUAL = timedelta(days=30)
"""As long as memPrediction's report, but counted back from the newest job: histories are also old."""
_INSTANT = timedelta(microseconds=1)


@frame.command(help=say("report.help"), examples=say("report.examples"))
@click.option("-st", "--start_date", "--start-date", type=DAY, metavar="DAY", help=say("report.start"))
@click.option("-et", "--end_date", "--end-date", type=DAY, metavar="DAY", help=say("report.end"))
@click.option("--since", type=MOMENT, metavar="TIME", help=say("report.since"))
@click.option("--until", type=MOMENT, metavar="TIME", help=say("report.until"))
@click.option("-db", "--db", type=click.Path(path_type=Path), metavar="DIR", help=say("report.db"))
@click.option("-m", "--memory", is_flag=True, help=say("report.memory"))
@click.option("-c", "--cpu", is_flag=True, help=say("report.cpu"))
@click.option("-t", "--time", is_flag=True, help=say("report.time"))
@click.option("-f", "--forecasts", is_flag=True, help=say("report.forecasts"))
@click.option("--user", multiple=True, type=NAME, metavar="NAME", help=say("report.user"))
@click.option("--all-users", is_flag=True, help=say("report.all_users"))
@click.option("--project", multiple=True, type=NAME, metavar="NAME", help=say("report.project"))
@click.option("--queue", multiple=True, type=NAME, metavar="NAME", help=say("report.queue"))
@click.option(
    "-min_rt",
    "--min-run-time",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="MINUTES",
    help=say("report.min_run_time"),
)
@click.option("--format", "form", type=click.Choice(FORMS), help=say("report.form"))
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help=say("report.output"))
@click.option("--table", metavar="NAME", help=say("report.table"))
@click.option("--template", type=click.Path(path_type=Path), metavar="FILE", help=say("report.template"))
@click.option("--pictures", type=click.Choice(["svg", "png", "pdf"]), help=say("report.pictures"))
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    start_date: datetime | None,
    end_date: datetime | None,
    since: datetime | None,
    until: datetime | None,
    db: Path | None,
    user: tuple[str, ...],
    all_users: bool,
    project: tuple[str, ...],
    queue: tuple[str, ...],
    min_run_time: float,
    form: str | None,
    output: Path | None,
    table: str | None,
    template: Path | None,
    pictures: str | None,
    as_json: bool,
    **chosen: bool,
) -> None:
    """Report on jobs."""
    if (start_date or end_date) and (since or until):
        raise click.UsageError(say("report.two_periods"))
    if user and all_users:
        raise click.UsageError(say("report.user_and_all"))
    wanted = Wanted.of(
        form="json" if as_json else form, output=output, table=table, template=template, pictures=pictures
    )
    settings = session.settings
    zone = settings[config.TIMEZONE]
    since = start_of(start_date, zone) if start_date else since
    until = end_of(end_date, zone) + _INSTANT if end_date else until
    source = _Folder(session, db) if db else _Stored(session)
    scope = Scope(
        period=_period(source, since, until, zone),
        filters={
            "user": _people(session, user, everybody=all_users or db is not None),
            "project": project,
            "queue": queue,
        },
        min_run_time=min_run_time * 60,
        risk=settings[config.RISK],
        advising=Advising(memory_per_task=settings[config.MEMORY_PER_TASK]),
        prices=Prices(
            core_hour=settings[config.PRICE_CORE_HOUR],
            gib_hour=settings[config.PRICE_GIB_HOUR],
            currency=settings[config.PRICE_CURRENCY],
        ),
    )
    sections = [name for name in SECTIONS if chosen.get(name)] or SECTIONS
    emit(_summarised(source, scope, sections), wanted)


def _people(session: Session, named: Sequence[str], *, everybody: bool) -> Sequence[str]:
    """Return whose jobs to report on; nobody named means everybody."""
    if named or everybody:
        return named
    administrators = session.settings[config.ADMINISTRATORS]
    if administers(session.store.path, administrators):
        return ()
    talk(say("report.own_jobs"))
    return (login_name(),)


class _Stored:
    """The history in the store."""

    def __init__(self, session: Session) -> None:
        """Raise StoreError where there are no jobs at all."""
        self._store = session.store
        self.collect = self._store.collect_all
        self._days = self._store.days()
        if not self._days:
            path = self._store.path
            raise StoreError(say("report.no_history", path=path), hint=say("report.no_history_cure"))

    def newest(self) -> datetime:
        """Return when the last job finished."""
        last = self._store.scan(datetime.combine(self._days[-1], time(), UTC))
        newest: datetime = self._store.collect(last.select(pl.col("finish_time").max())).item()
        return newest

    def jobs(self, period: Period) -> pl.LazyFrame:
        """Return the jobs of the period."""
        return self._store.scan(period.since, period.until)


class _Folder:
    """memPrediction's own daily files."""

    def __init__(self, session: Session, folder: Path) -> None:
        self._jobs = read_folder(session, folder, None, None)
        self.collect = pl.collect_all

    def newest(self) -> datetime:
        """Return when the last job finished."""
        newest: datetime = self._jobs.select(pl.col("finish_time").max()).item()
        return newest

    def jobs(self, period: Period) -> pl.LazyFrame:  # noqa: ARG002 - the scope cuts the period out
        """Return all jobs."""
        return self._jobs.lazy()


def _period(
    source: _Stored | _Folder, since: datetime | None, until: datetime | None, zone: tzinfo
) -> Period:
    """Return the period asked for; what is left open is the 30 days before the newest job."""
    if until is None:
        until = end_of(source.newest().astimezone(zone), zone) + _INSTANT
    if since is None:
        since = until - _USUAL
    return Period(since=since.astimezone(UTC), until=until.astimezone(UTC), zone=zone)


def _summarised(source: _Stored | _Folder, scope: Scope, sections: Sequence[str]) -> Report:
    with working() as step:
        reader = Reader(
            collect=source.collect,
            progress=lambda name: step(say("report.reading", part=say(f"report_section.{name}"))),
        )
        return summarise(source.jobs(scope.period), scope, made=clock.now(), sections=sections, reader=reader)
