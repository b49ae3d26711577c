"""``jobcast shadow``: what hooks would have changed and saved, and which jobs they would have cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobcast import clock, config
from jobcast.cli import frame
from jobcast.cli.moment import MOMENT
from jobcast.cli.name import NAME
from jobcast.cli.person import people
from jobcast.cli.report_form import FORMS, Wanted, emit
from jobcast.cli.report_source import see_forward
from jobcast.cli.screen import talk
from jobcast.cli.working import working
from jobcast.language import say
from jobcast.report.base import About, Period, Report
from jobcast.report.shadow import section
from jobcast.report.shadow_match import entries_of, jobs_of, matched
from jobcast.store.advice import API, AdviceJournal
from jobcast.store.advice_reader import AdviceReader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobcast.cli.session import Session

_USUAL = timedelta(days=30)


@click.group(cls=frame.Family, help=say("shadow.help"), epilog=say("shadow.examples"))
def command() -> None:
    """Look back on what hooks were answered."""


@command.command("report", cls=frame.Spoken, help=say("shadow.report"), epilog=say("shadow.examples"))
@click.option("--since", type=MOMENT, metavar="TIME", help=say("shadow.since"))
@click.option("--until", type=MOMENT, metavar="TIME", help=say("audit.until"))
@click.option("--user", multiple=True, type=NAME, metavar="NAME", help=say("audit.user"))
@click.option("--all-users", is_flag=True, help=say("audit.all_users"))
@click.option("--format", "form", type=click.Choice(FORMS), help=say("report.form"))
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help=say("report.output"))
@frame.json_option
@click.pass_obj
def report(
    session: Session,
    /,
    *,
    since: datetime | None,
    until: datetime | None,
    user: tuple[str, ...],
    all_users: bool,
    form: str | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Report on answered submissions."""
    if user and all_users:
        raise click.UsageError(say("report.user_and_all"))
    if as_json and form not in {None, "json"}:
        raise click.UsageError(say("report.json_and_form"))
    wanted = Wanted.of(
        form="json" if as_json else form, output=output, table=None, template=None, pictures=None
    )
    zone = session.settings[config.TIMEZONE]
    until = until or clock.now()
    since = since or until - _USUAL
    see_forward(since, until, zone)
    period = Period(since=since.astimezone(UTC), until=until.astimezone(UTC), zone=zone)
    emit(_looked_back(session, period, people(session, user, everybody=all_users)), wanted)


def _looked_back(session: Session, period: Period, users: Sequence[str]) -> Report:
    reader = AdviceReader(AdviceJournal(session.settings[config.STORE]), period.since, period.until)
    with working() as step:
        step(say("shadow.reading"))
        entries = entries_of(one for one in reader if one.system != API and (not users or one.user in users))
        # A job that was submitted in the period has finished in it or later.
        history = session.store.scan(period.since)
        jobs = session.store.collect(jobs_of(history, period.since))
        found = section(entries, matched(entries, jobs), session.settings[config.RISK])
    if reader.passed_over:
        talk(say("audit.passed_over", lines=f"{reader.passed_over:,}"))
    return Report(
        period=period,
        filters={"user": users} if users else {},
        made=clock.now(),
        currency="",
        jobs=entries.height,
        notes=(),
        sections=(found,),
        about=About.SUBMISSIONS,
    )
