"""``jobcast report``: what jobs asked for and used, in the form that is wanted."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobcast import clock, config
from jobcast.cli import frame
from jobcast.cli.moment import MOMENT
from jobcast.cli.name import NAME
from jobcast.cli.person import people
from jobcast.cli.report_form import FORMS, Wanted, emit
from jobcast.cli.report_source import INSTANT, Daily, Source, Stored, period_of, see_forward, why_no_match
from jobcast.cli.span import DAY, end_of, start_of
from jobcast.cli.working import working
from jobcast.language import say
from jobcast.report.scope import Advising, Prices, Scope
from jobcast.report.summary import SECTIONS, Reader, summarise

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from jobcast.cli.session import Session
    from jobcast.report.base import Report


def _finite(ctx: click.Context, param: click.Parameter, minutes: float) -> float:
    """Let neither nan nor inf pass."""
    if not isfinite(minutes):
        raise click.BadParameter(say("report.no_minutes", text=minutes), ctx, param)
    return minutes


@frame.command(help=say("report.help"), examples=say("report.examples"))
@click.option("-st", "--start_date", "--start-date", type=DAY, metavar="DAY", help=say("report.start"))
@click.option("-et", "--end_date", "--end-date", type=DAY, metavar="DAY", help=say("report.end"))
@click.option("--since", type=MOMENT, metavar="TIME", help=say("report.since"))
@click.option("--until", type=MOMENT, metavar="TIME", help=say("report.until"))
@click.option("-db", "--db", type=click.Path(path_type=Path), metavar="DIR", help=say("report.db"))
@click.option("-m", "--memory", is_flag=True, help=say("report.memory"))
@click.option("-c", "--cpu", is_flag=True, help=say("report.cpu"))
@click.option("-t", "--time", is_flag=True, help=say("report.time"))
@click.option("--failures", is_flag=True, help=say("report.failures"))
@click.option("-f", "--forecasts", is_flag=True, help=say("report.forecasts"))
@click.option("--user", multiple=True, type=NAME, metavar="NAME", help=say("report.user"))
@click.option("--all-users", is_flag=True, help=say("report.all_users"))
@click.option("--project", multiple=True, type=NAME, metavar="NAME", help=say("report.project"))
@click.option("--queue", multiple=True, type=NAME, metavar="NAME", help=say("report.queue"))
@click.option(
    "-min_rt",
    "--min-run-time",
    type=click.FloatRange(min=0),
    callback=_finite,
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
    if as_json and form not in {None, "json"}:
        raise click.UsageError(say("report.json_and_form"))
    wanted = Wanted.of(
        form="json" if as_json else form, output=output, table=table, template=template, pictures=pictures
    )
    settings = session.settings
    zone = settings[config.TIMEZONE]
    since = start_of(start_date, zone) if start_date else since
    until = end_of(end_date, zone) + INSTANT if end_date else until
    see_forward(since, until, zone)
    source = Daily(session, db) if db else Stored(session)
    scope = Scope(
        period=period_of(source, since, until, zone),
        filters={
            "user": people(session, user, everybody=all_users or db is not None),
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
    report = _summarised(source, scope, sections)
    emit(report, wanted, unmatched=None if report.jobs else why_no_match(source, scope))


def _summarised(source: Source, scope: Scope, sections: Sequence[str]) -> Report:
    with working() as step:
        reader = Reader(
            collect=source.collect,
            progress=lambda name: step(say("report.reading", part=say(f"report_section.{name}"))),
        )
        return summarise(source.jobs(scope.period), scope, made=clock.now(), sections=sections, reader=reader)
